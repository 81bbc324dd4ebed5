/** Which titles Up next shows: pure functions. */

/** @import { Entry } from "../../collection/types.js" */

const [MOST_ACTIVE, MOST_PAUSED, MOST_WAITING] = [60, 30, 12];

/**
 * What is being watched, the latest first; what is on hold; what could be started, the
 * highest priority first, then the best rated.
 * @param {Iterable<Entry>} entries
 */
export function choose(entries) {
  const all = [...entries];
  const watching = all.filter(({ type, episodes, progress }) => type === "Watching" && (episodes === null || progress < episodes))
    .sort((one, other) => other.updated_at.localeCompare(one.updated_at) || byId(one, other));
  const planned = all.filter(({ type }) => type === "To Watch")
    .sort((one, other) => other.priority - one.priority || (other.rating ?? 0) - (one.rating ?? 0) || byId(one, other));
  return {
    active: watching.filter(({ state }) => state !== "on_hold").slice(0, MOST_ACTIVE),
    paused: watching.filter(({ state }) => state === "on_hold").slice(0, MOST_PAUSED),
    waiting: planned.slice(0, MOST_WAITING),
  };
}

/** @param {Entry} one @param {Entry} other */
const byId = (one, other) => Number(one.anime_id) - Number(other.anime_id);
