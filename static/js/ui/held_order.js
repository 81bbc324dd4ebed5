/**
 * An order that holds still under the pointer. From the first touch on, what is on the
 * screen keeps its place whatever changes: a second click on one spot is for the same
 * title. What came since stands at the end; what left stays where it was, as `away`.
 */

/** @import { Entry } from "../collection/types.js" */
/** @import { Shown } from "../types.js" */

export class HeldOrder {
  constructor() {
    this.isTouched = false;
    /** As they were when the order was made. @type {Map<string, Entry>} */
    this.entries = new Map();
    /** Whether the right order is another by now. */
    this.isStale = false;
  }

  touch() {
    this.isTouched = true;
  }

  /** Sorts at the next `arrange`. */
  release() {
    this.entries.clear();
  }

  /**
   * What to show, in the order that holds.
   * @param {Entry[]} sorted  all that belong here, in the right order
   * @param {(id: string) => Entry | undefined} look  an entry that may have left
   * @returns {Shown[]} with `away`: "moved" or "removed" for what has left
   */
  arrange(sorted, look) {
    const right = new Map(sorted.map((entry) => [entry.anime_id, entry]));
    if (!this.isTouched || !this.entries.size) this.entries = new Map(right);
    for (const [id, entry] of right) if (!this.entries.has(id)) this.entries.set(id, entry);
    const shown = [...this.entries].map(([id, was]) => right.get(id) ?? left(was, look(id)));
    this.isStale = shown.some(({ anime_id }, at) => anime_id !== sorted[at]?.anime_id);
    return shown;
  }

  /** Whether it changed since the order was made. @param {Entry} entry */
  hasChanged({ anime_id, updated_at }) {
    return this.entries.get(anime_id)?.updated_at !== updated_at;
  }
}

/** @param {Entry} was @param {Entry | undefined} now @returns {Shown} */
const left = (was, now) => (now ? { ...now, away: "moved" } : { ...was, away: "removed" });

/**
 * Holds the order from the first touch of the page until it is looked at again.
 * @param {HTMLElement} page @param {HeldOrder[]} orders @param {() => void} draw
 * @returns {() => void} ends it
 */
export function holdFromFirstTouch(page, orders, draw) {
  const touch = () => orders.forEach((order) => order.touch());
  const touches = ["pointermove", "pointerdown", "keydown", "focusin", "wheel"];
  for (const name of touches) page.addEventListener(name, touch, { passive: true });
  const lookAgain = () => {
    if (document.visibilityState !== "visible") return;
    for (const order of orders) order.release();
    draw();
  };
  document.addEventListener("visibilitychange", lookAgain);
  return () => {
    for (const name of touches) page.removeEventListener(name, touch);
    document.removeEventListener("visibilitychange", lookAgain);
  };
}
