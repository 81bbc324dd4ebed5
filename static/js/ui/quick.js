/** Where a title stands and its score, changed where it is shown: buttons that open small menus. */

import { h } from "./dom.js";
import { afterFinishing, openMenu } from "./on_demand.js";
import { placeOf, scoreText, statusName, statusOf, t } from "./words.js";

/** @import { AnimeFacts, Entry } from "../collection/types.js" */
/** @import { App, Shown } from "../types.js" */

/** Moves titles of the list, and says so. @param {App} app @param {string[]} ids @param {string} status @param {string} [day]  of the episodes that it adds @param {boolean} [quiet]  followers are not told */
export function moveTo(app, ids, status, day, quiet) {
  const { collection } = app;
  const listed = /** @type {Entry[]} */ (ids.map((id) => collection.entries.get(id)).filter(Boolean));
  const moved = listed.filter((entry) => statusOf(entry) !== status);
  if (!moved.length) return;
  const [first] = moved;
  const { type, state } = placeOf(status);
  const said = moved.length === 1 ? t("Moved {title} to {type}.", { title: first.title, type: statusName(status) })
    : t("Moved {n} titles to {type}.", { n: moved.length, type: statusName(status) });
  const isFinished = status === "Completed" && moved.length === 1;
  const again = (/** @type {string | undefined} */ on) => collection.move(moved.map(({ anime_id }) => anime_id), type, state, on, quiet);
  const change = again(day);
  const after = collection.entries.get(first.anime_id) ?? first;
  app.done(change, said, isFinished ? (made) => afterFinishing(app, after, made, again) : undefined);
}

/** Puts a title of the catalogue on the list. @param {App} app @param {AnimeFacts & {id: string}} anime @param {string} status @param {string} title */
export function addTo(app, anime, status, title) {
  const { type, state } = placeOf(status);
  const { collection } = app;
  const change = collection.add(anime, type, { state });
  const entry = collection.entries.get(anime.id);
  const finished = (/** @type {string | undefined} */ on) => collection.update(anime.id, { finished_on: on === "unknown" ? null : on });
  return app.done(change, t("Added {title} to {type}.", { title, type: statusName(status) }),
    status === "Completed" && entry ? () => afterFinishing(app, entry, null, finished) : undefined);
}

/** A button with the status, which opens a menu of all. @param {App} app @param {Shown} entry */
export const statusButton = (app, entry) => opener("status", app, entry, t("Status of {title}", { title: entry.title }), statusName(statusOf(entry)));

/** The same for the score. @param {App} app @param {Shown} entry */
export function scoreButton(app, entry) {
  const { scoreFormat: format } = app.preferences;
  const { score, title } = entry;
  const text = score === null ? "☆" : format === "5" || format === "3" ? scoreText(score, format) : `★ ${scoreText(score, format)}`;
  return opener("score", app, entry, t("My score of {title}", { title }), text);
}

/** @param {"status" | "score"} kind @param {App} app @param {Shown} entry @param {string} label @param {string} text */
function opener(kind, app, entry, label, text) {
  const button = h("button", {
    type: "button", class: `quick-button ${kind}`, "data-act": kind, "data-anime": entry.anime_id, "aria-haspopup": "dialog", "aria-expanded": "false", disabled: entry.away === "removed",
  }, h("span", { class: "unseen" }, `${label}: `), h("span", {}, text));
  // A click on the button of an open one has closed it already.
  button.onclick = () => button.getAttribute("aria-expanded") === "true" || openMenu(kind, button, app, entry, label);
  return button;
}
