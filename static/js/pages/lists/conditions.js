/** The conditions of smart lists, and rules as a tree that one edits. Without a document. */

import { airingName, seasonName } from "../../ui/more_words.js";
import { TYPES, stateName, t, typeName } from "../../ui/words.js";

/** @import { Rules } from "../../collection/types.js" */

/**
 * How a value is chosen: among words, a number, a text, so long ago, a day, yes or no, or one
 * of the person's own lists, tags, or the catalogue's genres.
 * @typedef {"number" | "text" | "within" | "day" | "list" | "tag" | "genre"} Kind
 * @typedef {{label: string, kind: Kind, step?: number} | {label: string, words: [value: string, text: string][]}} About
 */

/**
 * A condition, or several of which all hold or any; or the opposite of that.
 * @typedef {{isNot: boolean, name: string, value: string}} Leaf
 * @typedef {{isNot: boolean, joint: "all" | "any", parts: Part[]}} Group
 * @typedef {Leaf | Group} Part
 */

const FORMATS = ["TV", "Movie", "OVA", "ONA", "Special", "Music", "Unknown"];
const yesOrNo = () => /** @type {[string, string][]} */ ([["true", t("Yes")], ["false", t("No")]]);

/** Of titles, wherever they are from. @type {Record<string, About>} */
const OF_TITLES = {
  genre: { label: t("Genre"), kind: "genre" },
  format: { label: t("Format"), words: FORMATS.map((name) => [name, name]) },
  episodes_min: { label: t("Episodes, at least"), kind: "number" },
  episodes_max: { label: t("Episodes, at most"), kind: "number" },
  year: { label: t("Year"), kind: "number" },
  year_min: { label: t("Year, from"), kind: "number" },
  year_max: { label: t("Year, to"), kind: "number" },
  season: { label: t("Season"), words: ["winter", "spring", "summer", "fall"].map((name) => [name, seasonName(name)]) },
  airing_status: { label: t("Airing"), words: ["airing", "finished", "upcoming"].map((name) => [name, airingName(name)]) },
  min_score: { label: t("Rating, at least"), kind: "number", step: 0.1 },
  studio: { label: t("Studio"), kind: "text" },
  search: { label: t("Words of the title"), kind: "text" },
  mature: { label: t("Mature titles"), words: [["hide", t("leave out")]] },
};

/** By where the titles are from. @type {Record<string, Record<string, About>>} */
export const CONDITIONS = {
  watch_list: {
    type: { label: t("Status"), words: TYPES.map((name) => [name, typeName(name)]) },
    state: { label: t("State"), words: ["active", "on_hold", "rewatching", "dropped"].map((name) => [name, stateName(name)]) },
    ...OF_TITLES,
    tag: { label: t("Tag"), kind: "tag" },
    list: { label: t("On the list"), kind: "list" },
    score_min: { label: t("My score, at least"), kind: "number", step: 0.1 },
    score_max: { label: t("My score, at most"), kind: "number", step: 0.1 },
    unscored: { label: t("Without my score"), words: yesOrNo() },
    progress_min: { label: t("Episodes watched, at least"), kind: "number" },
    progress_max: { label: t("Episodes watched, at most"), kind: "number" },
    notes: { label: t("Words in my notes"), kind: "text" },
    is_private: { label: t("Private"), words: yesOrNo() },
    added_within: { label: t("Added in the last"), kind: "within" },
    updated_within: { label: t("Changed in the last"), kind: "within" },
    watched_within: { label: t("Watched in the last"), kind: "within" },
    finished_within: { label: t("Completed in the last"), kind: "within" },
    added_since: { label: t("Added since"), kind: "day" },
    updated_since: { label: t("Changed since"), kind: "day" },
  },
  catalogue: { ...OF_TITLES, on_list: { label: t("On my list"), words: yesOrNo() } },
};

const EXCLUDES = "exclude_";

/** @param {Part} part @returns {part is Leaf} */
export const isLeaf = (part) => "name" in part;

/** Something to begin with. @param {string} from @returns {Leaf} */
export const newLeaf = (from) => ({ isNot: false, name: Object.keys(CONDITIONS[from])[0], value: "" });

/** @param {Part[]} parts @returns {Group} */
export const newGroup = (parts) => ({ isNot: false, joint: "all", parts });

/** @param {Part[]} parts @param {Group["joint"]} [joint] */
const joined = (parts, joint = "all") => (parts.length === 1 ? parts[0] : { ...newGroup(parts), joint });

/** Rules as they are kept, as a tree: every condition has one value there. @param {Rules | null} rules @returns {{from: string, root: Group}} */
export function treeOf(rules) {
  const { from = "watch_list", ...said } = rules ?? {};
  const part = partOf(said);
  const root = isLeaf(part) || part.isNot ? newGroup([part]) : part;
  return { from: String(from), root };
}

/** @param {Record<string, any>} said @returns {Part} */
function partOf(said) {
  const parts = Object.entries(said).map(([name, value]) => {
    if (name === "all" || name === "any") return joined(value.map(partOf), name);
    return name === "not" ? opposite(partOf(value)) : conditionOf(name, [value].flat().map(String));
  });
  return parts.length ? joined(parts) : newGroup([]);
}

/** @template {Part} P @param {P} part @returns {P} */
const opposite = (part) => ({ ...part, isNot: !part.isNot });

/** Of words any counts, of genres, studios and tags all. @param {string} name @param {string[]} values @returns {Part} */
function conditionOf(name, values) {
  if (name.startsWith(EXCLUDES)) return opposite(joined(values.map((value) => ({ isNot: false, name: name.slice(EXCLUDES.length), value })), "any"));
  const isAll = ["genre", "studio", "tag"].includes(name);
  return joined(values.map((value) => ({ isNot: false, name, value })), isAll ? "all" : "any");
}

/** Rules as they are sent, without what is not filled in yet; null where nothing is. @param {string} from @param {Group} root @returns {Rules | null} */
export function rulesOf(from, root) {
  const said = saidOf(root);
  return said && { from, ...said };
}

/** @param {Part} part @returns {Rules | null} */
function saidOf(part) {
  const said = isLeaf(part) ? part.value.trim() && { [part.name]: part.value.trim() } : saidOfGroup(part);
  if (!said) return null;
  return part.isNot ? { not: said } : said;
}

/** @param {Group} group @returns {Rules | null} */
function saidOfGroup({ joint, parts }) {
  const inner = parts.map(saidOf).filter((one) => one !== null);
  return inner.length ? { [joint]: inner } : null;
}
