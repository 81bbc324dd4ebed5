/** When episodes air, in full: in the zone of the reader, and never more exactly than it is known. */

import { TIME, dayIn, format, isMinute, noon } from "./airs.js";
import { day, monthOf } from "./words.js";

/** "17:30" @param {string} at @param {string} [zone] */
export const timeIn = (at, zone) => format(zone, TIME).format(new Date(at));
/** "Saturday" @param {string} at  a time or a day @param {string} [zone] */
export const weekdayIn = (at, zone) => (isMinute(at) ? format(zone, { weekday: "long" }).format(new Date(at)) : format(undefined, { weekday: "long" }).format(noon(at)));

/** In full: "Sat, Dec 5, 2026, 17:30", "Dec 5, 2026", "December 2026", "2026". @param {string} at @param {string} [zone] */
export const airsAt = (at, zone) => isMinute(at)
  ? format(zone, { weekday: "short", year: "numeric", month: "short", day: "numeric", ...TIME }).format(new Date(at))
  : at.length > 7 ? day(`${at}T12:00`) : at.length > 4 ? monthOf(at) : at;

/** The day alone: "Dec 5, 2026", "December 2026", "2026". @param {string} at @param {string} [zone] */
export const dateIn = (at, zone) => airsAt(isMinute(at) ? dayIn(new Date(at), zone) : at);
