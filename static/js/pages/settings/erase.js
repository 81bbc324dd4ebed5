/** The end of an account: asked for twice, with the password. */

import { dialog } from "../../ui/dialogs.js";
import { failureSentence, h } from "../../ui/dom.js";
import { downloadWithProof, withProof } from "../../ui/proof.js";
import { t } from "../../ui/words.js";

/** @import { App } from "../../types.js" */

/** @param {App} app */
export function askPassword(app) {
  const refusal = h("p", { class: "refusal", role: "alert" });
  const password = h("input", { type: "password", autocomplete: "current-password", maxlength: 128 });
  const box = dialog({ label: t("Erase my account"), class: "small" }, h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        await erase(app, password.value);
      } catch (error) {
        refusal.textContent = failureSentence(error);
      }
    },
  },
    h("h2", {}, t("Erase my account")),
    h("p", {}, t("This erases your list, history, profile and pictures. It can't be undone.")),
    h("p", {}, h("a", { href: "/api/user/export?format=account", download: "", onclick: (event) => downloadWithProof(app.api, event) }, t("Download your data first"))),
    h("label", {}, t("Your password"), password, h("small", { class: "muted" }, t("Your account has none? Leave it empty."))), refusal,
    h("div", { class: "actions" },
      h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")),
      h("button", { class: "button danger" }, t("Erase everything")))));
}

/** @param {App} app @param {string} password */
async function erase(app, password) {
  const { api } = app.collection;
  await withProof(api, () => api.ask("POST", "/api/user/erase", password ? { password } : {}));
  app.forgetUser();
  await app.collection.forget();
  location.assign("/?said=erased");
}
