/** A month of the diary as it is laid out: pure functions. Months are "2026-11", days "2026-11-28". */

/** @import { Watched } from "../../types.js" */

/** Folds case and accents. @param {string} text */
export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const two = (/** @type {number} */ value) => String(value).padStart(2, "0");

/** @param {string} month @param {number} by  months further */
export function monthAfter(month, by) {
  const [year, of] = month.split("-").map(Number);
  const at = new Date(year, of - 1 + by, 1);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}`;
}

/** The month that an address asks for, else that of today. @param {string} asked @param {string} today */
export const monthIn = (asked, today) => (/^(19|20|21)\d\d-(0[1-9]|1[0-2])$/.test(asked) ? asked : today.slice(0, 7));

/** Weeks from Monday on; null where a day is of another month. @param {string} month @returns {(string | null)[][]} */
export function weeksOf(month) {
  const [year, of] = month.split("-").map(Number);
  const before = (new Date(year, of - 1, 1).getDay() + 6) % 7;
  const length = new Date(year, of, 0).getDate();
  const days = Array.from({ length: Math.ceil((before + length) / 7) * 7 }, (_, at) => {
    const date = at - before + 1;
    return date > 0 && date <= length ? `${month}-${two(date)}` : null;
  });
  return Array.from({ length: days.length / 7 }, (_, at) => days.slice(at * 7, at * 7 + 7));
}

/** By what is known of when: each day of the month, the month, the year. @param {Watched[]} rows @returns {Map<string, Watched[]>} */
export function byDay(rows) {
  /** @type {Map<string, Watched[]>} */
  const days = new Map();
  for (const row of rows) days.set(row.watched_on, [...days.get(row.watched_on) ?? [], row]);
  return days;
}

/** Episodes, minutes and days of what counts in the month. @param {Watched[]} rows @param {string} month */
export function totalsOf(rows, month) {
  const within = rows.filter(({ watched_on: day }) => day.startsWith(month));
  const sum = (/** @type {"episodes" | "minutes"} */ name) => within.reduce((total, row) => total + row[name], 0);
  const days = new Set(within.map(({ watched_on: day }) => day).filter((day) => day.length > month.length));
  return { episodes: sum("episodes"), minutes: sum("minutes"), days: days.size };
}

/** 0 to 4: how much of the most of a day. @param {number} episodes @param {number} most */
export const levelOf = (episodes, most) => (episodes ? Math.ceil((episodes / most) * 4) : 0);

/**
 * Where a key leads in the calendar; null where it leads nowhere. Days may be of another
 * month, which is shown then.
 * @param {string} day @param {string} key
 */
export function dayByKey(day, key) {
  const [year, month, date] = day.split("-").map(Number);
  const weekday = (new Date(year, month - 1, date).getDay() + 6) % 7;
  /** @type {Record<string, number>} */
  const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -weekday, End: 6 - weekday };
  const months = { PageUp: -1, PageDown: 1 }[key];
  if (months) {
    const other = monthAfter(day.slice(0, 7), months);
    const [itsYear, itsMonth] = other.split("-").map(Number);
    return `${other}-${two(Math.min(date, new Date(itsYear, itsMonth, 0).getDate()))}`;
  }
  if (!(key in days)) return null;
  const at = new Date(year, month - 1, date + days[key]);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
