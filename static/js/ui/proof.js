/** A fresh proof of who is here, where the server asks for one. */

import { Refused } from "../collection/index.js";
import { dialog } from "./dialogs.js";
import { h, sayFailure } from "./dom.js";
import { factorForm } from "./factor_form.js";
import { t } from "./words.js";

/** @import { Api } from "../collection/index.js" */
/** @import { Way } from "../types.js" */

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
    const { methods } = /** @type {{methods: Way[]}} */ (error.details);
    if (!(await isProved(api, methods))) throw error;
    return work();
  }
}

/** Whether it was proved; not, when the dialog was closed. @param {Api} api @param {Way[]} methods @returns {Promise<boolean>} */
function isProved(api, methods) {
  return new Promise((decided) => {
    let proved = false;
    const title = t("Confirm that it's you");
    const cancel = h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel"));
    /** @param {object} given */
    const send = async (given) => {
      await api.ask("POST", "/api/auth/prove", given, { tries: 2 });
      proved = true;
      box.close();
    };
    const body = methods.length
      ? factorForm({ api, methods, send, title, more: [cancel] })
      : h("div", {}, h("h2", {}, title), h("p", {}, t("Sign out, and sign in again.")), cancel);
    const box = dialog({ label: title, class: "small", onclose: () => decided(proved) }, body);
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
