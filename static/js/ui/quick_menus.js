/** The small menus over a page: of a title's status, of its score, and of the day of an episode. */

import { h, nodes } from "./dom.js";
import { moveTo } from "./quick.js";
import { scoreInput } from "./score.js";
import { watched } from "./watched.js";
import { askDay, daysBack } from "./watched_on.js";
import { STATUSES, scoreText, statusHint, statusName, statusOf, t } from "./words.js";

/** @import { App, Child, Shown } from "../types.js" */

/** @typedef {"status" | "score" | "plus"} Kind */

/** @param {Kind} kind @param {HTMLElement} button @param {App} app @param {Shown} entry @param {string} label */
export function openMenu(kind, button, app, entry, label) {
  const box = h("div", { popover: "auto", class: "menu-list quick", role: "dialog", "aria-label": label, onkeydown: walk });
  box.addEventListener("toggle", ({ newState }) => {
    button.setAttribute("aria-expanded", String(newState === "open"));
    if (newState !== "closed") return;
    box.remove();
    // News may have drawn the entry again meanwhile: its button is another one by now.
    if (!button.isConnected && document.activeElement === document.body) buttonOf(kind, entry)?.focus({ preventScroll: true });
  });
  box.append(...nodes({ status: statuses, score: scores, plus: days }[kind](app, entry, () => box.hidePopover())));
  document.body.append(box);
  box.showPopover();
  placeBy(button, box);
  const first = /** @type {HTMLElement} */ (box.querySelector("[aria-pressed=true]") ?? box.querySelector("button, input"));
  first.focus({ preventScroll: true });
}

/** @param {string} kind @param {Shown} entry @returns {HTMLElement | null} */
const buttonOf = (kind, entry) => document.querySelector(`[data-act="${kind}"][data-anime="${entry.anime_id}"]`);

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

/** One more episode, on another day. @param {App} app @param {Shown} entry @param {() => void} close @returns {Child} */
function days(app, { anime_id: id, title, progress }, close) {
  const count = (/** @type {string | null} */ day) => day && watched(app, id, 1, day);
  /** @type {[string, () => Promise<string | null> | string][]} */
  const choices = [
    [t("Today"), () => daysBack(0)], [t("Yesterday"), () => daysBack(1)],
    [t("Another day…"), () => askDay(title)], [t("Day not known"), () => "unknown"]];
  return [h("p", { class: "muted hint" }, t("Episode {n} watched", { n: progress + 1 })),
    choices.map(([text, choose]) => h("button", { type: "button", onclick: async () => (close(), count(await choose())) }, text))];
}

const HOLD = 500; // milliseconds, for a finger

/** A long press, a right click or the key `d` where an episode is counted: on which day. @param {App} app */
export function hearPlus(app) {
  let isDown = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let holding;
  /** @type {HTMLButtonElement | null} */
  let held = null; // it opens when the finger goes: a release beside a menu closes it
  const plusOf = (/** @type {EventTarget | null} */ target, within = "") => {
    const at = /** @type {Element | null} */ (target);
    const found = within ? at?.closest?.(within)?.querySelector("[data-act=plus]") : at?.closest?.("[data-act=plus]");
    return found instanceof HTMLButtonElement && !found.disabled ? found : null;
  };
  const open = (/** @type {HTMLButtonElement} */ button) => {
    const entry = app.collection.entries.get(button.dataset.anime ?? "");
    if (entry) openMenu("plus", button, app, entry, t("Watched on"));
  };
  document.addEventListener("pointerdown", ({ target, pointerType }) => {
    isDown = true;
    held = null;
    const button = plusOf(target);
    if (button && pointerType === "touch") holding = setTimeout(() => (held = button), HOLD);
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    document.addEventListener(name, () => {
      isDown = false;
      clearTimeout(holding);
      if (held) setTimeout(() => held && open(held));
    });
  }
  document.addEventListener("click", (event) => held && plusOf(event.target) && event.stopPropagation(), { capture: true });
  document.addEventListener("contextmenu", (event) => {
    const button = plusOf(event.target);
    if (!button) return;
    event.preventDefault();
    if (isDown) held = button;
    else open(button);
  });
  document.addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
    const button = key === "d" && !ctrlKey && !metaKey && !altKey && !isTyping ? plusOf(target, ".card, tr, .next-item") : null;
    if (button) (event.preventDefault(), open(button));
  });
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
