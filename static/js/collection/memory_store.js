/** A store where the browser keeps nothing. */

import { STORES, Store } from "./store.js";

/** @import { At } from "./types.js" */

/** The same, as long as the page is open. */
export class MemoryStore extends Store {
  /** @param {string} name */
  constructor(name) {
    super(/** @type {IDBDatabase} */ ({ name, close() {} }));
    /** @type {Record<string, MemoryTable>} */
    this.tables = Object.fromEntries(STORES.map((name) => [name, new MemoryTable()]));
  }

  get isLasting() {
    return false;
  }

  begin() {
    const table = (/** @type {string} */ name) => this.tables[name];
    const transaction = /** @type {IDBTransaction} */ ({ commit() {} });
    return Object.assign(/** @type {At} */ (/** @type {unknown} */ (table)), { transaction });
  }

  /** @template T @param {(at: At) => T | Promise<T>} change */
  async write(change) {
    return change(this.begin());
  }

  async erase() {
    for (const table of Object.values(this.tables)) table.clear();
  }
}

/** @typedef {{place?: number, animeId?: string}} Row  what has its key in itself */
/** @typedef {string | number} Key */

/** What is used of an object store. Values are copied, as a database does. */
class MemoryTable {
  constructor() {
    this.last = 0;
    /** @type {Map<Key, Row>} */
    this.rows = new Map();
  }

  /** @param {Row} row */
  async add(row) {
    this.last += 1;
    return this.put({ ...row, place: this.last });
  }

  /** @param {Row} row @param {Key} [key] */
  async put(row, key = row.place ?? row.animeId ?? "") {
    this.rows.set(key, structuredClone(row));
    return key;
  }

  /** @param {Key} key */
  get = async (key) => structuredClone(this.rows.get(key));
  getAll = async () => structuredClone([...this.rows.values()]);
  getAllKeys = async () => [...this.rows.keys()];
  /** @param {Key} key */
  delete = (key) => void this.rows.delete(key);
  clear = () => this.rows.clear();
}
