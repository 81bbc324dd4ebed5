/** Statistics: a few figures, and charts that say their numbers in words as well. */

import { here, keepQuery } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { failed, h, loading, svg } from "../../ui/dom.js";
import { pageOf } from "../../ui/panel.js";
import { day, episodeCount, monthName, number, placeOf, statusName, t, titleCount, weekdayName } from "../../ui/words.js";

/** @param {any} data */
const hasFigures = (data) => data && typeof data === "object";

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const thisYear = new Date().getFullYear();
  const body = h("div", { class: "statistics" });
  const choice = h("select", { "aria-label": t("Period"), onchange: () => (keepQuery({ year: choice.value }), fetchThem()) },
    h("option", { value: "" }, t("All time")),
    Array.from({ length: 12 }, (_, back) => h("option", { value: thisYear - back }, String(thisYear - back))));
  offer([Number(here().query.get("year"))]);
  choice.value = here().query.get("year") ?? "";
  main.append(h("header", { class: "page-head" }, h("h1", {}, t("Statistics")), choice), body);

  async function fetchThem() {
    const year = choice.value;
    body.replaceChildren(loading());
    try {
      const { data } = await app.collection.api.ask("GET", `/api/user/stats${year ? `?year=${year}` : ""}`, undefined, { tries: 2, check: hasFigures });
      offer((data.by_year_finished ?? []).map((/** @type {any} */ row) => row.year));
      if (year === choice.value) body.replaceChildren(...(year ? ofYear(data) : ofAll(data)).filter(Boolean));
    } catch (error) {
      if (year === choice.value) body.replaceChildren(failed(error, fetchThem, t("Statistics need a connection.")));
    }
  }

  /** Years to choose, the latest first; of what was watched long ago too. @param {number[]} years */
  function offer(years) {
    const there = new Set([...choice.options].map(({ value }) => Number(value)));
    for (const year of years.filter((year) => year > 0 && !there.has(year))) {
      const after = [...choice.options].find(({ value }) => value && Number(value) < year);
      choice.insertBefore(h("option", { value: year }, String(year)), after ?? null);
    }
  }

  /** @param {any} data */
  const ofAll = (data) => !data.totals.titles ? [nothing()] : [
    figures([
      [t("Titles"), data.totals.titles], [t("Completed"), data.totals.completed], [t("Episodes"), data.totals.episodes],
      [t("Days watched"), data.totals.minutes / 1440], [t("Mean score"), data.totals.mean_score],
    ]),
    scores(data.scores),
    columns(t("Episodes by month"), monthsOf(data.watched.months), t("episodes")),
    calendar(data.watched.calendar),
    bars(t("Genres"), data.by_genre, "genre"),
    bars(t("Studios"), data.by_studio, "studio"),
    bars(t("Lists"), statuses(data), "status"),
    bars(t("Formats"), data.by_format, "format"),
    columns(t("Finished by year"), data.by_year_finished.map((/** @type {any} */ row) => [String(row.year), row.titles]), t("titles")),
    columns(t("By release year"), decades(data.by_year), t("titles")),
    columns(t("Weekdays"), weekdays(data.watched.weekdays), t("episodes")),
    data.streaks.longest && figures([
      [t("Longest streak (days)"), data.streaks.longest.days],
      [t("Current streak"), data.streaks.current?.days ?? 0], [t("Active days"), data.watched.days],
    ]),
  ];

  /** @param {any} data */
  const ofYear = (data) => !data.totals.titles && !data.totals.added && !data.totals.finished ? [nothing()] : [
    h("p", { class: "lead review" }, t("{year} in review", { year: String(data.year) })),
    figures([
      [t("Episodes"), data.totals.episodes], [t("Hours"), data.totals.minutes / 60], [t("Titles"), data.totals.titles],
      [t("Finished"), data.totals.finished], [t("Active days"), data.totals.days],
    ]),
    shelf(t("Most watched"), named(data.most_watched), (/** @type {any} */ row) => episodeCount(row.episodes)),
    columns(t("Episodes by month"), monthsOf(data.months), t("episodes")),
    calendar(data.calendar),
    bars(t("Genres"), data.by_genre, "genre"),
    shelf(t("Finished"), named(data.finished), (/** @type {any} */ row) => row.finished_on),
    bars(t("Studios"), data.by_studio, "studio"),
  ];

  /** In the language of the list. @param {any[]} rows */
  const named = (rows) => rows.map((row) => ({ ...row, title: app.collection.entries.get(row.anime_id)?.title ?? row.title }));

  const nothing = () => h("div", { class: "empty" }, h("p", {}, t("No statistics yet.")), h("a", { class: "button", href: "/discover" }, t("Find anime")));
  fetchThem();
}

/**
 * As the tabs of the list count: dropped and on hold are lists too.
 * @param {{by_type: any[], by_state: any[]}} data
 */
function statuses({ by_type: types, by_state: states }) {
  const apart = states.filter(({ state }) => state !== "active").map((row) => ({ ...row, status: row.state }));
  const rest = types.map((row) => {
    const within = apart.filter(({ status }) => placeOf(status).type === row.type);
    const titles = within.reduce((left, row) => left - row.titles, row.titles);
    return { ...row, status: row.type, titles, ...(within.length > 0 && { mean_score: null }) };
  });
  return [...rest, ...apart].map((row) => ({ ...row, status: row.titles && statusName(row.status) }));
}

