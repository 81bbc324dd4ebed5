/** The e-mail address: confirmed or not, and another one. */

import { failed, failureSentence, h, loading, toast, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { withProof } from "../../ui/proof.js";
import { day, t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, EmailAddress } from "../../types.js" */

const ADDRESS = "/api/auth/email";

/** @param {App} app */
export function email(app) {
  const box = h("div", {});
  draw(app, box);
  return section(t("E-mail"), box);
}

/** @param {App} app @param {HTMLElement} box */
async function draw(app, box) {
  box.replaceChildren(loading());
  try {
    /** @type {Answer<EmailAddress>} */
    const { data } = await app.collection.api.ask("GET", ADDRESS);
    const { email: address, confirmed_at: confirmed, asked } = data;
    const state = confirmed ? t("Confirmed {day}", { day: day(confirmed) }) : t("Not confirmed");
    const waiting = asked && h("p", { role: "status" }, t("Waiting for the link mailed to {email}.", { email: asked }));
    box.replaceChildren(
      h("p", {}, h("strong", {}, address), " ", h("small", { class: "muted" }, state)),
      ...(waiting ? [waiting] : []), form(app, box, data));
  } catch (error) {
    box.replaceChildren(failed(error, () => draw(app, box)));
  }
}

/** @param {App} app @param {HTMLElement} box @param {EmailAddress} now */
function form(app, box, now) {
  const refusal = h("p", { class: "refusal", role: "alert" });
  const input = h("input", { type: "email", autocomplete: "email", required: true, maxlength: 254 });
  const change = h("button", { class: "button" }, t("Change e-mail"));
  const confirm = h("button", { type: "button", class: "button" }, t("Send confirmation link"));
  /** @param {string} wanted */
  const send = async (wanted) => {
    const { api } = app.collection;
    refusal.textContent = "";
    try {
      await withProof(api, () => api.ask("POST", ADDRESS, { email: wanted }, { tries: 1 }));
      toast(t("If this address can be used, a link is on its way to it."));
      await draw(app, box);
    } catch (error) {
      refusal.textContent = failureSentence(error);
    }
  };
  confirm.onclick = () => whileBusy(confirm, () => send(now.email));
  const element = h("form", {}, h("div", { class: "fields" }, h("label", {}, t("New e-mail"), input)), refusal,
    h("p", { class: "actions start" }, change, !now.confirmed_at && confirm));
  element.onsubmit = (event) => {
    event.preventDefault();
    whileBusy(change, () => send(input.value));
  };
  return element;
}
