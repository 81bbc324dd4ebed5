/**
 * Words, numbers and days in the language of the page. Sentences in the code are English;
 * the page brings their translations (locale/…/django.po).
 */

/** @import { State, Type } from "../collection/types.js" */

/** @type {Record<string, string>} */
const words = JSON.parse(globalThis.document?.getElementById("words")?.textContent ?? "{}");
export const language = globalThis.document?.documentElement.lang ?? "en";
/** Each by its own name. @type {[string, string][]} */
export const LANGUAGES = [["en", "English"], ["es", "Español"]];

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
/** @param {string} iso */
export const day = (iso) => days.format(new Date(iso));

const months = new Intl.DateTimeFormat(language, { month: "long", year: "numeric" });
/** "2026-11" @param {string} month */
export const monthOf = (month) => months.format(new Date(`${month}-01T12:00`));
/** A day of which one may know a part alone: "2026-11-28", "2015-06", "2015", "unknown", "aired". @param {string} value */
export const dayName = (value) => value === "unknown" ? t("day not known") : value === "aired" ? t("when it aired")
  : value.length > 7 ? day(`${value}T12:00`) : value.length > 4 ? monthOf(value) : value;

export const TYPES = /** @type {const} */ (["Watching", "Completed", "To Watch", "Collection"]);
/** @param {string} type */
export const typeName = (type) =>
  ({ Watching: t("Watching"), Completed: t("Completed"), "To Watch": t("To watch"), Collection: t("Collection") })[type] ?? type;

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