/** @param {[string, number | null][]} pairs */
const figures = (pairs) => h("dl", { class: "figures" }, pairs.map(([name, value]) =>
  h("div", {}, h("dt", { class: "muted" }, name), h("dd", {}, value === null ? "–" : number(value)))));

/** @param {string} title @param {...any} chart */
const panel = (title, ...chart) => h("section", { class: "chart" }, h("h2", {}, title), chart);

/** @param {string} title @param {any[]} rows @param {(row: any) => string} say */
const shelf = (title, rows, say) => rows.length > 0 && h("section", { class: "chart wide-chart" }, h("h2", {}, title),
  h("ul", { class: "cards strip" }, rows.slice(0, 12).map((row) => h("li", { class: "card" },
    h("a", { class: "open", href: pageOf(row.anime_id) }, cover(row), h("span", { class: "card-title" }, row.title)), h("span", { class: "muted facts" }, say(row))))));

/** @param {any[]} rows of one score each, 0–10 */
function scores(rows) {
  const counts = Array.from({ length: 10 }, (_, at) => [String(at + 1), 0]);
  for (const { score, titles } of rows) {
    const place = /** @type {any} */ (counts[Math.min(9, Math.max(0, Math.round(score) - 1))]);
    place[1] += titles;
  }
  return rows.length > 0 && columns(t("My scores"), /** @type {any} */ (counts), t("titles"));
}

/** @param {any[]} rows @returns {[string, number][]} the last 24 months, empty ones too */
function monthsOf(rows) {
  if (!rows.length) return [];
  const found = new Map(rows.map(({ month, episodes }) => [month, episodes]));
  const last = rows.at(-1).month.split("-").map(Number);
  const count = Math.min(24, Math.max(6, rows.length));
  return Array.from({ length: count }, (_, at) => {
    const date = new Date(last[0], last[1] - count + at, 1);
    const key = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;
    return [`${monthName(date.getMonth())}${date.getMonth() === 0 || at === 0 ? ` ${date.getFullYear()}` : ""}`, found.get(key) ?? 0];
  });
}

/** @param {any[]} rows @returns {[string, number][]} */
function weekdays(rows) {
  const found = new Map(rows.map(({ weekday, episodes }) => [weekday, episodes]));
  const names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
  return rows.length ? names.map((name, at) => [weekdayName(at), found.get(name) ?? 0]) : [];
}

/** @param {any[]} rows @returns {[string, number][]} */
function decades(rows) {
  const found = new Map();
  for (const { year, titles } of rows) {
    if (year) found.set(Math.floor(year / 5) * 5, (found.get(Math.floor(year / 5) * 5) ?? 0) + titles);
  }
  return [...found].sort(([one], [two]) => one - two).map(([year, titles]) => [String(year), titles]);
}

/**
 * Columns, and the same as a table for those who do not see them.
 * @param {string} title @param {[string, number][]} pairs @param {string} unit
 */
function columns(title, pairs, unit) {
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

/** @param {string} title @param {any[]} rows @param {string} name */
function bars(title, rows, name) {
  const first = rows.filter((row) => row[name]).sort((one, other) => other.titles - one.titles).slice(0, 10);
  if (!first.length) return null;
  const most = Math.max(...first.map(({ titles }) => titles));
  return panel(title, h("ol", { class: "bars" }, first.map((row) => h("li", {},
    h("span", {}, String(row[name])),
    h("span", { class: "bar", style: { "--share": String(row.titles / most) }, "aria-hidden": "true" }),
    h("span", { class: "figure" }, number(row.titles), row.mean_score !== null && row.mean_score !== undefined && h("span", { class: "muted" }, ` · ${number(row.mean_score)}`))))));
}

/** A year of days, darker the more was watched. @param {any[]} rows */
function calendar(rows) {
  if (!rows.length) return null;
  const found = new Map(rows.map(({ day: name, episodes }) => [name, episodes]));
  const end = new Date(`${rows.at(-1).day}T12:00:00`);
  const start = new Date(end);
  start.setDate(start.getDate() - 7 * 52 - ((end.getDay() + 6) % 7));
  const most = Math.max(...found.values());
  const squares = [];
  for (let at = new Date(start), index = 0; at <= end; at.setDate(at.getDate() + 1), index++) {
    const name = at.toLocaleDateString("sv");
    const episodes = found.get(name) ?? 0;
    const square = svg("rect", { x: Math.floor(index / 7) * 13, y: (index % 7) * 13, width: 11, height: 11, rx: 2, class: `day level-${episodes ? Math.ceil((episodes / most) * 4) : 0}` });
    if (episodes) square.append(svg("title", {}, `${day(`${name}T12:00:00`)}: ${number(episodes)}`));
    squares.push(square);
  }
  return h("section", { class: "chart wide-chart" }, h("h2", {}, t("Activity")),
    h("div", { class: "calendar", tabindex: "0", role: "img", "aria-label": t("{n} active days, up to {most} episodes a day", { n: rows.length, most }) },
      svg("svg", { viewBox: "0 0 690 91", width: 690, height: 91 }, squares)));
}

/** @param {string} title @param {[string, number][]} pairs @param {string} unit */
const asTable = (title, pairs, unit) => h("table", { class: "unseen" }, h("caption", {}, title),
  h("thead", {}, h("tr", {}, h("th", { scope: "col" }, title), h("th", { scope: "col" }, unit))),
  h("tbody", {}, pairs.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, number(value))))));
