/**
 * A client of the animecollections API: a local copy of a user's list that can be
 * read and changed without network, and ends equal to the server's whatever the
 * network loses. No dependency, no build step: copy this file and sealing.js into your
 * frontend.
 *
 *     const user = await signIn({ email, password });
 *     const collection = await Collection.open(user);
 *     collection.addEventListener("changed", () => draw(collection.entries));
 *     await collection.increment("1535");      // shown at once, sent when there is network
 *
 * docs/sync.md tells the protocol. Three things make it hold:
 *
 * - The copy, its cursor and what is not sent yet lie in one database, and move in
 *   one transaction.
 * - What is shown is the copy with the unsent changes laid over it. A change leaves
 *   the queue in the transaction that brings its effect, so nothing flickers.
 * - A change has an id of its own, by which the server does it once however often it
 *   is sent.
 *
 * @module
 */

import { seal, unseal } from "./sealing.js";

/** @typedef {"Collection" | "Completed" | "To Watch" | "Watching"} Type */

/**
 * What the list says of one anime (GET /api/user/watchList).
 * @typedef {object} Entry
 * @property {string} anime_id
 * @property {Type} type
 * @property {string} title
 * @property {string | null} imageUrl
 * @property {number | null} rating       the catalogue's, 0–10
 * @property {number | null} episodes     null: unknown
 * @property {string} format
 * @property {string} airing_status
 * @property {string | null} season
 * @property {number | null} year
 * @property {number} progress            episodes watched
 * @property {number | null} score        the user's own, 0–10
 * @property {string} state
 * @property {number} rewatches
 * @property {string | null} started_on   "2017", "2017-10" or "2017-10-03"
 * @property {string | null} finished_on
 * @property {string} notes
 * @property {string[]} tags
 * @property {number} priority
 * @property {boolean} is_private
 * @property {string} added_at
 * @property {string} updated_at
 * @property {number} revision
 * @property {boolean} [pending]          has changes that are not sent yet
 */

/**
 * An operation of POST /api/user/watchList/batch.
 * @typedef {{op: "add" | "update" | "move" | "increment" | "remove", animeId: string,
 *   by?: number, type?: Type, fresh?: boolean} & Record<string, any>} Operation
 */

/**
 * Something to be sent: an operation on the list, or any other write.
 * @typedef {object} Unsent
 * @property {number} [place]             its place in the queue; given by the database
 * @property {string} id                  its idempotency key
 * @property {Operation} [operation]
 * @property {{method: string, path: string, body: any}} [request]
 * @property {Partial<Wholes>} [wholes]   what a request makes of profile, preferences …
 * @property {Entry | null} [seen]        the entry that the user decided on
 * @property {Record<string, any>} [anime]  facts of an anime that is added
 * @property {boolean} tried              may have been done: it must be sent as it is
 * @property {string} at
 */

/**
 * A change that another device overtook, and that only the user can decide.
 * @typedef {object} Conflict
 * @property {string} animeId
 * @property {string} title
 * @property {Record<string, any>} seen    the fields as they were when it was made
 * @property {Record<string, any>} yours
 * @property {Record<string, any> | null} theirs  null: removed
 * @property {Type} type                   to add it again, where it was removed
 * @property {string} at
 */

/**
 * What the catalogue says of a title besides: an entry brings the main title alone.
 * @typedef {object} TitleFacts
 * @property {string} id
 * @property {string | null} english_title
 * @property {string | null} native_title
 * @property {string[]} genres
 * @property {number} at  when it was asked for, in milliseconds
 */

/** What sync tells as a whole, by WHOLES. @typedef {{profile: any, preferences: any, searchHistory: any[] | null}} Wholes */
/** @typedef {{entries: Entry[], removed: string[]} & Wholes} Changes */
/**
 * A change as `undo` takes it: its ids, and each entry before and after.
 * @typedef {{ids: string[], entries: [string, Entry | null, Entry | null][]}} Change
 */
/**
 * `left`: signed out in another tab. `other_account`: the browser's cookie is of somebody
 * else by now. After both nothing is sent any more, and what waits stays on the device.
 * @typedef {"starting" | "settled" | "sending" | "waiting" | "offline" | "signed_out"
 *   | "left" | "other_account"} Status
 */

/**
 * @typedef {object} Options
 * @property {string} [base]        "https://anime.example.org"; this page's own if absent
 * @property {typeof fetch} [fetch]
 * @property {typeof WebSocket | null} [socket]  null: no live feed
 * @property {(seconds: number) => Promise<void>} [sleep]
 * @property {string} [name]        which local copy, if one user has several
 * @property {string} [account]     whom requests are for (X-Account); a Collection's own
 * @property {CryptoKey | null} [key]  opens what was sealed at sign-out (sealing.js)
 * @property {boolean} [titles]     false: other names and genres are not asked for
 * @property {string} [first]       a query of the list: what a first load shows at once
 * @property {() => Promise<void>} [firstShown]  ends when the rest may take the network
 */

