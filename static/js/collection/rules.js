/** The fields of an entry and the rules of the list, as the server has them (its tests compare). */

/** @import { AnimeFacts, Entry, FieldName, Fields, Operation, Sent, State, Type, Unsent, Viewing, Wholes } from "./types.js" */

/** The fields that are the user's own. @type {FieldName[]} */
export const FIELDS = [
  "type", "state", "progress", "score", "rewatches", "started_on", "finished_on",
  "notes", "tags", "priority", "is_private", "episode_ranges", "custom_title",
];
/** The parts of sync but the list. @type {(keyof Wholes)[]} */
export const WHOLES = ["profile", "preferences", "searchHistory", "viewings", "notices", "lists"];
/** Nothing known of them. @returns {Wholes} */
export const noWholes = () => ({ profile: null, preferences: null, searchHistory: null, viewings: null, notices: null, lists: null });
/** Which states each type can have. @type {Record<Type, State[]>} */
export const STATES = {
  Watching: ["active", "on_hold", "rewatching"],
  Completed: ["active"],
  "To Watch": ["active"],
  Collection: ["active", "dropped"],
};
export const LARGEST_NUMBER = 100_000; // of episodes and rewatches that can be sent
/** What null makes of a field. @type {Sent} */
export const CLEARED = { progress: 0, rewatches: 0, notes: "", tags: [], priority: 0, is_private: false, custom_title: "" };

/** The names of the fields that are there. @param {Sent} fields */
export const fieldsIn = (fields) => /** @type {FieldName[]} */ (Object.keys(fields));

/** @param {unknown} one @param {unknown} other */
export const isSame = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Of this device: "2026-11-23". @param {Date} [at] */
export const dayOn = (at = new Date()) => at.toLocaleDateString("sv");

/**
 * An operation as it is made now. Where the server would take the day on which it comes
 * for that of the episodes (the table of its rules), or for the first of a viewing, it says
 * the day on which it was made.
 * @param {Operation} operation @param {Entry | null} seen @returns {Operation}
 */
export function dated(operation, seen) {
  const { op, by = 1, type, progress, started_on, finished_on, watched_on, episode_ranges } = operation;
  if (op === "viewing_begin") return { ...operation, started_on: started_on ?? dayOn() };
  const isMore = (progress ?? 0) > (seen?.progress ?? 0) || type === "Completed"
    || Boolean(episodes?.hasMore(episode_ranges, seen));
  const isNow = op === "increment" ? by > 0 : seen?.type === "Watching" && isMore && !finished_on;
  return isNow && !watched_on ? { ...operation, watched_on: dayOn() } : operation;
}

/** Comes when an entry needs it, which most do not. @type {typeof import("./episodes.js") | undefined} */
let episodes;
/** For the guess of a change of episodes out of order. */
export const learnEpisodes = async () => (episodes ??= await import("./episodes.js"));

// --- What a change will have done --------------------------------------------------

/**
 * An entry as it will be once the server has done what is unsent: a guess, by the
 * server's rules (collections_app/watch_list/rules.py), replaced by its answer.
 * @param {Entry | null} entry @param {Unsent} unsent @returns {Entry | null}
 */
export function guess(entry, unsent) {
  const after = guessed(entry, unsent);
  return after && after !== entry ? { ...after, behind_by: behindBy(after, after.episodes_aired) } : after;
}

/**
 * How many of those that have aired are neither watched nor skipped, as the server counts
 * them; null where nobody knows how many have aired.
 * @param {Entry} entry @param {number | null | undefined} aired
 */
export function behindBy(entry, aired) {
  if (aired === null || aired === undefined) return null;
  return entry.episode_ranges && episodes ? episodes.leftOf(entry, aired) : Math.max(0, aired - entry.progress);
}

/** @param {Entry | null} entry @param {Unsent} unsent @returns {Entry | null} */
function guessed(entry, { operation, anime, id, at }) {
  if (!operation) return entry;
  const { op, animeId, id: _, by = 1, fresh, if_revision, watched_on, quiet: __, ...sent } = operation;
  if (op === "remove") return null;
  if (op === "viewing_begin") return entry && begun(entry, at);
  if (op === "viewing_update" && sent.state === "active") return entry && reopened(entry, sent.progress ?? 0, at);
  if (isBeside(op)) return entry;
  const before = op === "add" ? entry ?? blank(animeId, anime, at) : entry;
  if (!before) return null;
  const said = episodes?.saidOver(before, sent);
  Object.assign(sent, said);
  const cleared = Object.fromEntries(fieldsIn(sent).map((name) => [name, sent[name] ?? CLEARED[name] ?? null]));
  /** @type {Entry} */
  const after = { ...before, ...cleared, updated_at: at, pending: true };
  if (op === "increment") {
    const most = Math.max(LARGEST_NUMBER, before.progress);
    after.progress = Math.min(Math.max(0, before.progress + by), most);
  }
  const isMore = op === "increment" && after.progress > before.progress;
  if (isMore && before.type === "Completed" && before.episodes && before.progress >= before.episodes) return before; // refused
  episodes?.joinRun(after, said ? after.progress : before.progress);
  follow(before, after, sent, op === "increment", watched_on);
  return after;
}

