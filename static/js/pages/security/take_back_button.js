/** Leads to taking back what an app or a token did; the dialog is loaded when asked for. */

import { h, sayFailure } from "../../ui/dom.js";
import { t } from "../../ui/words.js";

/** @import { App } from "../../types.js" */

/** @param {App} app @param {{id: string, name: string}} who */
export function takeBackButton(app, who) {
  const open = () => import("./take_back.js").then(({ askTakeBack }) => askTakeBack(app, who)).catch((error) => sayFailure(error, open));
  return h("button", { type: "button", class: "button", "aria-label": t("Undo changes of {name}", { name: who.name }), onclick: open }, t("Undo changes…"));
}
