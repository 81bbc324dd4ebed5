/** One row of a plan: what it would change, and what one can decide of it. */

import { pageOf } from "../../shell/address.js";
import { changedStatus, fieldName, valueText } from "../../ui/changes.js";
import { h, nodes } from "../../ui/dom.js";
import { titleFinder } from "../../ui/title_finder.js";
import { statusName, t } from "../../ui/words.js";
import { changedFields } from "./sentences.js";

/** @import { Api } from "../../collection/index.js" */
/** @import { Child, Decision, Row } from "../../types.js" */

const MOST_FIELDS = 8;

/**
 * @typedef {object} Ways
 * @property {Api} api
 * @property {string} scoreFormat
 * @property {boolean} isApplied  nothing can be decided any more
 * @property {(decisions: Decision[], item?: HTMLElement) => unknown} decide
 */

/** @param {Row} row @param {Ways} ways */
export function line(row, ways) {
  const item = h("li");
  const name = row.anime_id ? h("a", { href: pageOf(row.anime_id) }, row.anime_title) : row.title;
  const other = row.anime_title && row.anime_title !== row.title;
  item.append(...nodes([
    h("div", {}, h("strong", {}, name), other && h("span", { class: "muted" }, ` ← ${row.title}`)),
    row.reason && h("p", { class: "muted" }, row.reason),
    differences(row, ways.scoreFormat),
    !ways.isApplied && h("div", { class: "actions start" }, choices(row, item, ways))]));
  return item;
}

/** @param {Row} row @param {HTMLElement} item @param {Ways} ways @returns {Child} */
function choices(row, item, ways) {
  if (row.outcome === "refused" || (row.outcome === "unchanged" && !row.decision)) return [];
  if (row.outcome === "unmatched") return [candidates(row, ways), finder(row, ways)];
  const choice = (/** @type {string | null} */ decision, /** @type {string} */ label) =>
    h("button", { type: "button", class: "button", "aria-pressed": String((row.decision ?? null) === decision), onclick: () => ways.decide([{ row: row.row, decision }], item) }, label);
  return row.outcome === "conflict" ? [choice("take", t("Use the file")), choice("keep", t("Keep mine"))]
    : [choice(row.decision ? null : "skip", row.decision ? t("Include") : t("Skip"))];
}

/** @param {Row} row @param {Ways} ways */
const candidates = (row, ways) => (row.candidates ?? []).map(({ anime_id, title, format, year }) =>
  h("button", { type: "button", class: "button", onclick: () => ways.decide([{ row: row.row, anime_id, decision: "take" }]) }, `${title} (${[format, year].filter(Boolean).join(", ")})`));

/** Another title, by its name. @param {Row} row @param {Ways} ways */
const finder = (row, ways) => titleFinder(ways.api, t("Which title is {title}?", { title: row.title }), (anime) =>
  ways.decide([{ row: row.row, anime_id: anime.id, decision: "take" }]));

/** @param {Row} row @param {string} scoreFormat */
function differences({ before, after }, scoreFormat) {
  const fields = changedFields(before, after);
  if (!fields.length) return null;
  const rest = fields.filter((name) => name !== "type" && name !== "state").slice(0, MOST_FIELDS);
  return h("p", { class: "differences" },
    rest.length < fields.length && movedTo(before, after ?? {}),
    rest.map((name) => h("span", {}, h("span", { class: "muted" }, `${fieldName(name)} `),
      before && name in before && before[name] !== null && before[name] !== "" && h("del", {}, valueText(name, before[name], scoreFormat)), " ",
      h("ins", {}, valueText(name, after?.[name], scoreFormat)))));
}

/** @param {Row["before"]} before @param {NonNullable<Row["after"]>} after */
const movedTo = (before, after) => h("span", {},
  before && ("type" in before || "state" in before) && h("del", {}, statusName(changedStatus(before, after))), " ",
  h("ins", {}, statusName(changedStatus(after, before ?? {}))));
