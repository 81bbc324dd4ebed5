/** A fresh proof of who is here, where the server asks for one. */

import { Refused } from "../collection/index.js";
import { dialog } from "./dialogs.js";
import { failureSentence, h, sayFailure, whileBusy } from "./dom.js";
import { t } from "./words.js";

/** @import { Api } from "../collection/index.js" */

/**
 * Does what may need a fresh proof: asks for it in a dialog, and does it then.
 * @template Answer
 * @param {Api} api @param {() => Promise<Answer>} work @returns {Promise<Answer>}
 */
export async function withProof(api, work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused && error.code === "proof_needed")) throw error;
    if (!(await isProved(api))) throw error;
    return work();
  }
}

/** Whether it was proved; not, when the dialog was closed. @param {Api} api @returns {Promise<boolean>} */
function isProved(api) {
  return new Promise((decided) => {
    let proved = false;
    const refusal = h("p", { class: "refusal", role: "alert" });
    const password = h("input", { type: "password", autocomplete: "current-password", required: true, maxlength: 128 });
    const button = h("button", { class: "button primary" }, t("Confirm"));
    const prove = async () => {
      try {
        await api.ask("POST", "/api/auth/prove", { password: password.value }, { tries: 2 });
        proved = true;
        box.close();
      } catch (error) {
        refusal.textContent = failureSentence(error);
        password.focus();
      }
    };
    const form = h("form", {
      class: "card-form",
      onsubmit: (event) => {
        event.preventDefault();
        refusal.textContent = "";
        whileBusy(button, prove);
      },
    }, h("h2", {}, t("Confirm that it's you")), h("label", {}, t("Your password"), password), refusal,
      h("div", { class: "actions" }, h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")), button));
    const box = dialog({ label: t("Confirm that it's you"), class: "small", onclose: () => decided(proved) }, form);
  });
}

/** A link to a file that needs a fresh proof. @param {Api} api @param {MouseEvent} event */
export async function downloadWithProof(api, event) {
  const { href } = /** @type {HTMLAnchorElement} */ (event.currentTarget);
  event.preventDefault();
  try {
    await withProof(api, () => api.ask("POST", "/api/auth/prove", {}));
    location.assign(href);
  } catch (error) {
    sayFailure(error);
  }
}
