/**
 * The little that a browser remembers for the pages besides the list; as long as the page
 * is open where it remembers nothing (blocked storage throws at the first touch).
 */

/** @type {Map<string, string>} */
const meanwhile = new Map();

export const remembered = {
  /** @param {string} name @returns {any} */
  get(name) {
    try {
      return JSON.parse(localStorage.getItem(name) ?? meanwhile.get(name) ?? "null");
    } catch {
      return JSON.parse(meanwhile.get(name) ?? "null"); // blocked, or none of ours
    }
  },
  /** @param {string} name @param {any} value */
  set(name, value) {
    meanwhile.set(name, JSON.stringify(value));
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // The page remembers it.
    }
  },
  /** @param {...string} names */
  forget(...names) {
    for (const name of names) meanwhile.delete(name);
    try {
      for (const name of names) localStorage.removeItem(name);
    } catch {
      // There is nothing.
    }
  },
};
