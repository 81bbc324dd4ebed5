/** The small menus over a page: of a title's status, and of its score. */

import { h, nodes } from "./dom.js";
import { moveTo } from "./quick.js";
import { scoreInput } from "./score.js";
import { STATUSES, scoreText, statusHint, statusName, statusOf, t } from "./words.js";

/** @import { App, Child, Shown } from "../types.js" */

/** @param {"status" | "score"} kind @param {HTMLElement} button @param {App} app @param {Shown} entry @param {string} label */
export function openMenu(kind, button, app, entry, label) {
  const box = h("div", { popover: "auto", class: "menu-list quick", role: "dialog", "aria-label": label, onkeydown: walk });
  box.addEventListener("toggle", ({ newState }) => {
    button.setAttribute("aria-expanded", String(newState === "open"));
    if (newState !== "closed") return;
    box.remove();
    // News may have drawn the entry again meanwhile: its button is another one by now.
    if (!button.isConnected && document.activeElement === document.body) buttonOf(kind, entry)?.focus({ preventScroll: true });
  });
  box.append(...nodes((kind === "status" ? statuses : scores)(app, entry, () => box.hidePopover())));
  document.body.append(box);
  box.showPopover();
  placeBy(button, box);
  const first = /** @type {HTMLElement} */ (box.querySelector("[aria-pressed=true]") ?? box.querySelector("button, input"));
  first.focus({ preventScroll: true });
}

/** @param {string} kind @param {Shown} entry @returns {HTMLElement | null} */
const buttonOf = (kind, entry) => document.querySelector(`.quick-button.${kind}[data-anime="${entry.anime_id}"]`);

/** @param {App} app @param {Shown} entry @param {() => void} close @returns {Child} */
const statuses = (app, entry, close) => STATUSES.map((status) => choice(statusName(status), status === statusOf(entry), statusHint(status),
  () => (close(), moveTo(app, [entry.anime_id], status))));

/** @param {App} app @param {Shown} entry @param {() => void} close @returns {Child} */
function scores(app, { anime_id: id, score, title }, close) {
  const { scoreFormat: format } = app.preferences;
  const save = (/** @type {number | null} */ value) => {
    close();
    if (value === score) return;
    app.done(app.collection.update(id, { score: value }), value === null ? t("Removed your score for {title}.", { title }) : t("Rated {title}.", { title }));
  };
  const exact = scoreInput(format, save);
  exact.put(score);
  const tens = format === "5" || format === "3" ? [] : Array.from({ length: 10 }, (_, at) => 10 - at);
  return [
    tens.length > 0 && h("div", { class: "tens" }, tens.map((value) => choice(scoreText(value, format), value === score, "", () => save(value)))),
    exact.box,
    score !== null && h("button", { type: "button", onclick: () => save(null) }, t("No score"))];
}

/** @param {string} text @param {boolean} isChosen @param {string} title @param {() => unknown} run */
const choice = (text, isChosen, title, run) => h("button", { type: "button", "aria-pressed": String(isChosen), title: title || null, onclick: run }, text);

/** Arrows go around in a menu. @param {KeyboardEvent} event */
function walk(event) {
  const way = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  const at = /** @type {HTMLButtonElement} */ (event.target);
  if (!way || at.tagName === "INPUT") return;
  const all = [...at.closest(".menu-list")?.querySelectorAll("button") ?? []];
  all[(all.indexOf(at) + way + all.length) % all.length].focus();
  event.preventDefault();
}

/** Under a button, or above it where there is more room. @param {HTMLElement} button @param {HTMLElement} box */
function placeBy(button, box) {
  const { left, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const under = bottom + 4 + height > innerHeight && top - 4 - height > 0 ? top - 4 - height : bottom + 4;
  box.style.left = `${scrollX + Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
  box.style.top = `${scrollY + under}px`;
}
