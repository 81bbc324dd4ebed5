/** Changes that another device overtook: both sides, and the user decides. */

import { FIELDS } from "../collection/index.js";
import { pageOf } from "../shell/address.js";
import { fieldName } from "./changes.js";
import { dialog } from "./dialogs.js";
import { h, sayFailure } from "./dom.js";
import { scoreText, stateName, t, typeName } from "./words.js";

/** @import { Conflict, FieldName, Sent } from "../collection/types.js" */
/** @import { App } from "../types.js" */

/** @param {App} app */
export function decide(app) {
  const [conflict] = app.collection.conflicts.values();
  if (!conflict) return;
  const { animeId, title, theirs } = conflict;
  const finish = async (/** @type {"yours" | "theirs" | Sent} */ choice) => {
    try {
      await app.collection.resolve(animeId, choice);
      box.close();
      decide(app);
    } catch (error) {
      sayFailure(error);
    }
  };
  const format = app.preferences.scoreFormat;
  const box = dialog({ label: t("Which version do you want to keep?"), class: "small" },
    h("h2", {}, t("Which version do you want to keep?")),
    h("h3", {}, h("a", { href: pageOf(animeId) }, title)),
    h("p", {}, theirs
      ? t("You also changed it on another device.")
      : t("You changed it here and removed it on another device.")),
    theirs ? bothSides(conflict, theirs, format, finish) : removed(conflict, format, finish));
}

/** Each field as this device has it and as the other has it. @param {Conflict} conflict @param {Sent} theirs @param {string} format @param {(choice: "theirs" | Sent) => unknown} finish */
function bothSides({ yours }, theirs, format, finish) {
  const names = fieldsOf(yours);
  const chosen = new Set(names); // of this device
  const side = (/** @type {FieldName} */ name, /** @type {boolean} */ isMine) =>
    h("label", { class: "side" },
      h("input", { type: "radio", name, checked: isMine, onchange: () => (isMine ? chosen.add(name) : chosen.delete(name)) }),
      h("span", {}, h("small", { class: "muted" }, isMine ? t("This device") : t("Other device")),
        h("span", {}, said(name, (isMine ? yours : theirs)[name], format))));
  const keep = () => finish(chosen.size ? Object.fromEntries(names.filter((name) => chosen.has(name)).map((name) => [name, yours[name]])) : "theirs");
  return [
    names.map((name) => h("fieldset", {}, h("legend", {}, fieldName(name)), side(name, true), side(name, false))),
    h("div", { class: "actions" }, h("button", { type: "button", class: "button primary", onclick: keep }, t("Keep selected")))];
}

/** @param {Conflict} conflict @param {string} format @param {(choice: "yours" | "theirs") => unknown} finish */
const removed = ({ yours }, format, finish) => [
  h("dl", {}, fieldsOf(yours).map((name) => [h("dt", { class: "muted" }, fieldName(name)), h("dd", {}, said(name, yours[name], format))])),
  h("div", { class: "actions" },
    h("button", { type: "button", class: "button", onclick: () => finish("theirs") }, t("Keep it removed")),
    h("button", { type: "button", class: "button primary", onclick: () => finish("yours") }, t("Add it again")))];

/** @param {Sent} fields */
const fieldsOf = (fields) => FIELDS.filter((name) => name in fields);

/** @param {string} name @param {unknown} value @param {string} format */
function said(name, value, format) {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)) return t("empty");
  if (name === "score") return scoreText(Number(value), format);
  if (name === "type") return typeName(String(value));
  if (name === "state") return stateName(String(value));
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  return Array.isArray(value) ? value.join(", ") : String(value);
}
