/** Changes that another device overtook: both sides, and the user decides. */

import { dialog, h, sayFailure } from "./dom.js";
import { pageOf } from "./panel.js";
import { fieldName, scoreText, stateName, t, typeName } from "./words.js";

/** @param {any} app */
export function decide(app) {
  const [conflict] = app.collection.conflicts.values();
  if (!conflict) return;
  const { animeId, title, yours, theirs } = conflict;
  const names = Object.keys(yours);
  /** @type {Record<string, "yours" | "theirs">} */
  const chosen = Object.fromEntries(names.map((name) => [name, "yours"]));
  const finish = async (/** @type {any} */ choice) => {
    try {
      await app.collection.resolve(animeId, choice);
      box.close();
      decide(app);
    } catch (error) {
      sayFailure(error);
    }
  };
  const side = (/** @type {string} */ name, /** @type {"yours" | "theirs"} */ of) =>
    h("label", { class: "side" },
      h("input", { type: "radio", name, checked: of === "yours", onchange: () => (chosen[name] = of) }),
      h("span", {}, h("small", { class: "muted" }, of === "yours" ? t("This device") : t("Other device")),
        h("span", {}, said(name, (of === "yours" ? yours : theirs)[name], app.preferences.scoreFormat))));
  const box = dialog({ label: t("Which version do you want to keep?"), class: "small" },
    h("h2", {}, t("Which version do you want to keep?")),
    h("h3", {}, h("a", { href: pageOf(animeId) }, title)),
    h("p", {}, theirs
      ? t("You also changed it on another device.")
      : t("You changed it here and removed it on another device.")),
    theirs ? names.map((name) => h("fieldset", {}, h("legend", {}, fieldName(name)), side(name, "yours"), side(name, "theirs")))
      : h("dl", {}, names.map((name) => [h("dt", { class: "muted" }, fieldName(name)), h("dd", {}, said(name, yours[name], app.preferences.scoreFormat))])),
    h("div", { class: "actions" }, theirs
      ? h("button", { type: "button", class: "button primary", onclick: () => {
        const mine = Object.fromEntries(names.filter((name) => chosen[name] === "yours").map((name) => [name, yours[name]]));
        finish(Object.keys(mine).length ? mine : "theirs");
      } }, t("Keep selected"))
      : [h("button", { type: "button", class: "button", onclick: () => finish("theirs") }, t("Keep it removed")),
        h("button", { type: "button", class: "button primary", onclick: () => finish("yours") }, t("Add it again"))]));
}

/** @param {string} name @param {any} value @param {string} format */
function said(name, value, format) {
  if (value === null || value === "" || (Array.isArray(value) && !value.length)) return t("empty");
  if (name === "score") return scoreText(value, format);
  if (name === "type") return typeName(value);
  if (name === "state") return stateName(value);
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  return Array.isArray(value) ? value.join(", ") : String(value);
}
