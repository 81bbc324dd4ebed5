/** What was changed, as a person says it: fields, values, operations. */

import { audienceName, thingName } from "./audiences.js";
import { priorityName } from "./more_words.js";
import { day, episodeCount, scoreText, stateName, statusName, t, titleCount, typeName } from "./words.js";

/** @import { Told, ToldChange, Values } from "../types.js" */

/** Of a format that lists come in. @param {string} format */
export const formatName = (format) =>
  ({ mal: "MyAnimeList", anilist: "AniList", kitsu: "Kitsu", simkl: "Simkl", shikimori: "Shikimori", hikka: "Hikka", "anime-planet": "Anime-Planet", csv: "CSV", json: "animecollections" })[format] ?? format;

/** What a field of an entry is called. @param {string} name */
export const fieldName = (name) => ({
  type: t("List"), state: t("Status"), progress: t("Progress"), score: t("My score"), rewatches: t("Rewatches"),
  started_on: t("Started"), finished_on: t("Finished"), notes: t("Notes"), tags: t("Tags"), is_private: t("Private"), episode_ranges: t("Episodes"), priority: t("Priority"),
  custom_title: t("My title"),
  added_at: t("Date added"), extra: t("Data from other sites"),
  name: t("Name"), description: t("Description"), rank: t("Place"), size: t("Titles"),
  list: t("List"), title: t("Title"),
})[name] ?? name;

/**
 * The status of one side of a change, which tells only what differs: what became active and
 * kept its type was on hold, watched again or dropped.
 * @param {Values} side @param {Values} other
 */
export const changedStatus = ({ type, state = "active" }, other) =>
  (state === "active" ? type ?? (other.state === "dropped" ? "Collection" : "Watching") : state);
/**
 * A value of an entry's field, as a person says it.
 * @param {string} name @param {unknown} value @param {string} format  of scores
 */
export function valueText(name, value, format) {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)) return "–";
  if (name === "score") return `★ ${scoreText(Number(value), format)}`;
  if (name === "type") return typeName(String(value));
  if (name === "state") return stateName(String(value));
  if (name === "episode_ranges") return episodesText(value);
  if (name === "progress") return episodeCount(Number(value));
  if (name === "priority") return priorityName(Number(value));
  if (name === "is_private") return value ? t("yes") : t("no");
  if (name === "added_at") return day(String(value));
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** As an entry has them, or as the log says it: "ahead 14; skipped 13". @param {any} value */
const episodesText = (value) => (typeof value === "string" ? value.split("; ") : Object.entries(value).filter(([, text]) => text).map((part) => part.join(" ")))
  .map((part) => part.replace(/^\w+/, (word) => ({ watched: t("watched"), ahead: t("watched ahead"), skipped: t("skipped") })[word] ?? word)).join("; ");

/** @type {Record<string, string>} */
const OF_OTHERS = { searches: t("Search history changed."), profile: t("Profile changed."), preferences: t("Preferences changed.") };

/**
 * What an operation did: its first change, and how many more there are; an import by its
 * file. Of one title: what it did to that.
 * @param {Told} told @param {string} format  of scores
 * @param {boolean} [isOfTitle]
 */
export function operationText({ changes: [first], size, summary, through, file_name: name, undoes_app: app }, format, isOfTitle = false) {
  const text = first ? changeText(first, format, isOfTitle) : summary;
  if (app && size > 1 && !isOfTitle) return t("Took back {n} changes of {app}.", { n: size, app });
  if (through === "import" && (isOfTitle || size > 1)) {
    const titles = titleCount(size);
    return isOfTitle ? `${text} ${name ? t("Imported from {name}.", { name }) : t("Imported.")}`
      : name ? t("Imported {titles} from {name}.", { titles, name }) : t("Imported {titles}.", { titles });
  }
  return size > 1 && !isOfTitle ? t("{what} And {n} more.", { what: text, n: size - 1 }) : text;
}

/** Of one title: without its name, where nothing moves. @param {ToldChange} change @param {string} format @param {boolean} isOfTitle */
export function changeText({ kind, anime_id, title = anime_id, before, after }, format, isOfTitle) {
  if (OF_OTHERS[kind]) return rowText(kind, before[kind], after[kind]);
  if (kind === "add") return t("Added {title} to {type}.", { title, type: statusName(changedStatus(after, {})) });
  if (kind === "remove") return t("Removed {title}.", { title });
  if (kind === "list" || kind === "list_item") return listText({ title, before, after });
  if (kind === "viewing") return viewingText({ before, after }, isOfTitle ? "" : title ?? "");
  if (kind === "watched") return isOfTitle ? t("Diary changed.") : `${title} · ${t("Diary changed.")}`;
  const isMoved = Boolean(after.type || after.state);
  const changed = Object.keys(after).filter((name) => !["type", "state"].includes(name))
    .map((name) => fieldText(name, before[name], after[name], format)).join(" ");
  if (isMoved) return `${t("Moved {title} to {type}.", { title, type: statusName(changedStatus(after, before)) })} ${changed}`.trim();
  const what = changed || t("Data from other sites updated."); // which answers leave out
  return isOfTitle ? what : `${title} · ${what}`;
}

/** Of a list of one's own, or of what is on one (`title`). @param {Pick<ToldChange, "title" | "before" | "after">} change */
function listText({ title, before, after }) {
  const [was, is] = [before.list, after.list];
  const values = { title, was, list: is ?? was };
  if (!title && was && is && before.audience !== after.audience) return seenText(is, before.audience, after.audience);
  if (title) return !was ? t("Put {title} on {list}.", values) : is ? t("Changed {title} on {list}.", values) : t("Took {title} off {list}.", values);
  if (was && is && was !== is) return t("Renamed the list {was} to {list}.", values);
  return !was ? t("Made the list {list}.", values) : is ? t("Changed the list {list}.", values) : t("Removed the list {list}.", values);
}

/** Who sees it now. @param {unknown} name @param {unknown} before @param {unknown} after */
const seenText = (name, before, after) => t("Who sees {name}: {before} → {after}.", { name, before: audienceName(String(before)), after: audienceName(String(after)) });

const AUDIENCE = "audience.";
/** Of the preferences and the like; an earlier release logged no values. @param {string} kind @param {any} [before] @param {any} [after] */
function rowText(kind, before = {}, after = {}) {
  const names = Object.keys(after);
  const seen = names.filter((name) => name.startsWith(AUDIENCE)).map((name) => seenText(thingName(name.slice(AUDIENCE.length)), before[name], after[name]));
  return [seen.length < names.length || !names.length ? OF_OTHERS[kind] : "", ...seen].filter(Boolean).join(" ");
}

/** @param {Pick<ToldChange, "before" | "after">} change @param {string} title  "" under its heading */
function viewingText({ before, after }, title) {
  const text = !Object.keys(after).length ? t("A viewing removed.") : Object.keys(before).length ? t("A viewing changed.") : t("Another viewing begun.");
  return title ? `${title} · ${text}` : text;
}

/** @param {string} name @param {unknown} before @param {unknown} after @param {string} format */
function fieldText(name, before, after, format) {
  if (name === "notes") return t("Notes edited.");
  if (name === "is_private") return after ? t("Marked private.") : t("No longer private.");
  return `${fieldName(name)}: ${valueText(name, before, format)} → ${valueText(name, after, format)}.`;
}