/** As the next time through begins; what is not over is refused. @param {Entry} entry @param {string} at @returns {Entry} */
function begun(entry, at) {
  const [first] = timesThrough([], entry);
  if (!first || first.state === "active") return entry;
  return { ...entry, type: "Watching", state: "rewatching", progress: 0, episode_ranges: null, updated_at: at, pending: true };
}

/** As a time through that was over goes on. @param {Entry} entry @param {number} progress @param {string} at @returns {Entry} */
function reopened(entry, progress, at) {
  const rewatches = Math.max(0, entry.rewatches - Number(entry.type === "Completed")); // it counted as one
  return { ...entry, type: "Watching", state: "rewatching", progress, rewatches, updated_at: at, pending: true };
}

/** Whether an operation is about viewings, the diary or lists, and not the entry. @param {string} op */
const isBeside = (op) => /^(viewing|watched|list)_/.test(op);

/**
 * Every time through a title: its viewings as the server keeps them, and what the entry
 * says (collections_app/watch_list/viewings.py): all of the only one but where it was
 * watched, and the progress of the active one.
 * @param {Viewing[]} viewings  of one title @param {Entry | undefined} entry @returns {Viewing[]}
 */
export function timesThrough(viewings, entry) {
  if (!entry) return viewings;
  if (viewings.some(({ number }) => number > 1)) {
    return viewings.map((row) => (row.state === "active" ? { ...row, progress: entry.progress } : row));
  }
  const { id = "", anime_id, type, state, started_on, finished_on, progress, score, notes, revision } = entry;
  const isActive = type === "Watching";
  const isDropped = state === "dropped";
  if (!isActive && type !== "Completed" && !isDropped && !progress && !finished_on && !entry.rewatches) return [];
  const isWhole = type === "Completed" || finished_on || (entry.episodes && progress >= entry.episodes);
  return [{
    ...{ id, where: "", revision }, ...viewings[0], anime_id, number: 1, started_on, finished_on, progress, score, notes,
    state: isActive ? "active" : isDropped || !isWhole ? "dropped" : "finished",
  }];
}

/**
 * What follows by itself, in the order of the server's rules.
 * @param {Entry} before @param {Entry} after @param {Sent} sent @param {boolean} isIncrement
 * @param {string} [watchedOn]
 */
function follow(before, after, sent, isIncrement, watchedOn) {
  const today = dayOn();
  /** @template {FieldName} Name @param {Name} name @param {Fields[Name]} value */
  const imply = (name, value) => name in sent || (/** @type {Fields} */ (after)[name] = value);
  /** @param {"started_on" | "finished_on"} name @param {string | null} day  a date already set stays, and so does none for a day not known */
  const date = (name, day) => imply(name, after[name] ?? day);
  const hasProgressed = after.progress > before.progress;
  if (after.type !== before.type) imply("state", "active");
  if (isIncrement && hasProgressed && after.state === "on_hold") imply("state", "active");
  if (hasProgressed && !before.progress && after.type === "To Watch" && !("type" in sent)) {
    after.type = "Watching";
    date("started_on", watchedOn ? dayOf(watchedOn, after, 1) : today);
  }
  const isLast = hasProgressed && after.progress === after.episodes && hasFinishedAiring(after);
  const isOpen = !("type" in sent) && (!("state" in sent) || after.state === "active");
  if (isLast && isOpen && after.type === "Watching") {
    if (after.state === "rewatching") imply("rewatches", Math.min(after.rewatches + 1, LARGEST_NUMBER));
    imply("state", "active");
    after.type = "Completed";
  }
  const isNowCompleted = after.type === "Completed" && before.type !== "Completed";
  const told = after.progress;
  if (isNowCompleted && after.episodes) imply("progress", after.episodes);
  episodes?.joinRun(after, told);
  const isNow = isIncrement || before.type === "Watching";
  const day = watchedOn ? dayOf(watchedOn, after, after.progress) : isNow ? today : null;
  if (isNowCompleted) date("finished_on", day);
}

/** @param {Entry} entry */
const hasFinishedAiring = ({ airing_status, episodes, year }) => airing_status === "unknown"
  ? Boolean(episodes && year && year < new Date().getFullYear() - 1)
  : airing_status === "finished";

/** How many episodes are sure to air in the year of the first. @type {Record<string, number>} */
const AIRED_IN_YEAR = { winter: 52, spring: 39, summer: 26, fall: 13 };

/** The day that `watched_on` says of an episode; null where it is not known. @param {string} watchedOn @param {Entry} entry @param {number} episode */
function dayOf(watchedOn, { year, season }, episode) {
  if (watchedOn === "aired") return year && episode <= (AIRED_IN_YEAR[season ?? ""] ?? 1) ? String(year) : null;
  return watchedOn === "unknown" ? null : watchedOn;
}

/** @param {string} animeId @param {Partial<AnimeFacts> | undefined} anime @param {string} at @returns {Entry} */
function blank(animeId, anime, at) {
  return {
    anime_id: animeId, type: "To Watch", title: `№ ${animeId}`, imageUrl: null, rating: null,
    episodes: null, format: "", airing_status: "", season: null, year: null,
    ...anime,
    progress: 0, score: null, state: "active", rewatches: 0, started_on: null,
    finished_on: null, notes: "", tags: [], priority: 0, is_private: false, episode_ranges: null, custom_title: "",
    added_at: at, updated_at: at, revision: 0,
  };
}