const LIST = "/api/user/watchList";
const SYNC = "/api/user/sync";
const MOST_AT_ONCE = 200; // operations a batch, titles a request
const STALE_TITLES = 30 * 24 * 3600 * 1000; // milliseconds
const PATIENCE = 30_000; // milliseconds for one answer
const SHELF = 256; // neighbouring ids that lie in one row of the disk
const SILENCE = 45_000; // ... without a message (the server pings every 30 s)
const LONGEST_PAUSE = 60; // seconds
const PATIENCE_READING = 15_000; // milliseconds; a write may have to wait for others
const PATIENCE_WITH_DISK = 4_000; // ... until the database is open
const PATIENCE_WITH_FIRST = 5_000; // ... for a screenful; later, the pages may as well begin
const SLOWEST = 8; // bytes a millisecond of what is sent: the server waits no longer either
const MOST_SILENT_TRIES = 2; // somebody is waiting
/** The fields that are the user's own. @type {string[]} */
export const FIELDS = [
  "type", "state", "progress", "score", "rewatches", "started_on", "finished_on",
  "notes", "tags", "priority", "is_private",
];
/** The parts of sync but the list. */
export const WHOLES = ["profile", "preferences", "searchHistory"];
/** Which states each type can have. @type {Record<string, string[]>} */
export const STATES = {
  Watching: ["active", "on_hold", "rewatching"],
  Completed: ["active"],
  "To Watch": ["active"],
  Collection: ["active", "dropped"],
};
export const LARGEST_NUMBER = 100_000; // of episodes and rewatches that can be sent
/** @type {Record<string, any>} */
const CLEARED = { progress: 0, rewatches: 0, notes: "", tags: [], priority: 0, is_private: false };

/** The server's answer was a refusal; `message` is its sentence for a person. */
export class Refused extends Error {
  /** @param {any} answer @param {number} status @param {Headers} [headers] */
  constructor(answer, status, headers) {
    super(answer?.error ?? `The server answered ${status}.`);
    this.name = "Refused";
    /** @type {string} */
    this.code = answer?.code ?? (status < 500 ? "bad_request" : "server_error");
    this.status = status;
    /** @type {Record<string, string[]>} */
    this.fields = answer?.fields ?? {};
    /** @type {any} */
    this.details = answer?.details ?? {};
    /** @type {string} */
    this.requestId = answer?.request_id ?? "";
    const told = this.details.retry_after ?? headers?.get("Retry-After");
    this.retryAfter = told === undefined || told === null ? null : Number(told) || null;
  }

  /** Whether the same request may be answered otherwise, without anybody's doing. */
  get isPassing() {
    return this.status >= 500 || ["throttled", "still_running"].includes(this.code);
  }
}

/** No answer came. What was sent may have been done, or not. */
export class Offline extends Error {
  /** @param {boolean} [isSilent]  it was sent, and nothing came back in time */
  constructor(isSilent = false) {
    super(isSilent ? "The server does not answer." : "There is no connection to the server.");
    this.name = "Offline";
    this.isSilent = isSilent;
  }
}

/**
 * An answer that is none of the API's: a proxy's page, the sign-in page of a network, or
 * of another shape than documented. What was sent may have been done, or not.
 */
export class Unexpected extends Error {
  /** @param {{status: number, headers: Headers}} response */
  constructor({ status, headers }) {
    super(`The server's answer (${status}) can't be read.`);
    this.name = "Unexpected";
    this.status = status;
    this.retryAfter = Number(headers.get("Retry-After")) || null;
  }
}

/** Whether the same request may do better later, without anybody's doing. @param {any} error */
const mayPass = (error) =>
  error instanceof Offline || error instanceof Unexpected || (error instanceof Refused && error.isPassing);

/**
 * How to ask. `check`: whether an answer has the shape that is needed (else Unexpected).
 * @typedef {{key?: string, ifMatch?: number, signal?: AbortSignal,
 *   check?: (data: any, meta: any) => unknown}} Asking
 */

/** Requests in the API's manners. Nothing is kept here. */
export class Api {
  /** @param {Options} [options] */
  constructor({ base = "", fetch: send = (...request) => fetch(...request), sleep, account } = {}) {
    this.base = base;
    this.account = account;
    this.fetch = send;
    this.clientId = makeId();
    this.sleep = sleep ?? ((seconds) => new Promise((done) => setTimeout(done, seconds * 1000)));
  }

  /**
   * One request, once: `{data, meta}`, or Refused, Offline or Unexpected.
   * @param {string} method @param {string} path
   * @param {any} [body]  JSON, or a FormData or Blob
   * @param {Asking} [more]
   */
  async send(method, path, body, { key, ifMatch, signal, check } = {}) {
    const isRaw = body instanceof FormData || body instanceof Blob;
    /** @type {Record<string, string>} */
    const headers = { "X-Client-Id": this.clientId };
    if (this.account) headers["X-Account"] = this.account;
    if (body !== undefined && !isRaw) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    if (ifMatch !== undefined) headers["If-Match"] = `"${ifMatch}"`;
    const patience = AbortSignal.timeout(patienceFor(method, body));
    const signals = signal ? AbortSignal.any([signal, patience]) : patience;
    const sent = body === undefined || isRaw ? body : JSON.stringify(body);
    let answer, response;
    try {
      response = await this.fetch(this.base + path, {
        method, headers, body: sent, signal: signals, credentials: "include", cache: "no-cache",
      });
      answer = await response.json();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (response && error instanceof SyntaxError) throw new Unexpected(response); // no JSON
      throw new Offline(patience.aborted);
    }
    if (answer?.success === false && answer.code) {
      throw new Refused(answer, response.status, response.headers);
    }
    const { data, meta = {} } = answer ?? {};
    const isOurs = response.ok && answer?.success === true;
    if (!isOurs || (check && !check(data, meta))) throw new Unexpected(response);
    return { data, meta };
  }

  /**
   * The same, sent again while what hinders passes by itself. Writes need a `key`.
   * @param {string} method @param {string} path @param {any} [body]
   * @param {Asking & {tries?: number}} [more]
   */
  async ask(method, path, body, { tries = 4, ...more } = {}) {
    for (let failed = 0; ; failed++) {
      try {
        return await this.send(method, path, body, more);
      } catch (error) {
        const most = error instanceof Offline && error.isSilent ? MOST_SILENT_TRIES : tries;
        if (!mayPass(error) || failed + 1 >= Math.min(most, tries)) throw error;
        await this.sleep(pauseAfter(failed, error));
      }
    }
  }
}

