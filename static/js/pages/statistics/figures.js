/** What the charts show, from what the server counts: pure functions. */

import { monthName, weekdayName } from "../../ui/more_words.js";
import { placeOf, statusName } from "../../ui/words.js";

/** @import { Counted, OfDay, OfMonth, OfScore, OfWeekday, OfYear, Review, Statistics } from "../../types.js" */
/** @typedef {[name: string, value: number]} Pair */

const MOST_MONTHS = 24;
const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/**
 * As the tabs of the list count: dropped and on hold are lists too.
 * @param {Pick<Statistics, "by_type" | "by_state">} data @returns {Counted[]}
 */
export function statuses({ by_type: types, by_state: states }) {
  const apart = states.filter(({ state }) => state !== "active").map((row) => ({ ...row, status: row.state }));
  const rest = types.map((row) => {
    const within = apart.filter(({ status }) => placeOf(status).type === row.type);
    const titles = within.reduce((left, row) => left - row.titles, row.titles);
    return { ...row, status: row.type, titles, ...(within.length > 0 && { mean_score: null }) };
  });
  return [...rest, ...apart].map((row) => ({ ...row, status: row.titles && statusName(row.status) }));
}

/** @param {OfScore[]} rows of one score each, 0–10 @returns {Pair[]} */
export function scoreCounts(rows) {
  const counts = Array.from({ length: 10 }, (_, at) => /** @type {Pair} */ ([String(at + 1), 0]));
  for (const { score, titles } of rows) counts[Math.min(9, Math.max(0, Math.round(score) - 1))][1] += titles;
  return rows.length ? counts : [];
}

/** @param {OfMonth[]} rows @returns {Pair[]} the last 24 months, empty ones too */
export function monthsOf(rows) {
  const last = rows.at(-1)?.month.split("-").map(Number);
  if (!last) return [];
  const found = new Map(rows.map(({ month, episodes }) => [month, episodes]));
  const count = Math.min(MOST_MONTHS, Math.max(6, rows.length));
  return Array.from({ length: count }, (_, at) => {
    const date = new Date(last[0], last[1] - count + at, 1);
    const key = `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;
    return [`${monthName(date.getMonth())}${date.getMonth() === 0 || at === 0 ? ` ${date.getFullYear()}` : ""}`, found.get(key) ?? 0];
  });
}

/** Each day of the month that is reviewed, empty ones too. @param {Pick<Review, "year" | "month" | "calendar">} review @returns {Pair[]} */
export function daysIn({ year, month, calendar }) {
  const found = new Map(calendar.map(({ day, episodes }) => [Number(day.slice(8)), episodes]));
  const length = new Date(year, Number(month), 0).getDate();
  return calendar.length ? Array.from({ length }, (_, at) => [String(at + 1), found.get(at + 1) ?? 0]) : [];
}

/** @param {OfWeekday[]} rows @returns {Pair[]} */
export function weekdays(rows) {
  const found = new Map(rows.map(({ weekday, episodes }) => [weekday, episodes]));
  return rows.length ? WEEKDAYS.map((name, at) => [weekdayName(at), found.get(name) ?? 0]) : [];
}

/** Five years each. @param {OfYear[]} rows @returns {Pair[]} */
export function fiveYears(rows) {
  /** @type {Map<number, number>} */
  const found = new Map();
  for (const { year, titles } of rows) {
    if (!year) continue;
    const first = Math.floor(year / 5) * 5;
    found.set(first, (found.get(first) ?? 0) + titles);
  }
  return [...found].sort(([one], [two]) => one - two).map(([year, titles]) => [String(year), titles]);
}

/** A year of days, to the last that is there; `level` 0–4: how much of the most. @param {OfDay[]} rows */
export function daysOf(rows) {
  const found = new Map(rows.map(({ day, episodes }) => [day, episodes]));
  const most = Math.max(...found.values());
  const end = new Date(`${rows.at(-1)?.day}T12:00:00`);
  const start = new Date(end);
  start.setDate(start.getDate() - 7 * 52 - ((end.getDay() + 6) % 7));
  const days = [];
  for (const at = new Date(start); at <= end; at.setDate(at.getDate() + 1)) {
    const name = at.toLocaleDateString("sv");
    const episodes = found.get(name) ?? 0;
    days.push({ name, episodes, level: episodes ? Math.ceil((episodes / most) * 4) : 0 });
  }
  return { days, most };
}
