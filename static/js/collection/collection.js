/** A user's list on this device: opened, changed, listened to, closed. */

import { makeId } from "./api.js";
import { LiveFeed } from "./live_feed.js";
import { idsOf, reopening, stepBack } from "./queue.js";
import { dated, guess } from "./rules.js";
import { STORES, Store, result } from "./store.js";
import { SyncedCopy } from "./synced_copy.js";

/** @import { AnimeFacts, Change, Changes, Entry, Message, Operation, Options, Sent, Some, State, Type, Unsent, User, Wholes } from "./types.js" */

const POLL = 60; // seconds
const MOST_NOTICES = 100; // that sync tells

/**
 * What was told, with what changed; the new first.
 * @template {{id: string}} Row
 * @param {Row[] | null} told @param {Some<Row>} some
 */
function together(told, { saved, removed }) {
  const gone = new Set([...removed, ...saved.map(({ id }) => id)]);
  return [...saved, ...(told ?? []).filter(({ id }) => !gone.has(id))];
}

export class Collection extends SyncedCopy {
  /** @type {LiveFeed | undefined} */
  feed = undefined;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  polling = undefined;

  /**
   * The local copy at once, without waiting for the network.
   * @param {Pick<User, "id">} user @param {Options} [options]
   */
  static async open(user, options = {}) {
    const store = await Store.orMemory(options.name ?? `animecollections ${user.id}`);
    const collection = new this(user, store, options);
    if (options.key) await collection.unlock(options.key);
    await collection.load();
    globalThis.addEventListener?.("online", collection.comeBack);
    globalThis.addEventListener?.("offline", collection.goOffline);
    globalThis.document?.addEventListener("visibilitychange", collection.comeBack);
    collection.settle();
    if (options.socket !== null) collection.listen(options.socket);
    // Not every network lets a socket through.
    collection.polling = setInterval(() => collection.isLive || collection.comeBack(), (options.poll ?? POLL) * 1000);
    return collection;
  }

  close() {
    globalThis.removeEventListener?.("online", this.comeBack);
    globalThis.removeEventListener?.("offline", this.goOffline);
    globalThis.document?.removeEventListener("visibilitychange", this.comeBack);
    clearInterval(this.polling);
    this.feed?.end();
    super.close();
  }

  /**
   * Signs out of this device without losing what waits: it stays, encrypted, and nothing
   * else does. Whether it could be: a sign-in long ago left no key.
   * @returns {Promise<boolean>}
   */
  async leaveSealed() {
    const { unsent, conflicts, facts } = await this.store.read();
    if (!facts.key || !this.isKept) return false;
    const { seal } = await import("./sealing.js");
    const sealed = await seal(facts.key, { unsent, conflicts }, unsent.length + conflicts.length);
    await this.store.write((at) => {
      for (const name of STORES) at(name).clear();
      at("facts").put(sealed, "sealed");
    });
    this.others.postMessage("left");
    this.close();
    return true;
  }

  /**
   * Keeps the key of a sign-in for the next `leaveSealed`, and opens what an earlier one
   * left. What the key does not open (a new password since) stays as it is: `sealedCount`.
   * @param {CryptoKey} key
   */
  async unlock(key) {
    const { facts } = await this.store.read();
    const opened = facts.sealed ? await (await import("./sealing.js")).unseal(key, facts.sealed) : null;
    await this.store.write((at) => {
      at("facts").put(key, "key");
      if (!opened) return;
      for (const unsent of opened.unsent) at("unsent").put(unsent);
      for (const conflict of opened.conflicts) at("conflicts").put(conflict);
      at("facts").delete("sealed");
    });
  }

  /** Gives up what cannot be opened. */
  async dropSealed() {
    await this.store.write((at) => void at("facts").delete("sealed"));
    this.sealedCount = 0;
  }

  /**
   * @param {AnimeFacts & {id: string}} anime  as the catalogue answers it
   * @param {Type} type @param {Sent} [fields]
   */
  add({ id, title, imageUrl, rating, episodes, format, airing_status, season, year }, type, fields) {
    const anime = { title, imageUrl, rating, episodes, format, airing_status, season, year };
    return this.change([{ op: "add", animeId: id, type, ...fields }], anime);
  }

  /**
   * Changes what is given and keeps the rest; null clears. If another device changed
   * the same fields meanwhile, the user decides (`conflict`).
   * @param {string} animeId @param {Sent & {watched_on?: string, quiet?: boolean}} fields
   */
  update(animeId, fields) {
    return this.change([{ op: "update", animeId, ...fields }]);
  }

