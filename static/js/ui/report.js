/** A dialog in which somebody reports what another person shows. */

import { dialog } from "./dialogs.js";
import { failureSentence, h, select, toast, whileBusy } from "./dom.js";
import { thingWords } from "./reported_things.js";
import { t } from "./words.js";

/** @import { Frame, Reportable } from "../types.js" */

/** @returns {[string, string][]} */
const reasons = () => [
  ["spam", t("Advertising or spam")], ["harassment", t("Harassment or threats")], ["hate", t("Hate")],
  ["sexual", t("Sexual or violent content")], ["personal_data", t("Somebody's personal data")],
  ["impersonation", t("Pretends to be somebody else")], ["illegal", t("Against the law")], ["other", t("Something else")],
];

/**
 * Asks what is wrong, and sends it. Visitors may too.
 * @param {Frame} app
 * @param {{user_name: string} | {link: string}} whose  by name, or by the link that showed it
 * @param {Reportable[]} things  of which one is chosen
 */
export function reportDialog(app, whose, things) {
  const words = thingWords();
  const what = select(things.map(({ of }, place) => [place, words[of]]), { required: true });
  const why = select([["", "–"], ...reasons()], { required: true });
  const text = h("textarea", { rows: 3, maxlength: 1000 });
  const refusal = h("p", { class: "refusal", role: "alert" });
  const button = h("button", { class: "button primary" }, t("Report"));
  const send = async () => {
    refusal.textContent = "";
    try {
      await app.api.ask("POST", "/api/reports", { ...whose, ...things[Number(what.value)], reason: why.value, text: text.value });
      box.close();
      toast(t("Thank you. Our staff will look at it."));
    } catch (error) {
      refusal.textContent = failureSentence(error);
    }
  };
  const form = h("form", { class: "card-form" }, h("h2", {}, t("Report")),
    h("p", { class: "muted" }, t("The person doesn't learn who reported it.")),
    h("label", {}, t("What is it about?"), what),
    h("label", {}, t("What is wrong with it?"), why),
    h("label", {}, t("In your words (optional)"), text), refusal,
    h("div", { class: "actions" }, h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")), button));
  form.onsubmit = (event) => {
    event.preventDefault();
    whileBusy(button, send);
  };
  const box = dialog({ label: t("Report"), class: "small" }, form);
  return box;
}
