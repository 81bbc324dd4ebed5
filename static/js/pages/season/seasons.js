/** Seasons, and the titles of one: pure functions. A season is "2026/fall". */

import { about, airsSoon, dayIn, hasPassed, isMinute, noon } from "../../ui/airs.js";
import { timeIn } from "../../ui/airs_at.js";
import { t } from "../../ui/words.js";

/** @import { Anime } from "../../types.js" */
/** @typedef {{year: number, season: string}} Season */

export const SEASONS = ["winter", "spring", "summer", "fall"]; // of three months each
export const FIRST_YEAR = 1917; // of the oldest title that is known
const GROUPS = [["TV"], ["Movie"], ["ONA"], ["OVA", "Special"], ["Music", "Unknown"]];

/** @param {string} day  "2026-11-30" @returns {Season} */
export const seasonOn = (day) => ({ year: Number(day.slice(0, 4)), season: SEASONS[Math.floor((Number(day.slice(5, 7)) - 1) / 3)] });

/** The one that an address asks for, else today's. @param {string} path @param {string} today @returns {Season} */
export function seasonAsked(path, today) {
  const [, year, season] = /^\/season\/(\d{4})\/(\w+)$/.exec(path) ?? [];
  return SEASONS.includes(season) ? { year: Number(year), season } : seasonOn(today);
}

/** @param {Season} season @param {number} by  seasons later @returns {Season} */
export function seasonAfter({ year, season }, by) {
  const at = year * SEASONS.length + SEASONS.indexOf(season) + by;
  return { year: Math.floor(at / SEASONS.length), season: SEASONS[at % SEASONS.length] };
}

/** @param {Season} season */
export const pathOf = ({ year, season }) => `/season/${year}/${season}`;

/** Of each kind its titles, in the order in which they came. @param {Anime[]} titles @returns {[format: string, titles: Anime[]][]} */
export const byFormat = (titles) => GROUPS
  .map((formats) => /** @type {[string, Anime[]]} */ ([formats[0], titles.filter(({ format }) => formats.includes(format))]))
  .filter(([, some]) => some.length);

/** When it airs as a rule: its next episode says it better than its first. @param {Anime} anime */
const airsAt = ({ next_airs_at: next, first_airs_at: first }) => (next && next.length > 7 ? next : first && first.length > 7 ? first : "");

/**
 * Of the weekdays from Monday (0) on those on which any airs, in the order of hours; and
 * what nobody knows a day of, or what has but one (a film).
 * @param {Anime[]} titles @param {string} [zone]
 * @returns {{days: [weekday: number, titles: Anime[]][], others: Anime[]}}
 */
export function byWeekday(titles, zone) {
  const isRegular = (/** @type {Anime} */ anime) => Boolean(airsAt(anime)) && !["Movie", "Special", "OVA", "Music"].includes(anime.format);
  /** @type {Map<number, Anime[]>} */
  const days = new Map();
  for (const anime of titles.filter(isRegular)) {
    const weekday = weekdayOf(airsAt(anime), zone);
    days.set(weekday, [...(days.get(weekday) ?? []), anime]);
  }
  const hour = (/** @type {Anime} */ anime) => (isMinute(airsAt(anime)) ? hourIn(airsAt(anime), zone) : "~");
  return {
    days: [...days].sort(([one], [other]) => one - other)
      .map(([weekday, some]) => [weekday, some.toSorted((one, other) => (hour(one) < hour(other) ? -1 : hour(one) > hour(other) ? 1 : 0))]),
    others: titles.filter((anime) => !isRegular(anime)),
  };
}

/** @param {string} at @param {string} [zone] */
function weekdayOf(at, zone) {
  const day = isMinute(at) ? dayIn(new Date(at), zone) : at;
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** @param {string} at @param {string} [zone] */
const hourIn = (at, zone) => new Date(at).toLocaleTimeString("sv", { timeZone: zone });

/** When it airs, shortly. @param {Anime} anime @param {string | undefined} zone @param {number} now */
export function noteOf({ first_airs_at: first, first_airs_estimated: isGuessed, next_airs_at: next, next_airs_estimated: isNextGuessed, episodes_aired: aired }, zone, now) {
  if (first && !hasPassed(first, zone, now)) return t("from {when}", { when: about(airsSoon(first, zone, now), isGuessed) });
  if (!next || hasPassed(next, zone, now)) return "";
  const when = about(airsSoon(next, zone, now), isNextGuessed);
  return aired ? t("Episode {n}: {when}", { n: aired + 1, when }) : t("next: {when}", { when });
}

/** Under its weekday: the hour, and from which day on where that is to come. @param {Anime} anime @param {string | undefined} zone @param {number} now */
export function hourNote(anime, zone, now) {
  const { first_airs_at: first } = anime;
  const at = airsAt(anime);
  const begins = first && !hasPassed(first, zone, now) && t("from {when}", { when: airsSoon(isMinute(first) ? dayIn(new Date(first), zone) : first, undefined, now) });
  return [isMinute(at) ? timeIn(at, zone) : t("time not known"), begins].filter(Boolean).join(" · ");
}

/** In full, in the reader's language. @param {number} weekday  0 is Monday @param {string} language */
export const weekdayName = (weekday, language) => new Intl.DateTimeFormat(language, { weekday: "long" }).format(noon(`2026-06-0${1 + weekday}`));
