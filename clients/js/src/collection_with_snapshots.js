/** The collection as React, Svelte and Vue want to read it. */

import { Collection as Plain } from "./collection/index.js";

/** @import { Conflict, Entry, Events, Options, Status, User, Wholes } from "./collection/types.js" */

/**
 * All of it at one moment. Nothing in it changes; an entry that stayed as it was is the
 * same object in the next one.
 * @typedef {Readonly<{
 *   entries: readonly Readonly<Entry>[],
 *   conflicts: readonly Readonly<Conflict>[],
 *   wholes: Readonly<Wholes>,
 *   status: Status,
 *   problem: Error | null,
 *   isLive: boolean,
 *   isLoaded: boolean,
 *   isPartial: boolean,
 *   total: number | null,
 *   unsentCount: number,
 * }>} Snapshot
 */

export class Collection extends Plain {
  /** @type {Snapshot | null} */
  latest = null;
  /** An event a turn, so that a listener that fails stops no other. */
  turns = new EventTarget();
  isTurnAwaited = false;

  /**
   * The local copy at once, without waiting for the network.
   * @param {Pick<User, "id">} user @param {Options} [options]
   * @returns {Promise<Collection>}
   */
  static async open(user, options) {
    return /** @type {Promise<Collection>} */ (super.open(user, options));
  }

  /** The same object until something changes, whether anybody subscribes or not. */
  snapshot = () => (this.latest ??= this.picture());

  /**
   * Calls `listener` with the snapshot after changes: once for all changes of one turn of
   * the event loop, so that a page is drawn once.
   * @param {(snapshot: Snapshot) => unknown} listener @returns {() => void} ends it
   */
  subscribe = (listener) => {
    const call = () => listener(this.snapshot());
    this.turns.addEventListener("turn", call);
    return () => this.turns.removeEventListener("turn", call);
  };

  /** @template {keyof Events} Name @param {Name} name @param {Events[Name]} [detail] */
  tell(name, detail) {
    this.latest = null;
    super.tell(name, detail);
    if (this.isTurnAwaited) return;
    this.isTurnAwaited = true;
    queueMicrotask(() => {
      this.isTurnAwaited = false;
      this.turns.dispatchEvent(new Event("turn"));
    });
  }

  /** @returns {Snapshot} */
  picture() {
    return Object.freeze({
      entries: frozen(this.entries.values()),
      conflicts: frozen(this.conflicts.values()),
      wholes: Object.freeze({ ...this.wholes }),
      status: this.status,
      problem: this.problem,
      isLive: this.isLive,
      isLoaded: this.isLoaded,
      isPartial: this.isPartial,
      total: this.total,
      unsentCount: this.unsent.length + this.unkept.length,
    });
  }
}

/** The rows themselves too: the library puts new ones in their places, and changes none. @template {object} Row @param {Iterable<Row>} rows @returns {readonly Readonly<Row>[]} */
const frozen = (rows) => Object.freeze(Array.from(rows, (row) => Object.freeze(row)));
