/** The list as this device has it: what the server told, and the unsent changes laid over it. */

import { Api } from "./api.js";
import { idsOf, keepWholes, namesOfWholes } from "./queue.js";
import { WHOLES, guess, isSame, learnEpisodes, noWholes, timesThrough } from "./rules.js";
import { channel, result, shelve } from "./store.js";

/** @import { Store } from "./store.js" */
/** @import { Changes, Conflict, Entry, Events, Options, Outcome, Status, TitleFacts, Unsent, User, Wholes } from "./types.js" */

/**
 * A user's list on this device. Events, all without haste (nothing waits for them):
 *
 * - `changed`, detail `{ids}`: entries to draw anew; null for all of them
 * - `wholes`, detail `{names}`: of profile, preferences, searchHistory, viewings, notices, lists
 * - `status`: see `status`, `unsent`, `isLive`
 * - `conflict`, detail a Conflict: ask the user, then `resolve`
 * - `refused`, detail `{unsent, error}`: it was not done; say the sentence (`unsent` is
 *   null where no change was refused, but the whole exchange failed)
 */
export class LocalCopy extends EventTarget {
  /** As the server told it. @type {Map<string, Entry>} */
  told = new Map();
  /** The list, with what is unsent laid over it. @type {Map<string, Entry>} */
  entries = new Map();
  /** As the server told them. @type {Wholes} */
  toldWholes = noWholes();
  /** The same, with what is unsent. @type {Wholes} */
  wholes = { ...this.toldWholes };
  /** In the order they were made. @type {Unsent[]} */
  unsent = [];
  /** On their way to the disk: shown already, not yet to be sent. @type {Unsent[]} */
  unkept = [];
  /** @type {Map<string, Conflict>} */
  conflicts = new Map();
  /** Other names and genres, once they are known. @type {Map<string, TitleFacts>} */
  titles = new Map();
  /** @type {"romaji" | "english" | "native"} */
  titleLanguage = "romaji";
  /** @type {string | null} */
  cursor = null;
  /** What is known of a first load before its pages have told it. @type {Set<string>} */
  previewed = new Set();
  /** @type {Status} */
  status = "starting";
  isLive = false;
  isClosed = false;
  /** Why there is no news, as long as there is none. @type {Error | null} */
  problem = null;
  /** Whether a first load has brought a part only; and of how many entries, once known. */
  isPartial = false;
  /** @type {number | null} */
  total = null;
  /** Changes of before a sign-out that this sign-in could not open. */
  sealedCount = 0;
  canSeal = false;

  /** @param {Pick<User, "id">} user @param {Store} store @param {Options} options */
  constructor(user, store, options) {
    super();
    this.user = user;
    this.api = new Api({ ...options, account: user.id });
    this.store = store;
    this.options = options;
    this.name = store.database.name;
    this.others = channel(this.name);
    this.others.onmessage = ({ data }) => (data === "left" ? this.stop("left") : this.load());
  }

  /** Whether there has been any of the list yet. */
  get isLoaded() {
    return this.cursor !== null;
  }

  /** Whether the copy outlives the page; false where the browser forbids it. */
  get isKept() {
    return this.store.isLasting;
  }

  close() {
    this.isClosed = true;
    this.others.close();
    this.store.close();
  }

  /**
   * Nothing is sent or shown any more; what waits stays.
   * @param {"left" | "other_account"} status
   */
  stop(status) {
    if (this.isClosed) return;
    this.close();
    this.become(status);
  }

  /** Forgets everything on this device, unsent changes too; in all tabs. */
  async forget() {
    this.others.postMessage("left");
    this.close();
    await this.store.erase();
  }