  /**
   * So many more episodes watched: now, or as `watched_on` says ("2015-06", "unknown" …).
   * @param {string} animeId @param {string} [watched_on]
   */
  increment(animeId, by = 1, watched_on) {
    return this.change([{ op: "increment", animeId, by, watched_on }]);
  }

  /**
   * @param {string[]} animeIds @param {Type} type @param {State} [state]  of that type: active if not said
   * @param {string} [watched_on]  when the episodes were watched that it adds
   * @param {boolean} [quiet]  followers are not told of it
   */
  move(animeIds, type, state, watched_on, quiet) {
    return this.change(animeIds.map((animeId) => ({ op: "move", animeId, type, ...(state && { state }), watched_on, ...(quiet && { quiet }) })));
  }

  /** Begins the next time through. @param {string} animeId */
  watchAgain(animeId) {
    return this.change([{ op: "viewing_begin", animeId }]);
  }

  /** @param {string[]} animeIds */
  remove(animeIds) {
    return this.change(animeIds.map((animeId) => ({ op: "remove", animeId })));
  }

  /**
   * Shown at once, kept when this resolves, sent as soon as may be. What cannot be kept
   * is not shown any longer, and this fails.
   * @param {Operation[]} operations @param {Partial<AnimeFacts>} [anime]
   * @returns {Promise<Change>}
   */
  async change(operations, anime) {
    const at = new Date().toISOString();
    /** @type {Unsent[]} */
    const made = operations.map((operation) => {
      const seen = this.entries.get(operation.animeId) ?? null;
      return { id: makeId(), operation: dated(operation, seen), anime, at, tried: false, seen };
    });
    const active = made.map(({ seen }) => (seen?.type === "Watching" ? this.laterViewing(seen.anime_id) : undefined));
    const kept = this.queue(made);
    /** @type {Change["entries"]} */
    const entries = made.map(({ seen, operation }, index) => {
      const { animeId, watched_on, finished_on } = /** @type {Operation} */ (operation);
      return [animeId, seen ?? null, this.entries.get(animeId) ?? null, watched_on ?? finished_on ?? "unknown", active[index]];
    });
    await kept;
    return { ids: made.map(({ id }) => id), entries, isAgain: operations.some(({ op }) => op === "viewing_begin"), isQuiet: operations.some(({ quiet }) => quiet) };
  }

  /**
   * Any other write of the API, once there is network.
   * @param {string} method @param {string} path @param {unknown} body
   * @param {Partial<Wholes>} [wholes]  what it makes of profile, preferences …
   */
  async later(method, path, body, wholes) {
    const request = { method, path, body };
    const at = new Date().toISOString();
    await this.queue([{ id: makeId(), request, wholes, at, tried: false }]);
  }

  /** @param {Unsent[]} made */
  async queue(made) {
    // Shown before the disk has it: news that come meanwhile would show what was before.
    this.unkept.push(...made);
    if (this.status === "settled") this.become("sending");
    this.show(made);
    try {
      await this.store.write((at) => {
        const adding = made.map(async (unsent) => {
          unsent.place = Number(await result(at("unsent").add(unsent)));
        });
        at.transaction.commit(); // as `write` does where nothing is waited for
        return Promise.all(adding);
      });
    } catch (error) {
      this.endKeeping(made);
      this.show(made);
      this.settle();
      throw error;
    }
    this.endKeeping(made);
    this.unsent.push(...made);
    this.tell("status");
    this.others.postMessage("queued");
    this.settle();
  }

  /**
   * Puts back what a change did, also offline: what was never sent is dropped; what
   * may have been done is changed back.
   * @param {Change} change
   */
  async undo({ ids, entries, isAgain, isQuiet }) {
    const { dropped, isOpen } = await this.store.write(async (at) => {
      const made = (await result(at("unsent").getAll())).filter(({ id }) => ids.includes(id));
      const idle = made.filter(({ tried }) => !tried);
      for (const { place } of idle) at("unsent").delete(/** @type {number} */ (place));
      return { dropped: idle, isOpen: idle.length < made.length };
    });
    this.drop(dropped);
    this.overlay(idsOf(dropped));
    this.others.postMessage("queued");
    const back = entries.flatMap(([animeId, was, became, day, viewing]) => {
      if (isAgain) return this.endViewing(animeId, isOpen ? was : null);
      const now = this.entries.get(animeId) ?? null;
      const opened = reopening(animeId, viewing, was, became, now);
      const then = opened ? guess(now, { id: "", operation: opened, tried: false, at: "" }) : now;
      return [opened, stepBack(animeId, was, became, then, day)].filter((step) => step !== null);
    });
    // What followers were not told of, they are not told is taken back.
    const said = back.map((step) => (isQuiet && ["add", "update"].includes(step.op) ? { ...step, quiet: true } : step));
    if (said.length) await this.change(said);
    this.tell("status");
  }

