/** Words that the first page does not need: of months, seasons and the like. */

import { language, number, t } from "./words.js";

/** @import { RelatedAnime } from "../types.js" */

/** @param {string} status */
export const airingName = (status) =>
  ({ finished: t("Finished airing"), airing: t("Airing now"), upcoming: t("Not yet aired") })[status] ?? "";

/** @param {string} season */
export const seasonName = (season) =>
  ({ winter: t("Winter"), spring: t("Spring"), summer: t("Summer"), fall: t("Fall") })[season] ?? "";

/** Month 0–11, shortly. @param {number} month */
export const monthName = (month) =>
  new Intl.DateTimeFormat(language, { month: "short" }).format(new Date(2026, month, 1));

/** Monday is 0. @param {number} weekday */
export const weekdayName = (weekday) =>
  new Intl.DateTimeFormat(language, { weekday: "short" }).format(new Date(2026, 5, 1 + weekday));

/** @param {number} n */
export const priorityName = (n) => [t("Normal"), t("High"), t("Highest")][n] ?? number(n);

/** A title in the reader's language, where it has one there. @param {string} wanted @param {Pick<RelatedAnime, "title" | "english_title" | "native_title">} anime */
export const titleIn = (wanted, { title, english_title: english, native_title: native }) =>
  (wanted === "english" && english) || (wanted === "native" && native) || title;

const moments = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
/** @param {string} iso */
export const moment = (iso) => moments.format(new Date(iso));

const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
/** @type {[number, Intl.RelativeTimeFormatUnit][]} */
const UNITS = [[60, "second"], [60, "minute"], [24, "hour"], [7, "day"], [4.35, "week"], [12, "month"]];
/** "yesterday", "3 hours ago". @param {string} iso */
export function since(iso) {
  let value = (new Date(iso).getTime() - Date.now()) / 1000;
  for (const [size, unit] of UNITS) {
    if (Math.abs(value) < size) return ago.format(Math.round(value), unit);
    value /= size;
  }
  return ago.format(Math.round(value), "year");
}