  /** Reads the disk, which other tabs of this browser write as well. */
  async load() {
    if (this.isClosed) return;
    const { entries, unsent, conflicts, titles, facts } = await this.store.read();
    this.titles = new Map(titles.map((title) => [title.id, title]));
    const before = this.told;
    this.told = new Map(entries.map((entry) => [entry.anime_id, entry]));
    for (const id of this.previewed) {
      if (this.told.has(id)) this.previewed.delete(id);
      else this.told.set(id, /** @type {Entry} */ (before.get(id)));
    }
    this.unsent = unsent;
    this.conflicts = new Map(conflicts.map((conflict) => [conflict.animeId, conflict]));
    this.cursor = facts.cursor ?? null;
    this.sealedCount = facts.sealed?.count ?? 0;
    this.canSeal = Boolean(facts.key) && this.isKept;
    this.isPartial = Boolean(facts.isPartial) || this.previewed.size > 0;
    const { profile = null, preferences = null, searchHistory = null, viewings = null, notices = null, lists = null } = facts;
    this.toldWholes = { profile, preferences, searchHistory, viewings, notices, lists };
    this.overlay(null);
    this.tell("wholes", { names: WHOLES });
    this.tell("status");
  }

  /**
   * Lays what is unsent over what was told.
   * @param {Iterable<string> | null} ids  null: of every anime, as where the language changed
   */
  overlay(ids) {
    const waiting = [...this.unsent, ...this.unkept];
    Object.assign(this.wholes, this.toldWholes, ...waiting.map(({ wholes }) => wholes));
    const language = this.wholes.preferences?.titleLanguage ?? "romaji";
    const wanted = ids && language === this.titleLanguage ? new Set(ids) : null;
    this.titleLanguage = language;
    if (!wanted) this.entries = new Map();
    for (const id of wanted ?? this.told.keys()) {
      const entry = this.told.get(id);
      if (entry?.episode_ranges) learnEpisodes();
      if (entry) this.entries.set(id, this.named(entry));
      else this.entries.delete(id);
    }
    for (const unsent of waiting) {
      const id = unsent.operation?.animeId;
      if (!id || (wanted && !wanted.has(id))) continue;
      const entry = guess(this.entries.get(id) ?? null, unsent);
      if (entry) this.entries.set(id, this.named(entry));
      else this.entries.delete(id);
    }
    this.tell("changed", { ids: wanted && [...wanted] });
  }

  /** An entry with the title that its user gave it or wants to read, where it is known. @param {Entry} entry */
  named(entry) {
    const facts = this.titles.get(entry.anime_id);
    const wanted = { romaji: null, english: facts?.english_title, native: facts?.native_title };
    const main = this.told.get(entry.anime_id)?.title; // where a title of one's own is cleared
    const title = entry.custom_title || wanted[this.titleLanguage] || main;
    return title && title !== entry.title ? { ...entry, title } : entry; // the same is not drawn anew
  }

  /** Every name that is known here of an anime on the list. @param {string} animeId */
  namesOf(animeId) {
    const facts = this.titles.get(animeId);
    const entry = this.told.get(animeId) ?? this.entries.get(animeId);
    return [entry?.title, entry?.custom_title, facts?.english_title, facts?.native_title].filter((name) => !!name);
  }

  /** Every time through a title, the first one first. @param {string} animeId */
  viewingsOf(animeId) {
    const rows = (this.wholes.viewings ?? []).filter((row) => row.anime_id === animeId);
    return timesThrough(rows, this.entries.get(animeId));
  }

  /** What these change, as it is now with them or without. @param {Unsent[]} made */
  show(made) {
    this.overlay(idsOf(made));
    const names = namesOfWholes(made);
    if (names.length) this.tell("wholes", { names });
  }

  /** They are on the disk, or will not be. @param {Unsent[]} made */
  endKeeping(made) {
    this.unkept = this.unkept.filter((unsent) => !made.includes(unsent));
  }

  /** They are not to be sent any more. @param {Unsent[]} dropped */
  drop(dropped) {
    const gone = new Set(dropped.map(({ id }) => id));
    this.unsent = this.unsent.filter(({ id }) => !gone.has(id));
  }

  /** @param {boolean} isLive */
  setLive(isLive) {
    if (this.isLive === isLive) return;
    this.isLive = isLive;
    this.tell("status");
  }

