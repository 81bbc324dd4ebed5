/**
 * The little that a browser remembers for the pages besides the list; as long as the page
 * is open where it remembers nothing (blocked storage throws at the first touch).
 */

/** @import { User } from "../collection/types.js" */

/**
 * @typedef {object} Kept
 * @property {User} user  whose copy opens without network
 * @property {Record<string, string>} list  how My list was narrowed
 * @property {string} theme
 */
/** Under which names it lies. @type {Record<keyof Kept, string>} */
export const NAMES = { user: "animecollections user", list: "list", theme: "theme" };

/** @type {Map<string, string>} */
const meanwhile = new Map();

export const remembered = {
  /** @template {keyof Kept} What @param {What} what @returns {Kept[What] | null} */
  get(what) {
    const name = NAMES[what];
    try {
      return JSON.parse(localStorage.getItem(name) ?? meanwhile.get(name) ?? "null");
    } catch {
      return JSON.parse(meanwhile.get(name) ?? "null"); // blocked, or none of ours
    }
  },
  /** @template {keyof Kept} What @param {What} what @param {Kept[What]} value */
  set(what, value) {
    meanwhile.set(NAMES[what], JSON.stringify(value));
    try {
      localStorage.setItem(NAMES[what], JSON.stringify(value));
    } catch {
      // The page remembers it.
    }
  },
  /** @param {...keyof Kept} whats */
  forget(...whats) {
    for (const what of whats) meanwhile.delete(NAMES[what]);
    try {
      for (const what of whats) localStorage.removeItem(NAMES[what]);
    } catch {
      // There is nothing.
    }
  },
};