  /**
   * Without the viewing that is under way; the server puts its entry back. Where nobody
   * has said yet whether it began, its number is what the server will have given it.
   * @param {string} animeId @param {Entry | null} was  before it began; null: that is known
   * @returns {Operation[]}
   */
  endViewing(animeId, was) {
    const numbers = this.viewingsOf(animeId).map(({ number }) => number);
    const next = was && Math.max(1 + was.rewatches, ...numbers) + 1;
    const number = this.laterViewing(animeId) ?? next;
    return number ? [{ op: "viewing_remove", animeId, number }] : [];
  }

  /** The number of the viewing that is under way, where it is not the first. @param {string} animeId */
  laterViewing(animeId) {
    return this.viewingsOf(animeId).find(({ state, number }) => state === "active" && number > 1)?.number;
  }

  /**
   * Ends a conflict: with what was typed here, with what came from elsewhere, or with
   * a mixture.
   * @param {string} animeId @param {"yours" | "theirs" | Sent} choice
   */
  async resolve(animeId, choice) {
    const conflict = this.conflicts.get(animeId);
    if (!conflict) return;
    await this.store.write((at) => void at("conflicts").delete(animeId));
    this.conflicts.delete(animeId);
    this.tell("status");
    this.overlay([animeId]);
    if (choice === "theirs") return;
    const fields = choice === "yours" ? conflict.yours : choice;
    if (this.entries.has(animeId)) await this.update(animeId, fields);
    else await this.change([{ op: "add", animeId, type: conflict.type, ...fields }]);
  }

  /** @param {typeof WebSocket} [Socket] */
  listen(Socket) {
    const address = new URL(`${this.options.base ?? ""}/ws/user`, globalThis.location?.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("account", this.user.id);
    const listener = {
      hear: (/** @type {Message} */ message) => this.hear(message),
      setLive: (/** @type {boolean} */ isLive) => this.setLive(isLive),
      loseSignIn: () => void this.settle(), // which says whether this is a sign-out
    };
    this.feed = new LiveFeed(address, listener, Socket);
    this.feed.open();
  }

  /** docs/sync.md: compare cursors as texts. @param {Message} message */
  async hear(message) {
    if (this.isClosed) return;
    if (message.type === "playing") return this.tell("playing", /** @type {any} */ (message));
    const isNext = message.type === "changed" && message.since === this.cursor && !message.sync;
    // While the fate of something sent is open, news may contain it already: it would
    // show twice. They come with the round that clears it up.
    const isOpen = this.unsent.some(({ tried }) => tried);
    if (isNext && !isOpen) await this.take(this.whole(message), message);
    const isBehind = message.cursor && message.cursor !== this.cursor;
    const told = this.toldWholes;
    const isUnknown = /** @type {const} */ (["viewings", "notices", "lists"]).some((name) => message[name] && !told[name]);
    if (isBehind || isUnknown) this.settle();
  }

  /**
   * A message tells of searches, viewings, notices and lists only those that changed. Where
   * those before are not known yet, `learnLacking` asks for all of them.
   * @param {Message} message @returns {Changes}
   */
  whole({ searches, viewings, notices, lists, ...message }) {
    const told = this.toldWholes;
    return {
      ...message,
      searchHistory: searches ? together(told.searchHistory, searches).sort((one, other) =>
        Date.parse(other.timestamp) - Date.parse(one.timestamp)) : null,
      viewings: viewings && told.viewings ? together(told.viewings, viewings).sort((one, other) =>
        Number(one.anime_id) - Number(other.anime_id) || one.number - other.number) : null,
      notices: notices && told.notices ? together(told.notices, notices)
        .sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, MOST_NOTICES) : null,
      lists: lists && told.lists ? together(told.lists, lists) : null,
    };
  }

  comeBack = () => {
    if (globalThis.document?.visibilityState === "hidden" || this.isClosed) return;
    this.wake();
    this.settle();
    this.feed?.reopen();
  };

  goOffline = () => {
    this.feed?.interrupt();
    this.become("offline");
  };

  /** After signing in again. */
  signedIn() {
    this.become("starting");
    this.comeBack();
  }
}