  /** @template {keyof Events} Name @param {Name} name @param {Events[Name]} [detail] */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /**
   * addEventListener, with the type of what is told.
   * @template {keyof Events} Name
   * @param {Name} name @param {(event: CustomEvent<Events[Name]>) => unknown} listener
   * @returns {() => void} ends it
   */
  on(name, listener) {
    const heard = /** @type {EventListener} */ (listener);
    this.addEventListener(name, heard);
    return () => this.removeEventListener(name, heard);
  }

  /** @param {Status} status @param {Error | null} [problem]  if that changes */
  become(status, problem = this.problem) {
    if (this.status === status && this.problem === problem) return;
    Object.assign(this, { status, problem });
    this.tell("status");
  }

  /**
   * News, their cursor and what they do to the queue, in one transaction. False, and
   * nothing done, when another tab has moved the copy from where they start.
   * @param {Changes} changes
   * @param {{since: string | null, cursor: string, isWhole?: boolean, isPartial?: boolean, outcome?: Outcome}} about
   * @returns {Promise<boolean>}
   */
  async take(changes, { since, cursor, isWhole = false, isPartial = false, outcome }) {
    // A power cut may take news back, all together: then they are asked for again, and
    // what was sent is sent again, and done once. So the disk is not waited for.
    const durability = outcome?.conflicts.length ? "strict" : "relaxed";
    const isTaken = await this.store.write(async (at) => {
      const stored = (await result(at("facts").get("cursor"))) ?? null;
      if (stored !== since) return false;
      if (isWhole) at("entries").clear();
      await shelve(at("entries"), "anime_id", changes.entries, changes.removed);
      at("facts").put(cursor, "cursor");
      at("facts").put(isPartial, "isPartial");
      for (const name of WHOLES) {
        const whole = changes[name];
        if (whole !== null && whole !== undefined) at("facts").put(whole, name);
      }
      for (const { place } of outcome?.done ?? []) at("unsent").delete(/** @type {number} */ (place));
      for (const unsent of outcome?.again ?? []) at("unsent").put(unsent);
      for (const conflict of outcome?.conflicts ?? []) at("conflicts").put(conflict);
      return true;
    }, { durability });
    if (isTaken) {
      this.isPartial = isPartial;
      this.remember(changes, cursor, isWhole, outcome);
    }
    else await this.load();
    return isTaken;
  }

  /**
   * The same in memory.
   * @param {Changes} changes @param {string} cursor @param {boolean} isWhole
   * @param {Outcome} [outcome]
   */
  remember(changes, cursor, isWhole, outcome) {
    if (isWhole) this.told.clear();
    for (const entry of changes.entries) {
      const { anime_id: id } = entry;
      const before = this.previewed.delete(id) ? this.told.get(id) : null;
      this.told.set(id, before && isSame(before, entry) ? before : entry); // the same need not be drawn again
    }
    for (const id of changes.removed) {
      this.told.delete(id);
      this.previewed.delete(id);
    }
    this.cursor = cursor;
    const names = keepWholes(this.toldWholes, changes);
    names.push(...namesOfWholes(outcome?.done ?? []));
    const done = new Set(outcome?.done.map(({ id }) => id));
    const again = new Map(outcome?.again.map((unsent) => [unsent.place, unsent]));
    this.unsent = this.unsent
      .filter(({ id }) => !done.has(id))
      .map((unsent) => again.get(unsent.place) ?? unsent);
    for (const conflict of outcome?.conflicts ?? []) {
      this.conflicts.set(conflict.animeId, conflict);
      this.tell("conflict", conflict);
    }
    const touched = new Set([
      ...changes.entries.map((entry) => entry.anime_id),
      ...changes.removed,
      ...idsOf(outcome?.done ?? []),
      ...idsOf(outcome?.again ?? []),
    ]);
    if (isWhole || touched.size || names.length) this.overlay(isWhole ? null : touched);
    if (names.length) this.tell("wholes", { names });
    this.tell("status");
    if (outcome) this.others.postMessage("sent");
  }
}
