/** When episodes air, shortly; never more exactly than it is known. */

import { behindBy } from "../collection/rules.js";
import { language, monthOf, t } from "./words.js";

/** @import { Entry } from "../collection/types.js" */

const A_WEEK = 6.5 * 24 * 3600_000; // a weekday alone names one day of the next six
const WEEKDAY = /** @type {const} */ ({ weekday: "short" });
const DATE = /** @type {const} */ ({ month: "short", day: "numeric" });
export const TIME = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();
/** Made once: a format costs more than what it writes. @param {string | undefined} timeZone @param {Intl.DateTimeFormatOptions} how */
export function format(timeZone, how) {
  const key = JSON.stringify([timeZone, how]);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(language, { ...how, timeZone })));
  return found;
}

/** "2026-12-05T15:30:00Z"; else a day, a month or a year. @param {string} at */
export const isMinute = (at) => at.length > 10;
/** Noon is the same day in most zones. @param {string} at */
export const noon = (at) => new Date(`${at}T12:00:00`);

/** "2026-12-05" by the clocks of a zone. @param {Date} at @param {string} [timeZone] */
export const dayIn = (at, timeZone) => at.toLocaleDateString("sv", { timeZone });
/** Shortly, seen from now: "Sat 17:30", "Sat", "Dec 5", "December 2026". @param {string} at @param {string | undefined} zone @param {number} now */
export function airsSoon(at, zone, now) {
  if (at.length <= 7) return at.length > 4 ? monthOf(at) : at;
  const when = isMinute(at) ? new Date(at) : noon(at);
  const isNear = when.getTime() - now < A_WEEK;
  const how = !isNear ? DATE : isMinute(at) ? { ...WEEKDAY, ...TIME } : WEEKDAY;
  return format(isMinute(at) ? zone : undefined, how).format(when).replace(",", "");
}

/** @param {string} when @param {unknown} isGuessed */
export const about = (when, isGuessed) => (isGuessed ? t("about {when}", { when }) : when);

/** A day or a month passes as a whole. @param {string} at @param {string | undefined} zone @param {number} now */
export const hasPassed = (at, zone, now) => (isMinute(at) ? Date.parse(at) <= now : at < dayIn(new Date(now), zone).slice(0, at.length));

/**
 * Of a title that one watches: how far one is behind, else when the next episode airs. An
 * episode that has aired since the server was asked counts, unless it was watched ahead.
 * @param {Entry} entry @param {string | undefined} zone @param {number} now
 */
export function airsNote(entry, zone, now) {
  const { type, state, episodes_aired: aired, next_airs_at: next, next_airs_estimated: isGuessed } = entry;
  if (type !== "Watching" || state !== "active") return "";
  const isPast = Boolean(next && hasPassed(next, zone, now));
  const behind = isPast && typeof aired === "number" ? behindBy(entry, aired + 1) : entry.behind_by;
  if (behind) return t("{n} behind", { n: behind });
  if (!next || isPast) return "";
  const when = airsSoon(next, zone, now);
  return isGuessed ? about(when, true) : t("next: {when}", { when });
}
