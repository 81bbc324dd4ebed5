/** One entry of My list, as a cover or as a row of the table. */

import { airsNote } from "../../ui/airs.js";
import { cover } from "../../ui/covers.js";
import { h, icon, iconButton } from "../../ui/dom.js";
import { scoreButton, statusButton } from "../../ui/quick.js";
import { watched } from "../../ui/watched.js";
import { day, factsOf, statusName, statusOf, t } from "../../ui/words.js";

/** @import { Entry } from "../../collection/types.js" */
/** @import { App, Shown } from "../../types.js" */

const KEYS = "+ - d 1 2 3 4 5 6 x Delete";
/** Of the table, by what they sort by; the last two are of wide screens. */
export const COLUMNS = ["", "title", "status", "progress", "score", "rating", "started_on", "finished_on", "added_at", "updated_at", ""];

/**
 * What an entry on the page can do, and how it stands there.
 * @typedef {object} Ways
 * @property {App} app
 * @property {boolean} isSelecting
 * @property {Set<string>} selected
 * @property {(entry: Shown) => unknown} open
 * @property {(id: string) => unknown} select
 * @property {(event: KeyboardEvent, entry: Shown) => unknown} press
 * @property {(entry: Shown) => string} marks  classes
 * @property {(entry: Shown) => string} whereTo  what became of one that left
 */

/** @param {Shown} entry @param {Ways} ways */
export function card(entry, ways) {
  const { app, isSelecting, selected } = ways;
  const isSelected = selected.has(entry.anime_id);
  const share = entry.episodes ? Math.min(1, entry.progress / entry.episodes) : entry.progress ? 0.5 : 0;
  return h("li", {
    class: `card${isSelected ? " selected" : ""}${entry.pending ? " pending" : ""}${ways.marks(entry)}`, draggable: "true",
    ondragstart: (event) => drag(event, isSelected ? [...selected] : [entry.anime_id]),
    ondragend: () => document.body.classList.remove("dragging"),
  },
    h("button", {
      type: "button", class: "open", "data-act": "open", "aria-keyshortcuts": KEYS,
      "aria-pressed": isSelecting ? String(isSelected) : null,
      onclick: (event) => (event.ctrlKey || event.metaKey ? ways.select(entry.anime_id) : ways.open(entry)),
      onkeydown: (event) => ways.press(event, entry),
    },
      cover(entry),
      h("span", { class: "card-title" }, entry.title),
      airs(entry, app)),
    badges(entry, ways),
    h("div", { class: "card-foot" },
      h("span", { class: "bar", style: { "--share": String(share) }, "aria-hidden": "true" }),
      h("span", { class: "muted progress" }, h("span", { class: "unseen" }, t("Progress")), progressText(entry)),
      plusOne(app, entry)),
    h("div", { class: "card-foot" }, statusButton(app, entry), scoreButton(app, entry)));
}

/** @param {DragEvent} event @param {string[]} ids */
function drag({ dataTransfer }, ids) {
  if (!dataTransfer) return;
  dataTransfer.setData("text/plain", ids.join(" "));
  dataTransfer.effectAllowed = "move";
  document.body.classList.add("dragging");
}

/** @param {Shown} entry @param {Ways} ways */
export function row(entry, ways) {
  const { app, selected } = ways;
  return h("tr", { class: `${selected.has(entry.anime_id) ? "selected" : ""}${ways.marks(entry)}` },
    h("td", { class: "tiny" }, cover(entry)),
    h("td", { class: "wide" },
      h("button", { type: "button", class: "open link", "data-act": "open", "aria-keyshortcuts": KEYS, onclick: () => ways.open(entry), onkeydown: (event) => ways.press(event, entry) }, entry.title),
      h("span", { class: "muted facts" }, factsOf(entry), airs(entry, app)), h("span", { class: "muted where" }, statusName(statusOf(entry))), badges(entry, ways)),
    h("td", { class: "status" }, statusButton(app, entry)),
    h("td", { class: "figure progress" }, progressText(entry)),
    h("td", { class: "figure score" }, scoreButton(app, entry)),
    h("td", { class: "figure muted rating" }, entry.rating ?? "–"),
    h("td", { class: "figure started_on" }, entry.started_on ?? ""),
    h("td", { class: "figure finished_on" }, entry.finished_on ?? ""),
    h("td", { class: "muted added_at" }, h("time", { datetime: entry.added_at }, day(entry.added_at))),
    h("td", { class: "muted updated_at" }, h("time", { datetime: entry.updated_at }, day(entry.updated_at))),
    h("td", {}, plusOne(app, entry)));
}

/** @param {Entry} entry @param {App} app */
function airs(entry, { preferences }) {
  const note = airsNote(entry, preferences.timezone, Date.now());
  return note && h("span", { class: "airs-note" }, note);
}

/** @param {Entry} entry */
const progressText = (entry) => `${entry.progress} / ${entry.episodes ?? "–"}`;

/** @param {App} app @param {Shown} entry */
function plusOne(app, entry) {
  const { title, type } = entry;
  const isAll = Boolean(entry.episodes && entry.progress >= entry.episodes);
  return iconButton("plus", isAll ? t("Watch {title} again", { title }) : t("One more episode of {title}", { title }), {
    class: "plus icon-button", "data-act": "plus", "data-anime": entry.anime_id, disabled: (isAll && type !== "Completed") || entry.away === "removed", onclick: () => watched(app, entry.anime_id),
  });
}

/** @param {Shown} entry @param {Ways} ways */
const badges = (entry, ways) => [
  entry.away && h("span", { class: "badge" }, ways.whereTo(entry)),
  entry.is_private && h("span", { class: "badge", title: t("Private") }, icon("lock"), h("span", { class: "unseen" }, t("Private"))),
];
