/** One operation of the history, with undo. */

import { pageOf } from "../shell/address.js";
import { operationText } from "./changes.js";
import { h, sayFailure, whileBusy } from "./dom.js";
import { undoOperation } from "./undoable.js";
import { since } from "./more_words.js";
import { t } from "./words.js";

/** @import { App, Child, Told, ToldChange } from "../types.js" */

/** A sentence in which the title is a link. @param {string} text @param {Partial<ToldChange>} [change] @returns {Child} */
function linked(text, { anime_id: id, title } = {}) {
  const at = id && title ? text.indexOf(title) : -1;
  return id && title && at >= 0 ? [text.slice(0, at), h("a", { href: pageOf(id) }, title), text.slice(at + title.length)] : text;
}

/** @param {App} app @param {Told} told @param {{isLinked?: boolean}} [how]  its title leads to its page */
export function historyItem(app, told, { isLinked = false } = {}) {
  const text = operationText(told, app.preferences.scoreFormat, !isLinked);
  const button = told.undoable && !told.undoes
    ? h("button", { type: "button", class: "link", onclick: () => { undo(); } }, told.size > 1 ? t("Undo all {n}", { n: told.size }) : t("Undo"))
    : null;
  const item = h("li", { class: "told" },
    h("span", {}, isLinked ? linked(text, told.changes[0]) : text),
    h("time", { class: "muted", datetime: told.at }, since(told.at), told.token_name && ` · ${told.token_name}`),
    button);
  const undo = () => button && whileBusy(button, undoIt);
  async function undoIt() {
    try {
      await undoOperation(app, told.id);
      item.classList.add("undone");
      button?.remove();
    } catch (error) {
      sayFailure(error, undo);
    }
  }
  return item;
}
