/** What lies on the disk, and what the tabs that share it tell each other. */

/** @import { At, Facts, Rows, Table } from "./types.js" */

/** @type {(keyof Rows)[]} */
export const STORES = ["entries", "unsent", "conflicts", "titles", "facts"];
const SHELF = 256; // neighbouring ids that lie in one row of the disk
const PATIENCE = 4_000; // milliseconds until the database is open

/**
 * One database a user: entries, what is unsent, conflicts, facts (the cursor …), and what
 * the catalogue says of titles. Entries and titles lie on shelves (`shelve`).
 */
export class Store {
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
      entries: entries.flat(),
      unsent,
      conflicts,
      titles: titles.flat(),
      /** @type {Facts} */
      facts: Object.fromEntries(names.map((name, index) => [String(name), facts[index]])),
    };
  }

  /**
   * One transaction: all that `change` asks for, or nothing. What it returns is kept
   * by the database before this resolves; "strict": by the disk as well.
   * @template T
   * @param {(at: At) => T | Promise<T>} change
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
    return { unsent, cursor: /** @type {string | undefined} */ (cursor) ?? null };
  }

  /** @param {IDBTransactionMode} mode @param {IDBTransactionDurability} [durability] @returns {At} */
  begin(mode, durability = "default") {
    const transaction = this.database.transaction(STORES, mode, { durability });
    const table = (/** @type {string} */ store) => transaction.objectStore(store);
    return Object.assign(/** @type {At} */ (/** @type {unknown} */ (table)), { transaction });
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
      timer = setTimeout(() => reject(new Error("The database does not open.")), PATIENCE);
    });
    try {
      return await Promise.race([opening, /** @type {Promise<never>} */ (late)]);
    } catch {
      isLate = true;
      const { MemoryStore } = await import("./memory_store.js");
      return new MemoryStore(name);
    } finally {
      clearTimeout(timer);
    }
  }

  close() {
    this.database.close();
  }

  async erase() {
    this.close();
    await result(indexedDB.deleteDatabase(this.database.name));
  }
}

/**
 * Puts rows on their shelves and takes some away: what has neighbouring ids lies in one
 * row, for a row of its own takes each twenty times as long to write, and five to read.
 * @template {object} Row
 * @param {Table<Row[]>} table @param {keyof Row & ("anime_id" | "id")} key
 * @param {Row[]} rows @param {string[]} [gone]  ids
 */
export async function shelve(table, key, rows, gone = []) {
  /** @type {Map<number, Map<unknown, Row | null>>} */
  const shelves = new Map();
  const lay = (/** @type {unknown} */ id, /** @type {Row | null} */ row) => {
    const number = Math.floor(Number(id) / SHELF);
    shelves.set(number, (shelves.get(number) ?? new Map()).set(id, row));
  };
  for (const row of rows) lay(row[key], row);
  for (const id of gone) lay(id, null);
  await Promise.all([...shelves].map(async ([number, news]) => {
    const lying = (await result(table.get(number))) ?? [];
    const others = lying.filter((row) => !news.has(row[key]));
    table.put([...others, ...news.values()].filter((row) => row !== null), number);
  }));
}

/** @template T @param {IDBRequest<T> | Promise<T>} request @returns {Promise<T>} */
export const result = (request) =>
  new Promise((resolve, reject) => {
    if (request instanceof Promise) return resolve(request); // in memory
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// --- Other tabs of this browser ------------------------------------------------------

/** @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
export async function alone(name, work) {
  let hasBegun = false;
  try {
    return await navigator.locks.request(name, () => ((hasBegun = true), work()));
  } catch (error) {
    if (hasBegun) throw error;
    return work(); // there are no locks, or they are blocked as storage is
  }
}

/**
 * To the other tabs; where it is blocked, each is by itself.
 * @param {string} name
 * @returns {Pick<BroadcastChannel, "postMessage" | "close"> & {onmessage: ((event: MessageEvent) => unknown) | null}}
 */
export function channel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return { onmessage: null, postMessage() {}, close() {} };
  }
}