/**
 * Milliseconds until an answer has to be there. Files take as long as they are large.
 * @param {string} method @param {any} body
 */
function patienceFor(method, body) {
  const files = body instanceof FormData ? [...body.values()] : [body];
  const bytes = files.reduce((sum, file) => sum + (file instanceof Blob ? file.size : 0), 0);
  return (method === "GET" ? PATIENCE_READING : PATIENCE) + bytes / SLOWEST;
}

/**
 * Seconds to wait: what the server asks for, else longer each time; never all
 * clients in the same moment.
 * @param {number} failed  how often before @param {any} error
 */
function pauseAfter(failed, error) {
  const asked = error?.retryAfter;
  if (asked) return asked * (1 + Math.random() / 10);
  return Math.min(LONGEST_PAUSE, 2 ** failed) * (0.5 + Math.random() / 2);
}

/** A key nobody else has. */
export function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs HTTPS
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- Who is asking -----------------------------------------------------------------

/** Who is signed in, or null. @param {Options} [options] @returns {Promise<any>} */
export const session = async (options) =>
  (await new Api(options).ask("GET", "/api/auth/session", undefined, { tries: 2, check: isUserOrNobody })).data;

/** @param {any} user */
const isUserOrNobody = (user) => user === null || Boolean(user?.id);

/** @param {{email: string, password: string}} typed @param {Options} [options] */
export const signIn = (typed, options) => enter("/api/auth/signin", typed, options);

/** @param {{email: string, password: string, user_name: string}} typed @param {Options} [options] */
export const signUp = (typed, options) => enter("/api/auth/signup", typed, options);

/** @param {Options} [options] @returns {Promise<void>} */
export const signOut = async (options) => {
  await new Api(options).ask("POST", "/api/auth/signout", {});
};

/** @param {string} path @param {any} typed @param {Options} [options] */
async function enter(path, typed, options) {
  await new Api(options).ask("POST", path, typed, { tries: 2 });
  return session(options);
}

// --- What lies on the disk ---------------------------------------------------------

const STORES = ["entries", "unsent", "conflicts", "titles", "facts"];

/**
 * One database a user: entries, what is unsent, conflicts, facts (the cursor …), and what
 * the catalogue says of titles. Entries and titles lie on shelves (`shelve`).
 */
class Store {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
    database.onversionchange = () => database.close();
  }

  /** @param {string} name @returns {Promise<Store>} */
  static open(name) {
    const opening = indexedDB.open(name, 3);
    opening.onupgradeneeded = ({ oldVersion }) => {
      const { result: database, transaction } = opening;
      if (oldVersion < 1) {
        database.createObjectStore("unsent", { keyPath: "place", autoIncrement: true });
        database.createObjectStore("conflicts", { keyPath: "animeId" });
        database.createObjectStore("facts");
      }
      // What was a row each is asked for again; what waits stays.
      for (const store of ["entries", "titles"]) {
        if (database.objectStoreNames.contains(store)) database.deleteObjectStore(store);
        database.createObjectStore(store);
      }
      for (const fact of ["cursor", "isPartial"]) transaction?.objectStore("facts").delete(fact);
    };
    return result(opening).then((database) => new Store(database));
  }

  /** All of it, as of one moment. */
  async read() {
    const at = this.begin("readonly");
    const [entries, unsent, conflicts, titles, names, facts] = await Promise.all([
      result(at("entries").getAll()),
      result(at("unsent").getAll()),
      result(at("conflicts").getAll()),
      result(at("titles").getAll()),
      result(at("facts").getAllKeys()),
      result(at("facts").getAll()),
    ]);
    return {
      /** @type {Entry[]} */ entries: entries.flat(),
      /** @type {Unsent[]} */ unsent,
      /** @type {Conflict[]} */ conflicts,
      /** @type {TitleFacts[]} */ titles: titles.flat(),
      /** @type {Record<string, any>} */
      facts: Object.fromEntries(names.map((name, index) => [String(name), facts[index]])),
    };
  }

  /**
   * One transaction: all that `change` asks for, or nothing. What it returns is kept
   * by the database before this resolves; "strict": by the disk as well.
   * @template T
   * @param {(at: ((store: string) => IDBObjectStore) & {transaction: IDBTransaction}) => T | Promise<T>} change
   * @param {{durability?: IDBTransactionDurability}} [how]
   * @returns {Promise<T>}
   */
  async write(change, { durability = "strict" } = {}) {
    const at = this.begin("readwrite", durability);
    const ended = new Promise((resolve, reject) => {
      at.transaction.oncomplete = resolve;
      at.transaction.onabort = at.transaction.onerror = () => reject(at.transaction.error);
    });
    const made = change(at);
    // All is asked for: a page that goes now is not waited for, and loses nothing.
    if (!(made instanceof Promise)) at.transaction.commit();
    const value = await made;
    await ended;
    return value;
  }

  /** The queue and the cursor alone: what another tab may have moved. */
  async peek() {
    const at = this.begin("readonly");
    const [unsent, cursor] = await Promise.all([
      result(at("unsent").getAll()),
      result(at("facts").get("cursor")),
    ]);
    return { /** @type {Unsent[]} */ unsent, /** @type {string | null} */ cursor: cursor ?? null };
  }

  /** @param {IDBTransactionMode} mode @param {IDBTransactionDurability} [durability] */
  begin(mode, durability = "default") {
    const transaction = this.database.transaction(STORES, mode, { durability });
    return Object.assign((/** @type {string} */ store) => transaction.objectStore(store), {
      transaction,
    });
  }

  /** Whether it outlives the page. */
  get isLasting() {
    return true;
  }

  /**
   * On the disk; in memory where the browser forbids that, or its database says nothing.
   * @param {string} name @returns {Promise<Store>}
   */
  static async orMemory(name) {
    let isLate = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const opening = (async () => Store.open(name))();
    opening.then((store) => isLate && store.close(), () => {});
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("The database does not open.")), PATIENCE_WITH_DISK);
    });
    try {
      return await Promise.race([opening, /** @type {Promise<never>} */ (late)]);
    } catch {
      isLate = true;
      return new MemoryStore(name);
    } finally {
      clearTimeout(timer);
    }
  }

  close() {
    this.database.close();
  }

  /** @returns {Promise<any>} */
  erase() {
    this.close();
    return result(indexedDB.deleteDatabase(this.database.name));
  }
}

