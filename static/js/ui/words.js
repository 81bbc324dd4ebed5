/**
 * Words, numbers and days in the language of the page. Sentences in the code are English;
 * the page brings their translations (locale/…/django.po).
 */

/** @import { State, Type } from "../collection/types.js" */
/** @import { RelatedAnime } from "../types.js" */

/** @type {Record<string, string>} */
const words = JSON.parse(globalThis.document?.getElementById("words")?.textContent ?? "{}");
export const language = globalThis.document?.documentElement.lang ?? "en";

/**
 * A sentence in the reader's language, `{name}` filled in.
 * @param {string} sentence @param {Record<string, unknown>} [values]
 */
export function t(sentence, values = {}) {
  const found = words[sentence] || sentence;
  return found.replace(/\{(\w+)\}/g, (_, name) =>
    textOf(values[name]));
}

/** @param {unknown} value */
const textOf = (value) => (typeof value === "number" ? number(value) : String(value ?? ""));

const numbers = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
/** @param {number} value */
export const number = (value) => numbers.format(value);

/** @param {number} n */
export const episodeCount = (n) => (n === 1 ? t("1 episode") : t("{n} episodes", { n }));
/** @param {number} n */
export const titleCount = (n) => (n === 1 ? t("1 title") : t("{n} titles", { n }));

const days = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
const moments = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
/** @param {string} iso */
export const day = (iso) => days.format(new Date(iso));
/** @param {string} iso */
export const moment = (iso) => moments.format(new Date(iso));

const months = new Intl.DateTimeFormat(language, { month: "long", year: "numeric" });
/** "2026-11" @param {string} month */
export const monthOf = (month) => months.format(new Date(`${month}-01T12:00`));
/** A day of which one may know a part alone: "2026-11-28", "2015-06", "2015", "unknown", "aired". @param {string} value */
export const dayName = (value) => value === "unknown" ? t("day not known") : value === "aired" ? t("when it aired")
  : value.length > 7 ? day(`${value}T12:00`) : value.length > 4 ? monthOf(value) : value;

/** Month 0–11, shortly. @param {number} month */
export const monthName = (month) =>
  new Intl.DateTimeFormat(language, { month: "short" }).format(new Date(2026, month, 1));

/** Monday is 0. @param {number} weekday */
export const weekdayName = (weekday) =>
  new Intl.DateTimeFormat(language, { weekday: "short" }).format(new Date(2026, 5, 1 + weekday));

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

export const TYPES = /** @type {const} */ (["Watching", "Completed", "To Watch", "Collection"]);
/** @param {string} type */
export const typeName = (type) =>
  ({ Watching: t("Watching"), Completed: t("Completed"), "To Watch": t("To watch"), Collection: t("Collection") })[type] ?? type;

/** Of a format that lists come in. @param {string} format */
export const formatName = (format) =>
  ({ mal: "MyAnimeList", anilist: "AniList", kitsu: "Kitsu", simkl: "Simkl", shikimori: "Shikimori", hikka: "Hikka", "anime-planet": "Anime-Planet", csv: "CSV", json: "animecollections" })[format] ?? format;

/** @param {string} state */
export const stateName = (state) =>
  ({ active: t("Active"), on_hold: t("On hold"), rewatching: t("Rewatching"), dropped: t("Dropped") })[state] ?? state;

/**
 * Where a title stands: its type, or what of it when that is not `active`. In the order of
 * tabs and menus.
 */
export const STATUSES = ["Watching", "Completed", "To Watch", "on_hold", "dropped", "Collection", "rewatching"];
/** @param {{type: string, state?: string}} entry */
export const statusOf = ({ type, state = "active" }) => (state === "active" ? type : state);
/** @param {string} status @returns {{type: Type, state: State}} */
export const placeOf = (status) => ({
  type: TYPE_OF_STATE[status] ?? /** @type {Type} */ (status),
  state: status in TYPE_OF_STATE ? /** @type {State} */ (status) : "active",
});
/** @type {Record<string, Type>} */
const TYPE_OF_STATE = { on_hold: "Watching", rewatching: "Watching", dropped: "Collection" };
/** @param {string} status */
export const statusName = (status) => typeName(stateName(status));
/** What one keeps there. @param {string} status */
export const statusHint = (status) => ({
  Watching: t("What you are watching now."), Completed: t("What you have finished."),
  "To Watch": t("What you plan to watch. Up next shows the highest priority first."),
  on_hold: t("What you paused. The next episode moves it back to Watching."),
  dropped: t("What you stopped watching. Progress and score stay."),
  Collection: t("What you own or want to remember, without plans to watch it."),
  rewatching: t("What you are rewatching. The last episode adds one rewatch."),
})[status] ?? "";
/** @param {number} n */
export const priorityName = (n) => [t("Normal"), t("High"), t("Highest")][n] ?? number(n);

/** @param {string} season */
export const seasonName = (season) =>
  ({ winter: t("Winter"), spring: t("Spring"), summer: t("Summer"), fall: t("Fall") })[season] ?? "";

/** @param {string} status */
export const airingName = (status) =>
  ({ finished: t("Finished airing"), airing: t("Airing now"), upcoming: t("Not yet aired") })[status] ?? "";

/** A title in the reader's language, where it has one there. @param {string} wanted @param {Pick<RelatedAnime, "title" | "english_title" | "native_title">} anime */
export const titleIn = (wanted, { title, english_title: english, native_title: native }) =>
  (wanted === "english" && english) || (wanted === "native" && native) || title;

/** "TV · 2006 · 37 episodes". @param {{format: string, year: number | null, episodes: number | null}} anime */
export function factsOf({ format, year, episodes }) {
  const count = episodes && episodeCount(episodes);
  return [format, year && String(year), count].filter(Boolean).join(" · ");
}

// --- Scores in the user's scale ------------------------------------------------------

/** The faces of the scale of three, as 0–10. */
export const FACES = /** @type {const} */ ([[3.5, "🙁"], [6, "😐"], [8.5, "🙂"]]);

/** @param {number | null} score 0–10 @param {string} format @returns {string} */
export function scoreText(score, format) {
  if (score === null || score === undefined) return "";
  if (format === "100") return String(Math.round(score * 10));
  if (format === "10") return String(Math.round(score));
  if (format === "5") return "★".repeat(Math.max(1, Math.round(score / 2)));
  if (format === "3") return FACES[score < 4.75 ? 0 : score < 7.25 ? 1 : 2][1];
  return number(score);
}
