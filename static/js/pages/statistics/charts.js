/** Charts that say their numbers in words as well. */

import { pageOf } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { h, svg } from "../../ui/dom.js";
import { day, episodeCount, number, t, titleCount } from "../../ui/words.js";
import { daysOf } from "./figures.js";

/** @import { Child, Counted, NamedTitle, OfDay } from "../../types.js" */
/** @import { Pair } from "./figures.js" */

/** @param {[name: string, value: number | null][]} pairs */
export const figures = (pairs) => h("dl", { class: "figures" }, pairs.map(([name, value]) =>
  h("div", {}, h("dt", { class: "muted" }, name), h("dd", {}, value === null ? "–" : number(value)))));

/** @param {string} title @param {...Child} chart */
const panel = (title, ...chart) => h("section", { class: "chart" }, h("h2", {}, title), chart);

/** @template {NamedTitle} Row @param {string} title @param {Row[]} rows @param {(row: Row) => string} say */
export const shelf = (title, rows, say) => rows.length > 0 && h("section", { class: "chart wide-chart" }, h("h2", {}, title),
  h("ul", { class: "cards strip" }, rows.slice(0, 12).map((row) => h("li", { class: "card" },
    h("a", { class: "open", href: pageOf(row.anime_id) }, cover(row), h("span", { class: "card-title" }, row.title)), h("span", { class: "muted facts" }, say(row))))));

/**
 * Columns, and the same as a table for those who do not see them.
 * @param {string} title @param {Pair[]} pairs @param {string} unit
 */
export function columns(title, pairs, unit) {
  if (!pairs.length) return null;
  const most = Math.max(1, ...pairs.map(([, value]) => value));
  const width = 100 / pairs.length;
  return panel(title,
    h("div", { class: "columns", "aria-hidden": "true" },
      svg("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none" },
        pairs.map(([, value], at) => svg("rect", { x: at * width + width * 0.14, width: width * 0.72, y: 40 - (value / most) * 40, height: (value / most) * 40, class: value === most ? "most" : "" }))),
      h("div", { class: "labels", style: { "--count": String(pairs.length) } }, pairs.map(([name, value], at) =>
        h("span", { title: `${name}: ${number(value)}` }, pairs.length < 14 || at % 3 === 0 ? name : "")))),
    h("p", { class: "hint muted", "aria-hidden": "true" }, t("Peak: {what}", { what: unit === t("titles") ? titleCount(most) : episodeCount(most) })),
    asTable(title, pairs, unit));
}

/** @param {string} title @param {Counted[]} rows @param {"genre" | "studio" | "format" | "status"} name */
export function bars(title, rows, name) {
  const first = rows.filter((row) => row[name]).sort((one, other) => other.titles - one.titles).slice(0, 10);
  if (!first.length) return null;
  const most = Math.max(...first.map(({ titles }) => titles));
  return panel(title, h("ol", { class: "bars" }, first.map((row) => h("li", {},
    h("span", {}, String(row[name])),
    h("span", { class: "bar", style: { "--share": String(row.titles / most) }, "aria-hidden": "true" }),
    h("span", { class: "figure" }, number(row.titles), row.mean_score !== null && row.mean_score !== undefined && h("span", { class: "muted" }, ` · ${number(row.mean_score)}`))))));
}

/** A year of days, darker the more was watched. @param {OfDay[]} rows */
export function calendar(rows) {
  if (!rows.length) return null;
  const { days, most } = daysOf(rows);
  const squares = days.map(({ name, episodes, level }, at) =>
    svg("rect", { x: Math.floor(at / 7) * 13, y: (at % 7) * 13, width: 11, height: 11, rx: 2, class: `day level-${level}` },
      episodes > 0 && svg("title", {}, `${day(`${name}T12:00:00`)}: ${number(episodes)}`)));
  return h("section", { class: "chart wide-chart" }, h("h2", {}, t("Activity")),
    h("div", { class: "calendar", tabindex: "0", role: "img", "aria-label": t("{n} active days, up to {most} episodes a day", { n: rows.length, most }) },
      svg("svg", { viewBox: "0 0 690 91", width: 690, height: 91 }, squares)));
}

/** @param {string} title @param {Pair[]} pairs @param {string} unit */
const asTable = (title, pairs, unit) => h("table", { class: "unseen" }, h("caption", {}, title),
  h("thead", {}, h("tr", {}, h("th", { scope: "col" }, title), h("th", { scope: "col" }, unit))),
  h("tbody", {}, pairs.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, number(value))))));