/**
 * Puts rows on their shelves and takes some away: what has neighbouring ids lies in one
 * row, for a row of its own takes each twenty times as long to write, and five to read.
 * @param {IDBObjectStore} store @param {"anime_id" | "id"} key
 * @param {any[]} rows @param {string[]} [gone]  ids
 */
async function shelve(store, key, rows, gone = []) {
  /** @type {Map<number, Map<string, any>>} */
  const shelves = new Map();
  const lay = (/** @type {string} */ id, /** @type {any} */ row) => {
    const number = Math.floor(Number(id) / SHELF);
    shelves.set(number, (shelves.get(number) ?? new Map()).set(id, row));
  };
  for (const row of rows) lay(row[key], row);
  for (const id of gone) lay(id, null);
  await Promise.all([...shelves].map(async ([number, news]) => {
    const lying = (await result(store.get(number))) ?? [];
    const others = lying.filter((/** @type {any} */ row) => !news.has(row[key]));
    store.put([...others, ...news.values()].filter(Boolean), number);
  }));
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const result = (request) =>
  new Promise((resolve, reject) => {
    if (/** @type {any} */ (request) instanceof Promise) return resolve(/** @type {any} */ (request)); // in memory
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** The same, as long as the page is open. */
class MemoryStore extends Store {
  /** @param {string} name */
  constructor(name) {
    super(/** @type {any} */ ({ name, close() {} }));
    /** @type {Record<string, MemoryTable>} */
    this.tables = Object.fromEntries(STORES.map((name) => [name, new MemoryTable()]));
  }

  get isLasting() {
    return false;
  }

  /** @returns {any} */
  begin() {
    return Object.assign((/** @type {string} */ name) => this.tables[name], { transaction: { commit() {} } });
  }

  /** @param {(at: any) => any} change */
  async write(change) {
    return change(this.begin());
  }

  async erase() {
    for (const table of Object.values(this.tables)) table.clear();
  }
}

/** What is used of an object store. Values are copied, as a database does. */
class MemoryTable {
  constructor() {
    this.last = 0;
    /** @type {Map<any, any>} */
    this.rows = new Map();
  }

  /** @param {any} row */
  async add(row) {
    this.last += 1;
    return this.put({ ...row, place: this.last });
  }

  /** @param {any} row @param {any} [key] */
  async put(row, key = row.place ?? row.animeId ?? row.anime_id ?? row.id) {
    this.rows.set(key, structuredClone(row));
    return key;
  }

  /** @param {any} key */
  get = async (key) => structuredClone(this.rows.get(key));
  getAll = async () => structuredClone([...this.rows.values()]);
  getAllKeys = async () => [...this.rows.keys()];
  /** @param {any} key */
  delete = (key) => void this.rows.delete(key);
  clear = () => this.rows.clear();
}

// --- What a change will have done --------------------------------------------------

/**
 * An entry as it will be once the server has done what is unsent: a guess, by the
 * server's rules (collections_app/watch_list/rules.py), replaced by its answer.
 * @param {Entry | null} entry @param {Unsent} unsent @returns {Entry | null}
 */
export function guess(entry, { operation, anime, id, at }) {
  if (!operation) return entry;
  const { op, animeId, id: _, by = 1, fresh, if_revision, watched_on, ...sent } = operation;
  if (op === "remove") return null;
  const before = op === "add" ? entry ?? blank(animeId, anime, at) : entry;
  if (!before) return null;
  /** @type {any} */
  const after = { ...before, updated_at: at, pending: true };
  for (const [name, value] of Object.entries(sent)) {
    after[name] = value ?? CLEARED[name] ?? null;
  }
  if (op === "increment") {
    const most = Math.max(LARGEST_NUMBER, before.progress);
    after.progress = Math.min(Math.max(0, before.progress + by), most);
  }
  const isMore = op === "increment" && after.progress > before.progress;
  if (isMore && before.type === "Completed" && before.episodes && before.progress >= before.episodes) return before; // refused
  follow(before, after, sent, op === "increment", watched_on);
  return after;
}

/**
 * What follows by itself, in the order of the server's rules.
 * @param {Entry} before @param {any} after @param {Record<string, any>} sent @param {boolean} isIncrement
 * @param {string} [watchedOn]
 */
function follow(before, after, sent, isIncrement, watchedOn) {
  const today = new Date().toLocaleDateString("sv"); // 2026-11-23
  /** @param {string} name @param {any} value */
  const imply = (name, value) => name in sent || (after[name] = value);
  /** @param {string} name @param {string | null} day  a date already set stays, and so does none for a day not known */
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
  if (isNowCompleted && after.episodes) imply("progress", after.episodes);
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

/** @param {string} animeId @param {Record<string, any> | undefined} anime @param {string} at */
function blank(animeId, anime, at) {
  return /** @type {Entry} */ ({
    anime_id: animeId, type: "To Watch", title: `№ ${animeId}`, imageUrl: null, rating: null,
    episodes: null, format: "", airing_status: "", season: null, year: null,
    ...anime,
    progress: 0, score: null, state: "active", rewatches: 0, started_on: null,
    finished_on: null, notes: "", tags: [], priority: 0, is_private: false,
    added_at: at, updated_at: at, revision: 0,
  });
}

/** @param {any} one @param {any} other */
const isSame = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

// --- The collection ----------------------------------------------------------------

/**
 * A user's list on this device. Events, all without haste (nothing waits for them):
 *
 * - `changed`, detail `{ids}`: entries to draw anew; null for all of them
 * - `wholes`, detail `{names}`: of profile, preferences, searchHistory
 * - `status`: see `status`, `unsent`, `isLive`
 * - `conflict`, detail a Conflict: ask the user, then `resolve`
 * - `refused`, detail `{unsent, error}`: it was not done; say the sentence (`unsent` is
 *   null where no change was refused, but the whole exchange failed)
 */
export class Collection extends EventTarget {
  /** @param {any} user @param {Store} store @param {Options} options */
  constructor(user, store, options) {
    super();
    this.user = user;
    this.api = new Api({ ...options, account: user.id });
    this.store = store;
    this.options = options;
    this.name = store.database.name;
    /** As the server told it. @type {Map<string, Entry>} */
    this.told = new Map();
    /** The list, with what is unsent laid over it. @type {Map<string, Entry>} */
    this.entries = new Map();
    /** As the server told them. @type {Wholes} */
    this.toldWholes = /** @type {any} */ (Object.fromEntries(WHOLES.map((name) => [name, null])));
    /** The same, with what is unsent. @type {Wholes} */
    this.wholes = { ...this.toldWholes };
    /** In the order they were made. @type {Unsent[]} */
    this.unsent = [];
    /** On their way to the disk: shown already, not yet to be sent. @type {Unsent[]} */
    this.unkept = [];
    /** @type {Map<string, Conflict>} */
    this.conflicts = new Map();
    /** Other names and genres, once they are known. @type {Map<string, TitleFacts>} */
    this.titles = new Map();
    this.titleLanguage = "romaji";
    /** @type {string | null} */
    this.cursor = null;
    /** What is known of a first load before its pages have told it. @type {Set<string>} */
    this.previewed = new Set();
    /** @type {Status} */
    this.status = "starting";
    this.isLive = false;
    this.isClosed = false;
    this.isAskedAgain = false;
    /** Why there is no news, as long as there is none. @type {any} */
    this.problem = null;
    /** Whether a first load has brought a part only; and of how many entries, once known. */
    this.isPartial = false;
    /** @type {number | null} */
    this.total = null;
    /** Changes of before a sign-out that this sign-in could not open. */
    this.sealedCount = 0;
    this.canSeal = false;
    /** @type {Promise<void> | undefined} */
    this.settling = undefined;
    /** @type {() => void} */
    this.wake = () => {};
    this.others = channel(this.name);
    this.others.onmessage = ({ data }) => (data === "left" ? this.stop("left") : this.load());
  }

  /**
   * The local copy at once, without waiting for the network.
   * @param {{id: string}} user @param {Options} [options]
   */
  static async open(user, options = {}) {
    const store = await Store.orMemory(options.name ?? `animecollections ${user.id}`);
    const collection = new Collection(user, store, options);
    if (options.key) await collection.unlock(options.key);
    await collection.load();
    globalThis.addEventListener?.("online", collection.comeBack);
    globalThis.addEventListener?.("offline", collection.goOffline);
    globalThis.document?.addEventListener("visibilitychange", collection.comeBack);
    collection.settle();
    if (options.socket !== null) collection.listen();
    return collection;
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
    globalThis.removeEventListener?.("online", this.comeBack);
    globalThis.removeEventListener?.("offline", this.goOffline);
    globalThis.document?.removeEventListener("visibilitychange", this.comeBack);
    this.wake();
    clearTimeout(this.reconnecting);
    this.socket?.close();
    this.others.close();
    clearTimeout(this.retrying);
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

  /**
   * Signs out of this device without losing what waits: it stays, encrypted, and nothing
   * else does. Whether it could be: a sign-in long ago left no key.
   * @returns {Promise<boolean>}
   */
  async leaveSealed() {
    const { unsent, conflicts, facts } = await this.store.read();
    if (!facts.key || !this.isKept) return false;
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
    const opened = facts.sealed ? await unseal(key, facts.sealed) : null;
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
    for (const name of /** @type {(keyof Wholes)[]} */ (Object.keys(this.wholes))) {
      this.toldWholes[name] = facts[name] ?? null;
    }
    this.overlay(null);
    this.tell("wholes", { names: Object.keys(this.wholes) });
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
      if (entry) this.entries.set(id, this.named(entry));
      else this.entries.delete(id);
    }
    for (const unsent of waiting) {
      const id = unsent.operation?.animeId;
      if (!id || (wanted && !wanted.has(id))) continue;
      const entry = guess(this.entries.get(id) ?? null, unsent);
      if (entry) this.entries.set(id, entry);
      else this.entries.delete(id);
    }
    this.tell("changed", { ids: wanted && [...wanted] });
  }

  /** An entry with the title that its user wants to read, where it is known. @param {Entry} entry */
  named(entry) {
    const facts = this.titles.get(entry.anime_id);
    const wanted = { english: facts?.english_title, native: facts?.native_title };
    const title = wanted[/** @type {"english" | "native"} */ (this.titleLanguage)];
    return title ? { ...entry, title } : entry;
  }

  /** Every name that is known here of an anime on the list. @param {string} animeId */
  namesOf(animeId) {
    const facts = this.titles.get(animeId);
    const main = (this.told.get(animeId) ?? this.entries.get(animeId))?.title;
    return [main, facts?.english_title, facts?.native_title].filter((name) => !!name);
  }

  /** What these change, as it is now with them or without. @param {Unsent[]} made */
  show(made) {
    this.overlay(idsOf(made));
    const names = made.flatMap(({ wholes }) => Object.keys(wholes ?? {}));
    if (names.length) this.tell("wholes", { names });
  }

  /** @param {string} type @param {any} [detail] */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {Status} status @param {any} [problem]  if that changes */
  become(status, problem = this.problem) {
    if (this.status === status && this.problem === problem) return;
    Object.assign(this, { status, problem });
    this.tell("status");
  }

  // --- Changing the list -----------------------------------------------------------

  /**
   * @param {{id: string} & Record<string, any>} anime  as the catalogue answers it
   * @param {Type} type @param {Partial<Entry>} [fields]
   */
  add({ id, title, imageUrl, rating, episodes, format, airing_status, season, year }, type, fields) {
    const anime = { title, imageUrl, rating, episodes, format, airing_status, season, year };
    return this.change([{ op: "add", animeId: id, type, ...fields }], anime);
  }

  /**
   * Changes what is given and keeps the rest; null clears. If another device changed
   * the same fields meanwhile, the user decides (`conflict`).
   * @param {string} animeId @param {Partial<Entry>} fields
   */
  update(animeId, fields) {
    return this.change([{ op: "update", animeId, ...fields }]);
  }

  /** So many more episodes watched. @param {string} animeId */
  increment(animeId, by = 1) {
    return this.change([{ op: "increment", animeId, by }]);
  }

  /** @param {string[]} animeIds @param {Type} type @param {string} [state]  of that type: active if not said */
  move(animeIds, type, state) {
    return this.change(animeIds.map((animeId) => ({ op: "move", animeId, type, ...(state && { state }) })));
  }

  /** @param {string[]} animeIds */
  remove(animeIds) {
    return this.change(animeIds.map((animeId) => ({ op: "remove", animeId })));
  }

  /**
   * Shown at once, kept when this resolves, sent as soon as may be. What cannot be kept
   * is not shown any longer, and this fails.
   * @param {Operation[]} operations @param {Record<string, any>} [anime]
   * @returns {Promise<Change>}
   */
  async change(operations, anime) {
    const at = new Date().toISOString();
    /** @type {Unsent[]} */
    const made = operations.map((operation) => ({
      id: makeId(), operation, anime, at, tried: false,
      seen: this.entries.get(operation.animeId) ?? null,
    }));
    const kept = this.queue(made);
    /** @type {Change["entries"]} */
    const entries = made.map(({ seen }, index) => {
      const { animeId } = operations[index];
      return [animeId, seen ?? null, this.entries.get(animeId) ?? null];
    });
    await kept;
    return { ids: made.map(({ id }) => id), entries };
  }

  /**
   * Any other write of the API, once there is network.
   * @param {string} method @param {string} path @param {any} body
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
    const done = () => (this.unkept = this.unkept.filter((unsent) => !made.includes(unsent)));
    try {
      await this.store.write((at) => {
        const adding = made.map(async (unsent) => {
          unsent.place = Number(await result(at("unsent").add(unsent)));
        });
        at.transaction.commit(); // as `write` does where nothing is waited for
        return Promise.all(adding);
      });
    } catch (error) {
      done();
      this.show(made);
      this.settle();
      throw error;
    }
    done();
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
  async undo({ ids, entries }) {
    const dropped = await this.store.write(async (at) => {
      /** @type {Unsent[]} */
      const all = await result(at("unsent").getAll());
      const idle = all.filter(({ id, tried }) => !tried && ids.includes(id));
      for (const { place } of idle) at("unsent").delete(/** @type {number} */ (place));
      return idle;
    });
    const gone = new Set(dropped.map(({ id }) => id));
    this.unsent = this.unsent.filter(({ id }) => !gone.has(id));
    this.overlay(idsOf(dropped));
    this.others.postMessage("queued");
    const back = entries.flatMap(([animeId, was, became]) => {
      const step = stepBack(animeId, was, became, this.entries.get(animeId) ?? null);
      return step ? [step] : [];
    });
    if (back.length) await this.change(back);
    this.tell("status");
  }

  /**
   * Ends a conflict: with what was typed here, with what came from elsewhere, or with
   * a mixture.
   * @param {string} animeId @param {"yours" | "theirs" | Record<string, any>} choice
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

  // --- Sending ---------------------------------------------------------------------

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
      const isNew = this.problem?.message !== /** @type {any} */ (error).message;
      if (isNew) this.tell("refused", { unsent: null, error });
      this.become("waiting", error);
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
      for (let first = 0; first < lacking.length && !this.isClosed; first += MOST_AT_ONCE) {
        await this.learn(lacking.slice(first, first + MOST_AT_ONCE));
      }
    });
  }

  /** @param {string[]} ids */
  async learn(ids) {
    const query = `ids=${ids.join(",")}&fields=id,english_title,native_title,genres`;
    const { data } = await this.api.send("GET", `/api/animes?${query}`);
    const found = new Map(data.map((/** @type {any} */ title) => [title.id, title]));
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
        const { method, path, body } = first.request;
        await this.persist(method, path, body, { key: first.id });
        return { done: batch, again: [], conflicts: [] };
      }
      const operations = batch.map(({ id, operation }) => ({ ...operation, id }));
      const check = (/** @type {any} */ data) => data?.results?.length === operations.length;
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
   * @param {Unsent[]} batch @param {any[]} results @returns {Outcome}
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
   * @param {string} method @param {string} path @param {any} [body] @param {Asking} [more]
   */
  async persist(method, path, body, more) {
    for (let failed = 0; ; failed++) {
      try {
        const answer = await this.api.send(method, path, body, more);
        this.become(this.status, null);
        return answer;
      } catch (/** @type {any} */ error) {
        if (!mayPass(error) || this.isClosed) throw error;
        const isOffline = error instanceof Offline && !error.isSilent;
        this.become(isOffline ? "offline" : "waiting", error);
        await Promise.race([
          this.api.sleep(pauseAfter(failed, error)),
          // Neither the browser nor a person is heard against a Retry-After.
          new Promise((wake) => (this.wake = () => error.retryAfter || wake(undefined))),
        ]);
        if (this.isClosed) throw error;
      }
    }
  }

  // --- Taking news in --------------------------------------------------------------

  /**
   * What changed since the cursor, page by page. With the last page, the queue loses
   * what these news contain.
   * @param {Outcome} [outcome]
   */
  async sync(outcome) {
    if (this.cursor === null && this.options.first) await this.preview().catch(() => {}); // the pages come anyhow
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

  /**
   * What the first screen shows, before the pages of a first load, which come by title.
   * In memory alone, so that copy and cursor stay together.
   */
  async preview() {
    const signal = AbortSignal.timeout(PATIENCE_WITH_FIRST);
    const { data } = await this.api.send("GET", `${LIST}?${this.options.first}`, undefined, { signal });
    if (this.isClosed) return;
    const entries = data.filter((/** @type {Entry} */ { anime_id }) => !this.told.has(anime_id));
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

  /** @param {string | null} cursor @returns {Promise<{data: Changes, meta: any, isWhole: boolean}>} */
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

  /** One page of sync. @param {string} query */
  news(query) {
    const check = (/** @type {any} */ data, /** @type {any} */ meta) =>
      Array.isArray(data?.entries) && Array.isArray(data.removed) && typeof meta.cursor === "string";
    return this.persist("GET", SYNC + query, undefined, { check });
  }

  /** All pages as one, so that nobody sees half a list where a whole one was. */
  async everything() {
    let page = await this.news("");
    const entries = [...page.data.entries];
    /** @type {any} */
    const wholes = {};
    keepWholes(wholes, page.data);
    while (page.meta.has_more) {
      page = await this.news(`?cursor=${encodeURIComponent(page.meta.cursor)}`);
      entries.push(...page.data.entries);
      keepWholes(wholes, page.data);
    }
    return { data: { ...wholes, entries, removed: [] }, meta: page.meta, isWhole: true };
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
      for (const name of Object.keys(this.wholes)) {
        const whole = changes[/** @type {keyof Wholes} */ (name)];
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
    names.push(...(outcome?.done ?? []).flatMap(({ wholes }) => Object.keys(wholes ?? {})));
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

  // --- The live feed ---------------------------------------------------------------

  listen(failed = 0) {
    if (this.isClosed || this.socket) return;
    const address = new URL(`${this.options.base ?? ""}/ws/user`, globalThis.location?.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("account", this.user.id);
    const Socket = this.options.socket ?? WebSocket;
    const socket = (this.socket = new Socket(address.href));
    /** @type {ReturnType<typeof setTimeout>} */
    let silence;
    let heard = Promise.resolve();
    const expectMore = () => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.close(), SILENCE);
    };
    expectMore();
    socket.onmessage = (event) => {
      failed = 0;
      expectMore();
      this.setLive(true);
      // One after the other: each starts where the one before led.
      heard = heard.then(() => this.hear(JSON.parse(event.data))).catch(() => {});
    };
    socket.onclose = ({ code }) => {
      clearTimeout(silence);
      this.socket = undefined;
      this.setLive(false);
      const isOfSignIn = code === 4401 || code === 4409;
      if (isOfSignIn) this.settle(); // which says whether this is a sign-out
      const pause = isOfSignIn ? LONGEST_PAUSE : pauseAfter(failed + 1, null);
      this.reconnecting = setTimeout(() => this.listen(failed + 1), pause * 1000);
    };
  }

  /** @param {boolean} isLive */
  setLive(isLive) {
    if (this.isLive === isLive) return;
    this.isLive = isLive;
    this.tell("status");
  }

  /** docs/sync.md: compare cursors as texts. @param {any} message */
  async hear(message) {
    if (this.isClosed) return;
    const isNext = message.type === "changed" && message.since === this.cursor && !message.sync;
    // While the fate of something sent is open, news may contain it already: it would
    // show twice. They come with the round that clears it up.
    const isOpen = this.unsent.some(({ tried }) => tried);
    if (isNext && !isOpen) await this.take(this.withSearches(message), message);
    if (message.cursor && message.cursor !== this.cursor) this.settle();
  }

  /**
   * A message tells of searches only those that changed.
   * @param {any} message @returns {Changes}
   */
  withSearches(message) {
    if (!message.searches) return message;
    const { saved, removed } = message.searches;
    const gone = new Set([...removed, ...saved.map((/** @type {any} */ search) => search.id)]);
    const kept = (this.toldWholes.searchHistory ?? []).filter(({ id }) => !gone.has(id));
    const searchHistory = [...saved, ...kept].sort((one, other) =>
      Date.parse(other.timestamp) - Date.parse(one.timestamp));
    return { ...message, searchHistory };
  }

  comeBack = () => {
    if (globalThis.document?.visibilityState === "hidden" || this.isClosed) return;
    this.wake();
    this.settle();
    clearTimeout(this.reconnecting);
    this.listen();
  };

  goOffline = () => {
    this.socket?.close(); // or it may take minutes to notice
    this.become("offline");
  };

  /** After signing in again. */
  signedIn() {
    this.become("starting");
    this.comeBack();
  }
}

/**
 * What a batch does to the queue: leave it, stay in it (changed), become a conflict.
 * @typedef {{done: Unsent[], again: Unsent[], conflicts: Conflict[]}} Outcome
 */

/**
 * What is to be sent next: one request, or a run of operations. An operation that
 * depends on a revision waits for the answer to those before it on the same anime.
 * What was sent before is sent as it was.
 * @param {Unsent[]} queue @returns {Unsent[]}
 */
function takeNext(queue) {
  /** @type {Unsent[]} */
  const batch = [];
  const animes = new Set();
  for (const unsent of queue) {
    if (unsent.request) return batch.length ? batch : [unsent];
    const operation = /** @type {Operation} */ (unsent.operation);
    if (operation.op === "update" && !unsent.tried) {
      if (animes.has(operation.animeId)) break;
      operation.if_revision = unsent.seen?.revision || undefined;
    }
    animes.add(operation.animeId);
    batch.push(unsent);
    if (batch.length === MOST_AT_ONCE) break;
  }
  return batch;
}

/**
 * The entry as another device made it, null where it removed it; undefined where an
 * answer is none of this kind.
 * @param {Unsent} unsent @param {any} answer @returns {Entry | null | undefined}
 */
function overtakenBy({ operation }, answer) {
  if (answer.code === "revision_mismatch") return answer.details.entry;
  return answer.code === "entry_not_found" && operation?.op === "update" ? null : undefined;
}

/**
 * A change that another device overtook: to be sent again, decided on the entry as it
 * is now, where the two touched different things; else for the user to decide.
 * @param {Unsent} unsent @param {Entry | null} theirs @returns {Unsent | Conflict}
 */
function merge(unsent, theirs) {
  const { op: _, animeId, if_revision, ...yours } = /** @type {Operation} */ (unsent.operation);
  /** @type {any} */
  const [now, seen] = [theirs, unsent.seen];
  const clash = Object.keys(yours).filter(
    (name) => !isSame(now?.[name], seen?.[name]) && !isSame(now?.[name], yours[name]),
  );
  if (theirs && !clash.length) {
    return { ...unsent, id: makeId(), seen: theirs, tried: false };
  }
  const pick = (/** @type {any} */ of) =>
    Object.fromEntries(Object.keys(yours).map((name) => [name, of?.[name] ?? null]));
  return {
    animeId, title: now?.title ?? seen?.title ?? animeId, type: seen?.type ?? "To Watch",
    seen: pick(seen), yours, theirs: theirs && pick(now), at: unsent.at,
  };
}

/**
 * Two conflicts of one anime as one: nothing that was typed is lost.
 * @param {Conflict | undefined} one @param {Conflict} next @returns {Conflict}
 */
function together(one, next) {
  if (!one) return next;
  return {
    ...next,
    seen: { ...next.seen, ...one.seen },
    yours: { ...one.yours, ...next.yours },
    theirs: next.theirs && { ...one.theirs, ...next.theirs },
  };
}

/**
 * The operation that takes back what a change made of an entry, and nothing that was
 * changed since; null where there is nothing to take back.
 * @param {string} animeId @param {Entry | null} was @param {Entry | null} became
 * @param {Entry | null} now @returns {Operation | null}
 */
function stepBack(animeId, was, became, now) {
  if (!was) return now && { op: "remove", animeId };
  /** @type {any} */
  const [then, made, is] = [was, became, now];
  const restore = (/** @type {string[]} */ names) =>
    Object.fromEntries(names.map((name) => [name, then[name]]));
  if (!is) return /** @type {any} */ ({ op: "add", animeId, ...restore(FIELDS) });
  const names = FIELDS.filter((name) => !isSame(then[name], made?.[name]));
  if (names.every((name) => isSame(then[name], is[name]))) return null;
  // A type sets its state, so that the two go together.
  if (names.includes("type") && !names.includes("state")) names.push("state");
  return { op: "update", animeId, ...restore(names) };
}

/** @param {any} wholes @param {any} changes  @returns {string[]} the names of what is new */
function keepWholes(wholes, changes) {
  const names = WHOLES.filter(
    (name) => changes[name] !== null && changes[name] !== undefined,
  );
  for (const name of names) wholes[name] = changes[name];
  return names;
}

/** @param {Unsent[]} queue @returns {string[]} */
const idsOf = (queue) => queue.flatMap(({ operation }) => (operation ? [operation.animeId] : []));

/** @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
async function alone(name, work) {
  let hasBegun = false;
  try {
    return await navigator.locks.request(name, () => ((hasBegun = true), work()));
  } catch (error) {
    if (hasBegun) throw error;
    return work(); // there are no locks, or they are blocked as storage is
  }
}

/** To the other tabs; where it is blocked, each is by itself. @param {string} name */
function channel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return /** @type {BroadcastChannel} */ (/** @type {any} */ ({ postMessage() {}, close() {} }));
  }
}
