/** What one browses by, and what it is called: pure functions. */

import { airingName } from "../../ui/more_words.js";
import { t } from "../../ui/words.js";

/**
 * by: rating or popularity; what is "" is not narrowed.
 * @typedef {{by: string, genre: string, decade: string, format: string, status: string, studio: string, new: string}} Wanted
 * @typedef {{name: string, count: number}} Genre
 * @typedef {{name: string, path: string, query: Record<string, string>}} Shelf  path: where all of it is
 */

/** @type {Wanted} */
const NOTHING = { by: "", genre: "", decade: "", format: "", status: "", studio: "", new: "" };
const FIRST_DECADE = 1960; // what is older fits one page of years
const GENRES_SHOWN = 3; // shelves of a genre, other ones each day
const MOST_GENRES = 24; // that have shelves: the largest
const SEASONS = ["winter", "spring", "summer", "fall"];

/** @param {number} year  this one @returns {string[]} */
export const decades = (year) => Array.from({ length: Math.floor(year / 10) - FIRST_DECADE / 10 + 1 }, (_, back) => String(Math.floor(year / 10) * 10 - back * 10));

/** @param {Iterable<[string, string]>} query  of the address @returns {Wanted} */
export function wantedBy(query) {
  const asked = Object.fromEntries(query);
  const wanted = Object.fromEntries(Object.keys(NOTHING).map((name) => [name, asked[name] ?? ""]));
  if (!["", "rating", "popularity"].includes(wanted.by)) wanted.by = "rating";
  if (!/^(|\d{3}0)$/.test(wanted.decade)) wanted.decade = "";
  return /** @type {Wanted} */ (wanted);
}

/** Nothing is chosen: then there are shelves. @param {Wanted} wanted */
export const isOpenEnded = (wanted) => Object.values(wanted).every((value) => !value);

/** As the API is asked. @param {Wanted} wanted */
export function queryOf({ by, genre, decade, format, status, studio, new: isNew }) {
  const query = { genre, format, studio, airing_status: status, on_list: isNew && "false",
    year_min: decade, year_max: decade && String(Number(decade) + 9), ordering: by === "popularity" ? "-popularity" : "-rating" };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value));
}

/** "1990s" @param {string} decade */
export const decadeName = (decade) => t("{year}s", { year: decade });
/** @param {string} format */
export const formatName = (format) => (format === "Movie" ? t("Films") : format);

/** "Most popular · Drama · 1990s · Films". @param {Wanted} wanted */
export function headingOf(wanted) {
  if (isOpenEnded(wanted)) return t("Browse");
  const { by, genre, decade, format, status, studio } = wanted;
  return [by === "popularity" ? t("Most popular") : t("Best rated"), genre, studio, decade && decadeName(decade),
    format && formatName(format), status && airingName(status)].filter(Boolean).join(" · ");
}

/** Which of many today, the same all day. @template Item @param {Item[]} items @param {string} day @returns {Item[]} */
export function ofToday(items, day, most = GENRES_SHOWN) {
  const start = Math.floor(Date.parse(day) / 86_400_000) * most;
  return items.length <= most ? items : Array.from({ length: most }, (_, at) => items[(start + at) % items.length]);
}

/** Of today's season the year and the name. @param {string} day @returns {[string, string]} */
const seasonOn = (day) => [day.slice(0, 4), SEASONS[Math.floor((Number(day.slice(5, 7)) - 1) / 3)]];

/** @param {Partial<Wanted>} more @param {string} name @returns {Shelf} */
function shelf(more, name = headingOf({ ...NOTHING, ...more })) {
  const wanted = { ...NOTHING, ...more };
  const asked = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
  return { name, path: `/browse?${asked}`, query: queryOf(wanted) };
}

/**
 * From the top: this season, what everybody looks for, and some genres and a decade of today.
 * @param {Genre[]} genres @param {string} day  today @param {(season: string) => string} seasonName @returns {Shelf[]}
 */
export function shelvesOf(genres, day, seasonName) {
  const [year, season] = seasonOn(day);
  const large = genres.toSorted((one, other) => other.count - one.count).slice(0, MOST_GENRES);
  return [
    { name: `${seasonName(season)} ${year}`, path: `/season/${year}/${season}`, query: { year, season, ordering: "-popularity" } },
    shelf({ by: "popularity" }),
    shelf({ by: "rating" }),
    shelf({ by: "popularity", status: "airing" }, t("Airing now")),
    shelf({ by: "popularity", status: "upcoming" }, t("Not yet aired")),
    shelf({ format: "Movie" }, t("Films")),
    ...ofToday(large, day).map(({ name }) => shelf({ genre: name }, name)),
    ...ofToday(decades(Number(year)).slice(1), day, 1).map((decade) => shelf({ decade }, decadeName(decade))),
  ];
}
