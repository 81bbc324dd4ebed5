/** The exchange with the server: what waits is sent, and what is new is taken in. */

import { LONGEST_PAUSE, Offline, Refused, mayPass, pauseAfter } from "./api.js";
import { LocalCopy } from "./local_copy.js";
import { keepWholes, merge, overtakenBy, takeNext, together, withoutDay } from "./queue.js";
import { noWholes } from "./rules.js";
import { alone, result, shelve } from "./store.js";

/** @import { Answer, Asking, Changes, Conflict, Entry, Outcome, Result, TitleFacts, Unsent } from "./types.js" */

const LIST = "/api/user/watchList";
const SYNC = "/api/user/sync";
const MOST_TITLES = 200; // a request
const STALE_TITLES = 30 * 24 * 3600 * 1000; // milliseconds
const LATER_WHOLES = /** @type {const} */ (["viewings", "notices"]);
const PATIENCE_WITH_FIRST = 5_000; // ... for a screenful; later, the pages may as well begin

/** A copy that is kept equal to the server's. */
export class SyncedCopy extends LocalCopy {
  isAskedAgain = false;
  /** @type {Promise<void> | undefined} */
  settling = undefined;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  retrying = undefined;
  /** @type {() => void} */
  wake = () => {};

  close() {
    super.close();
    clearTimeout(this.retrying);
    this.wake();
  }

  /** Sends what is unsent and asks what is new, until both are done. Safe to call often. */
  settle() {
    this.isAskedAgain = true;
    return (this.settling ??= this.settleAll());
  }

  /** The same, without waiting for the next try to come by itself. */
  retry() {
    this.wake();
    return this.settle();
  }

  async settleAll() {
    clearTimeout(this.retrying);
    try {
      while (this.isAskedAgain && !this.isClosed) {
        this.isAskedAgain = false;
        // One tab of a browser sends for all of them.
        await alone(this.name, () => this.round());
      }
      if (!this.isClosed) this.become("settled", null);
      this.learnTitles().catch(() => {}); // the next time, then
    } catch (error) {
      if (this.isClosed) return;
      if (error instanceof Refused && error.code === "other_account") return this.stop("other_account");
      if (error instanceof Refused && error.status === 401) return this.become("signed_out", null);
      const problem = /** @type {Error} */ (error);
      const isNew = this.problem?.message !== problem.message;
      if (isNew) this.tell("refused", { unsent: null, error });
      this.become("waiting", problem);
      this.retrying = setTimeout(() => this.settle(), LONGEST_PAUSE * 1000);
    } finally {
      this.settling = undefined;
    }
  }

  /** Other names and genres of what is on the list: asked for once, and again when old. */
  async learnTitles() {
    if (this.options.titles === false) return;
    const isKnown = (/** @type {string} */ id) =>
      (this.titles.get(id)?.at ?? 0) > Date.now() - STALE_TITLES;
    await alone(`${this.name} titles`, async () => {
      const lacking = [...this.told.keys()].filter((id) => !isKnown(id));
      for (let first = 0; first < lacking.length && !this.isClosed; first += MOST_TITLES) {
        await this.learn(lacking.slice(first, first + MOST_TITLES));
      }
    });
  }

  /** @param {string[]} ids */
  async learn(ids) {
    const query = `ids=${ids.join(",")}&fields=id,english_title,native_title,genres`;
    /** @type {Answer<TitleFacts[]>} */
    const { data } = await this.api.send("GET", `/api/animes?${query}`);
    const found = new Map(data.map((title) => [title.id, title]));
    const now = Date.now();
    // What is hidden from this user is kept as well: it need not be asked for again.
    const learned = ids.map((id) => ({ id, english_title: null, native_title: null, genres: [], ...found.get(id), at: now }));
    await this.store.write((at) => shelve(at("titles"), "id", learned), { durability: "relaxed" });
    for (const title of learned) this.titles.set(title.id, title);
    if (this.titleLanguage !== "romaji") this.overlay(ids); // else they are called as before
    this.tell("titles", { ids });
  }

  async round() {
    if (this.isClosed) return;
    await this.catchUpWithTabs();
    for (let next = takeNext(this.unsent); next.length; next = takeNext(this.unsent)) {
      if (this.status !== "offline") this.become("sending");
      const batch = await this.commitTo(next);
      if (batch.length) await this.sync(await this.deliver(batch));
    }
    await this.sync();
  }

