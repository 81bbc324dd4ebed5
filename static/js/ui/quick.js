/** Where a title stands and its score, changed where it is shown: small menus over the page. */

import { h, sayFailure } from "./dom.js";
import { scoreInput } from "./score.js";
import { rating } from "./watched.js";
import { STATUSES, placeOf, scoreText, statusHint, statusName, statusOf, t } from "./words.js";

/** Moves titles of the list, and says so. @param {any} app @param {string[]} ids @param {string} status */
export function moveTo(app, ids, status) {
  const { collection } = app;
  const moved = ids.map((id) => collection.entries.get(id)).filter((entry) => entry && statusOf(entry) !== status);
  if (!moved.length) return;
  const [first] = moved;
  const { type, state } = placeOf(status);
  const said = moved.length === 1 ? t("Moved {title} to {type}.", { title: first.title, type: statusName(status) })
    : t("Moved {n} titles to {type}.", { n: moved.length, type: statusName(status) });
  const isFinished = status === "Completed" && moved.length === 1;
  app.done(collection.move(moved.map(({ anime_id }) => anime_id), type, state), said, isFinished ? rating(app, first) : undefined);
}

/** Puts a title of the catalogue on the list. @param {any} app @param {any} anime @param {string} status @param {string} title */
export function addTo(app, anime, status, title) {
  const { type, state } = placeOf(status);
  return app.done(app.collection.add(anime, type, { state }), t("Added {title} to {type}.", { title, type: statusName(status) }));
}

/** A button with the status, which opens a menu of all. @param {any} app @param {any} entry */
export const statusButton = (app, entry) => opener(t("Status of {title}", { title: entry.title }), "status", statusName(statusOf(entry)), entry,
  (close) => STATUSES.map((status) => choice(statusName(status), status === statusOf(entry), statusHint(status),
    () => (close(), moveTo(app, [entry.anime_id], status)))));

/** The same for the score. @param {any} app @param {any} entry */
export function scoreButton(app, entry) {
  const { collection, preferences: { scoreFormat: format } } = app;
  const { anime_id: id, score, title } = entry;
  const text = score === null ? "☆" : format === "5" || format === "3" ? scoreText(score, format) : `★ ${scoreText(score, format)}`;
  return opener(t("My score of {title}", { title }), "score", text, entry, (close) => {
    const save = (/** @type {number | null} */ value) => (close(), value === score ? undefined
      : app.done(collection.update(id, { score: value }), value === null ? t("Removed your score for {title}.", { title }) : t("Rated {title}.", { title })));
    const exact = scoreInput(format, save);
    exact.put(score);
    const tens = format === "5" || format === "3" ? [] : Array.from({ length: 10 }, (_, at) => 10 - at);
    return [
      tens.length > 0 && h("div", { class: "tens" }, tens.map((value) => choice(scoreText(value, format), value === score, "", () => save(value)))),
      exact.box,
      score !== null && h("button", { type: "button", onclick: () => save(null) }, t("No score"))];
  });
}

/** @param {string} text @param {boolean} isChosen @param {string} title @param {() => void} run */
const choice = (text, isChosen, title, run) => h("button", { type: "button", "aria-pressed": String(isChosen), title: title || null, onclick: run }, text);

/**
 * @param {string} label @param {string} act @param {string} text @param {any} entry
 * @param {(close: () => void) => any[]} fill
 */
function opener(label, act, text, { away }, fill) {
  const button = h("button", {
    type: "button", class: `quick-button ${act}`, "data-act": act, "aria-haspopup": "dialog", "aria-expanded": "false", disabled: away === "removed",
    // A click on the button of an open one has closed it already.
    onclick: () => button.getAttribute("aria-expanded") === "true" || open(button, label, fill),
  }, h("span", { class: "unseen" }, `${label}: `), h("span", {}, text));
  return button;
}

/** @param {any} button @param {string} label @param {(close: () => void) => any[]} fill */
function open(button, label, fill) {
  const box = h("div", {
    popover: "auto", class: "menu-list quick", role: "dialog", "aria-label": label,
    ontoggle: (/** @type {any} */ { newState }) => {
      button.setAttribute("aria-expanded", String(newState === "open"));
      if (newState === "closed") box.remove();
    },
    onkeydown: (/** @type {any} */ event) => {
      const way = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[/** @type {string} */ (event.key)];
      if (!way || event.target.tagName === "INPUT") return;
      const all = [...box.querySelectorAll("button")];
      all[(all.indexOf(event.target) + way + all.length) % all.length].focus();
      event.preventDefault();
    },
  });
  box.append(...fill(() => box.hidePopover()).flat().filter(Boolean));
  document.body.append(box);
  try {
    box.showPopover();
  } catch (error) {
    return sayFailure(error);
  }
  const { left, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = box;
  const under = bottom + 4 + height > innerHeight && top - 4 - height > 0 ? top - 4 - height : bottom + 4;
  box.style.left = `${scrollX + Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8))}px`;
  box.style.top = `${scrollY + under}px`;
  (box.querySelector("[aria-pressed=true]") ?? box.querySelector("button, input")).focus({ preventScroll: true });
}
