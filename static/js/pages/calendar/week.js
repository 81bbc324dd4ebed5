/** A week of the calendar as it is laid out: pure functions. Days are "2026-11-28". */

import { dayIn, isMinute } from "../../ui/airs.js";

/** @import { Airing } from "../../types.js" */

/** @param {string} day @param {number} by  days further */
export function dayAfter(day, by) {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

/** From Monday on. @param {string} day  one of its days */
export function weekOf(day) {
  const monday = dayAfter(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
  return Array.from({ length: 7 }, (_, at) => dayAfter(monday, at));
}

/** The day that an address asks for, else today. @param {string} asked @param {string} today */
export const dayAsked = (asked, today) =>
  (/^20\d\d-(0[1-9]|1[0-2])-\d\d$/.test(asked) && !Number.isNaN(Date.parse(asked)) ? dayAfter(asked, 0) : today);

/** The day in the reader's zone; a day is called as where it is broadcast. @param {Airing} airing @param {string} [zone] */
export const dayOf = ({ airs_at: at }, zone) => (isMinute(at) ? dayIn(new Date(at), zone) : at);

/**
 * Of each day what airs, in the order of time, what has no time last; and what is known to
 * the month alone.
 * @param {Airing[]} airings @param {string[]} days @param {string} [zone]
 * @returns {{days: [day: string, airings: Airing[]][], months: Airing[]}}
 */
export function laidOut(airings, days, zone) {
  const order = (/** @type {Airing} */ { airs_at: at }) => (isMinute(at) ? at : "~");
  const sorted = [...airings].sort((one, other) => (order(one) < order(other) ? -1 : order(one) > order(other) ? 1 : 0));
  const months = sorted.filter(({ airs_at: at }) => at.length === 7 && days.some((day) => day.startsWith(at)));
  return { days: days.map((day) => [day, sorted.filter((airing) => dayOf(airing, zone) === day)]), months };
}

/**
 * Where an arrow leads among what airs: up and down along all of it, left and right to the
 * same place of the next day that has any. Null: nowhere.
 * @param {number[]} counts  of each day @param {number} at  the place among all @param {string} key
 */
export function placeByKey(counts, at, key) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const next = { ArrowUp: at - 1, ArrowDown: at + 1 }[key];
  if (next !== undefined) return next >= 0 && next < total ? next : null;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (!by) return null;
  const firsts = counts.map((_, day) => counts.slice(0, day).reduce((sum, count) => sum + count, 0));
  const day = counts.findIndex((count, of) => at >= firsts[of] && at < firsts[of] + count);
  for (let other = day + by; other >= 0 && other < counts.length; other += by) {
    if (counts[other]) return firsts[other] + Math.min(at - firsts[day], counts[other] - 1);
  }
  return null;
}
