/** Which entries My list shows, and in which order: pure functions. */

import { STATUSES, statusOf } from "../../ui/words.js";

/** @import { Entry } from "../../collection/types.js" */

/** What the page shows unless it is asked for something else; `type` is a status. */
export const USUAL = { type: "Watching", search: "", sort: "updated_at", reversed: "", format: "", tag: "", genre: "", from: "", to: "", least: "" };
/** @typedef {Record<keyof typeof USUAL, string>} Narrowed */
/** @typedef {Narrowed & {view: string}} Wanted */

/** @typedef {string | number | null} Compared */
/** What is compared (null: comes last either way), and which end comes first. @type {Record<string, [(entry: Entry) => Compared, 1 | -1]>} */
const SORTS = {
  added_at: [(entry) => entry.added_at, -1],
  updated_at: [(entry) => entry.updated_at, -1],
  title: [(entry) => entry.title.toLocaleLowerCase(), 1],
  score: [(entry) => entry.score, -1],
  rating: [(entry) => entry.rating, -1],
  year: [(entry) => entry.year, -1],
  progress: [(entry) => entry.progress, -1],
  status: [(entry) => STATUSES.indexOf(statusOf(entry)), 1],
  priority: [(entry) => entry.priority, -1],
  started_on: [(entry) => entry.started_on, -1],
  finished_on: [(entry) => entry.finished_on, -1],
};
export const SORT_NAMES = Object.keys(SORTS);

/** Folds case and accents, as the server's search does. @param {string} text */
export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Which end comes first: 1 or -1. @param {Wanted} wanted */
export const directionOf = ({ sort, reversed }) => (SORTS[sort]?.[1] ?? -1) * (reversed ? -1 : 1);

/**
 * What is wanted, as the address says; where that says nothing, as on the last visit.
 * @param {Iterable<[string, string]>} query @param {Record<string, string>} last @returns {Wanted}
 */
export function wantedBy(query, last) {
  const said = Object.fromEntries([...query].filter(([name]) => name in USUAL));
  const kept = Object.keys(said).length ? { view: last.view ?? "grid" } : last;
  const wanted = { view: "grid", ...USUAL, ...kept, search: "", ...said };
  if (![...STATUSES, "all"].includes(wanted.type)) wanted.type = USUAL.type;
  return wanted;
}

/** What differs from the usual, for the address. @param {Wanted} wanted @returns {Record<string, string>} */
export const queryOf = (wanted) => Object.fromEntries(
  Object.entries(USUAL).flatMap(([name, usual]) => {
    const value = wanted[/** @type {keyof Narrowed} */ (name)];
    return value === usual ? [] : [[name, value]];
  }));

export const FILTERS = /** @type {const} */ (["format", "tag", "genre", "from", "to", "least"]);
/** @param {Wanted} wanted */
export const isFiltered = (wanted) => FILTERS.some((name) => wanted[name]);

/** @param {Entry} entry @param {Wanted} wanted @param {(entry: Entry) => string[]} genresOf */
const passes = (entry, wanted, genresOf) =>
  (!wanted.format || entry.format === wanted.format)
  && (!wanted.tag || entry.tags.includes(wanted.tag))
  && (!wanted.genre || genresOf(entry).includes(wanted.genre))
  && (!wanted.from || (entry.year ?? 0) >= Number(wanted.from))
  && (!wanted.to || (entry.year !== null && entry.year <= Number(wanted.to)))
  && (!wanted.least || (entry.score ?? -1) >= Number(wanted.least));

/**
 * All that passes search and filters, and of that what is of the chosen status, in order.
 * @param {Iterable<Entry>} entries @param {Wanted} wanted
 * @param {{genresOf: (entry: Entry) => string[], isFound: (entry: Entry, words: string[]) => boolean}} known
 */
export function choose(entries, wanted, { genresOf, isFound }) {
  const words = fold(wanted.search).split(/\s+/).filter(Boolean);
  const found = [...entries].filter((entry) =>
    passes(entry, wanted, genresOf) && (!words.length || isFound(entry, words)));
  const ofType = found.filter((entry) => wanted.type === "all" || statusOf(entry) === wanted.type);
  return { found, ofType: inOrder(ofType, wanted) };
}

/** @param {Entry[]} entries @param {Wanted} wanted @returns {Entry[]} */
function inOrder(entries, wanted) {
  const [key] = SORTS[wanted.sort] ?? SORTS.updated_at;
  const way = directionOf(wanted);
  return entries
    .map((entry) => ({ entry, value: key(entry) ?? null }))
    .sort(({ value: one, entry: a }, { value: two, entry: b }) => (one === two ? Number(a.anime_id) - Number(b.anime_id)
      : one === null ? 1 : two === null ? -1 : one < two ? -way : way))
    .map(({ entry }) => entry);
}

/** How many entries each status has. @param {Entry[]} entries */
export function countsOf(entries) {
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0]));
  for (const entry of entries) counts[statusOf(entry)] += 1;
  return counts;
}
