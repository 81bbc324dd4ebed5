/** How far one is with a list: pure functions. */

/** @import { Entry } from "../../collection/types.js" */
/** @import { ListItem } from "../../types.js" */

const MINUTES = 24; // of an episode: the device knows no lengths

/** @param {ListItem[]} items @param {Map<string, Entry>} entries */
export function progressOf(items, entries) {
  let [done, minutes] = [0, 0];
  for (const { anime_id: id, episodes } of items) {
    const entry = entries.get(id);
    if (entry?.type === "Completed") done++;
    else minutes += Math.max(0, (episodes ?? 0) - (entry?.progress ?? 0)) * MINUTES;
  }
  return { done, minutes };
}

/**
 * The place that a key moves a title to, of so many; null where the key moves nothing.
 * @param {string} key @param {number} place @param {number} count
 */
export function placeByKey(key, place, count) {
  const places = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: count - 1 };
  const wanted = places[/** @type {keyof typeof places} */ (key)];
  return wanted === undefined || wanted < 0 || wanted >= count || wanted === place ? null : wanted;
}
