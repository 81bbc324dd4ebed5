/** Dialogs over a page, and questions that are answered in one. */

import { $, h } from "./dom.js";
import { t } from "./words.js";

/** @import { Child } from "../types.js" */

/**
 * A dialog over the page; Escape and a click beside it close it.
 * @param {{label: string, class?: string, onclose?: () => void}} about @param {...Child} children
 */
export function dialog({ label, class: kind = "", onclose }, ...children) {
  const box = h("dialog", { "aria-label": label, class: kind }, ...children);
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => (liftToasts(), box.remove(), onclose?.()));
  document.body.append(box);
  box.showModal();
  liftToasts();
  return box;
}

/** Everything outside an open dialog is inert: toasts move into the topmost one. */
function liftToasts() {
  const open = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  for (const region of [$("#alerts"), $("#toasts")]) {
    if (region.parentElement !== open) open.append(region);
  }
}

/**
 * A question with a button for each answer; the first is that of who closes the dialog.
 * @template Answer
 * @param {string} question @param {string} hint
 * @param {[value: Answer, label: string, kind?: string][]} answers
 * @returns {Promise<Answer>}
 */
export function choice(question, hint, answers) {
  return new Promise((decided) => {
    let [[answer]] = answers;
    const box = dialog({ label: question, class: "small", onclose: () => decided(answer) },
      h("p", {}, question), hint && h("p", { class: "muted" }, hint),
      h("div", { class: "actions" }, answers.map(([value, label, kind = ""]) =>
        h("button", { type: "button", class: `button ${kind}`, onclick: () => ((answer = value), box.close()) }, label))));
  });
}

/**
 * Asks before something that cannot be undone.
 * @param {string} question @param {string} yes @returns {Promise<boolean>}
 */
export const confirmed = (question, yes) =>
  choice(question, "", [[false, t("Cancel")], [/** @type {boolean} */ (true), yes, "danger"]]);