  /** What another tab sent meanwhile is not to be sent again. */
  async catchUpWithTabs() {
    const { unsent, cursor } = await this.store.peek();
    const isBehind = cursor !== this.cursor || unsent.length !== this.unsent.length;
    if (isBehind) await this.load();
  }

  /**
   * From here on a change may have been done, and undo does not simply drop it.
   * @param {Unsent[]} batch @returns {Promise<Unsent[]>} without what was undone by now
   */
  async commitTo(batch) {
    const kept = await this.store.write(async (at) => {
      const places = new Set(await result(at("unsent").getAllKeys()));
      const still = batch.filter(({ place }) => places.has(/** @type {number} */ (place)));
      for (const unsent of still) at("unsent").put(Object.assign(unsent, { tried: true }));
      return still;
    });
    if (kept.length < batch.length) await this.load();
    this.others.postMessage("queued");
    return kept;
  }

  /**
   * Sends a batch, or one request, until it is answered; what is to become of the
   * queue, to be done together with the news.
   * @param {Unsent[]} batch @returns {Promise<Outcome>}
   */
  async deliver(batch) {
    const [first] = batch;
    try {
      if (first.request) {
        const { method, path, body, ifMatch } = first.request;
        const { meta } = await this.persist(method, path, body, { key: first.id, ifMatch });
        this.tell("sent", { id: first.id, operation: meta.operation_id });
        return { done: batch, again: [], conflicts: [] };
      }
      const operations = batch.map(({ id, operation }) => ({ ...operation, id }));
      /** @type {Asking["check"]} */
      const check = (data) => data?.results?.length === operations.length;
      const { data } = await this.persist("POST", `${LIST}/batch`, { operations }, { check });
      return this.judge(batch, data.results);
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401 || error.code === "other_account") throw error;
      if (batch.length > 1) return this.deliver([first]); // one of them spoils it
      this.refuse(first, error);
      return { done: batch, again: [], conflicts: [] };
    }
  }

  /** @param {Unsent} unsent @param {Refused} error */
  refuse(unsent, error) {
    this.tell("refused", { unsent, error });
  }

  /**
   * What each result of a batch means for the queue.
   * @param {Unsent[]} batch @param {Result[]} results @returns {Outcome}
   */
  judge(batch, results) {
    /** @type {Outcome} */
    const outcome = { done: [], again: [], conflicts: [] };
    batch.forEach((unsent, index) => {
      const answer = results[index];
      const theirs = overtakenBy(unsent, answer);
      if (theirs !== undefined) {
        const decided = merge(unsent, theirs);
        if ("tried" in decided) outcome.again.push(decided);
        else {
          outcome.done.push(unsent);
          const isOfIt = (/** @type {Conflict} */ other) => other.animeId === decided.animeId;
          const before = outcome.conflicts.find(isOfIt) ?? this.conflicts.get(decided.animeId);
          outcome.conflicts.push(together(before, decided));
        }
        return;
      }
      const undated = answer.ok ? null : withoutDay(unsent, answer);
      if (undated) return outcome.again.push(undated);
      outcome.done.push(unsent);
      if (answer.ok) outcome.again.push(...this.rebased(unsent, answer.entry, batch));
      else this.refuse(unsent, new Refused(answer, answer.status));
    });
    return outcome;
  }

  /**
   * Later changes of an entry were made knowing this one: they continue from the
   * revision that it led to.
   * @param {Unsent} done @param {Entry | null} entry @param {Unsent[]} batch
   */
  rebased({ operation, id }, entry, batch) {
    const later = this.unsent.filter(
      (unsent) =>
        unsent.operation?.animeId === operation?.animeId &&
        unsent.id !== id &&
        !unsent.tried &&
        !batch.includes(unsent),
    );
    return entry ? later.map((unsent) => ({ ...unsent, seen: entry })) : [];
  }

  /**
   * A request that is sent until it is answered, however long there is no network.
   * Meanwhile `problem` says why. What a proxy refuses in its own words is none of the
   * API's refusals, which would end it.
   * @param {string} method @param {string} path @param {unknown} [body] @param {Asking} [more]
   */
  async persist(method, path, body, more) {
    for (let failed = 0; ; failed++) {
      try {
        const answer = await this.api.send(method, path, body, more);
        this.become(this.status, null);
        return answer;
      } catch (error) {
        if (!mayPass(error) || this.isClosed) throw error;
        const isOffline = error instanceof Offline && !error.isSilent;
        this.become(isOffline ? "offline" : "waiting", error);
        await Promise.race([
          this.api.sleep(pauseAfter(failed, error)),
          // Neither the browser nor a person is heard against a Retry-After.
          new Promise((wake) => (this.wake = () => ("retryAfter" in error && error.retryAfter) || wake(undefined))),
        ]);
        if (this.isClosed) throw error;
      }
    }
  }

  /**
   * What changed since the cursor, page by page. With the last page, the queue loses
   * what these news contain.
   * @param {Outcome} [outcome]
   */
  async sync(outcome) {
    if (this.cursor === null && this.options.first) await this.preview().catch(() => {}); // the pages come anyhow
    if (this.cursor !== null) await this.learnLacking();
    for (let isAll = false; !isAll; ) {
      if (this.isPartial && this.total === null) this.learnTotal();
      const since = this.cursor;
      const page = await this.page(since);
      const isLast = !page.meta.has_more;
      const isPartial = !isLast && (since === null || this.isPartial);
      const isTaken = await this.take(page.data, {
        since, cursor: page.meta.cursor, isWhole: page.isWhole, isPartial,
        outcome: isLast ? outcome : undefined,
      });
      isAll = isLast && isTaken;
    }
    this.endPreview();
  }

  /** A copy of before there were viewings, or notices, has a cursor past some. */
  async learnLacking() {
    const lacking = LATER_WHOLES.filter((name) => this.toldWholes[name] === null);
    if (!lacking.length) return;
    const { data } = await this.news(`?parts=${lacking.join()}`);
    if (this.isClosed) return;
    const learned = Object.fromEntries(lacking.map((name) => [name, data[name]]));
    await this.store.write((at) => lacking.forEach((name) => at("facts").put(learned[name], name)));
    Object.assign(this.toldWholes, learned);
    Object.assign(this.wholes, learned);
    this.tell("wholes", { names: lacking });
  }

  /**
   * What the first screen shows, before the pages of a first load, which come by title.
   * In memory alone, so that copy and cursor stay together.
   */
  async preview() {
    const signal = AbortSignal.timeout(PATIENCE_WITH_FIRST);
    /** @type {Answer<Entry[]>} */
    const { data } = await this.api.send("GET", `${LIST}?${this.options.first}`, undefined, { signal });
    if (this.isClosed) return;
    const entries = data.filter(({ anime_id }) => !this.told.has(anime_id));
    for (const entry of entries) {
      this.told.set(entry.anime_id, entry);
      this.previewed.add(entry.anime_id);
    }
    this.isPartial = entries.length > 0;
    this.overlay([...this.previewed]);
    await this.options.firstShown?.();
  }

  /** What no page has told was removed meanwhile. */
  endPreview() {
    const gone = [...this.previewed];
    this.previewed.clear();
    for (const id of gone) this.told.delete(id);
    if (gone.length) this.overlay(gone);
  }

  /** How many entries a first load will bring. */
  learnTotal() {
    this.total = 0;
    this.api.send("GET", `${LIST}/counts`).then(({ data }) => {
      this.total = Number(data?.total) || 0;
      this.tell("status");
    }, () => {}); // it is said without, then
  }

  /** @param {string | null} cursor @returns {Promise<Answer<Changes> & {isWhole: boolean}>} */
  async page(cursor) {
    const query = cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`;
    try {
      return { ...(await this.news(query)), isWhole: false };
    } catch (error) {
      const isLost = error instanceof Refused && ["cursor_expired", "invalid_cursor"].includes(error.code);
      if (!isLost) throw error;
      return this.everything();
    }
  }

  /** One page of sync. @param {string} query @returns {Promise<Answer<Changes>>} */
  news(query) {
    /** @type {Asking["check"]} */
    const check = (data, meta) =>
      Array.isArray(data?.entries) && Array.isArray(data.removed) && typeof meta.cursor === "string";
    return this.persist("GET", SYNC + query, undefined, { check });
  }

  /** All pages as one, so that nobody sees half a list where a whole one was. */
  async everything() {
    let page = await this.news("");
    const entries = [...page.data.entries];
    const wholes = noWholes();
    keepWholes(wholes, page.data);
    while (page.meta.has_more) {
      page = await this.news(`?cursor=${encodeURIComponent(page.meta.cursor)}`);
      entries.push(...page.data.entries);
      keepWholes(wholes, page.data);
    }
    return { data: { ...wholes, entries, removed: [] }, meta: page.meta, isWhole: true };
  }
}
