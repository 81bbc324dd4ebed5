/** Lists of one's own on this device: as the server told them, with what is unsent laid over. */

import { result } from "../collection/store.js";
import { byCode } from "./ranks.js";

/** @import { Collection } from "../collection/index.js" */
/** @import { Answer, Operation, OwnList, Unsent } from "../collection/types.js" */
/** @import { AnsweredItem, ListItem } from "../types.js" */

export const LISTS = "/api/user/lists";
const A_PAGE = 500;

/** @param {OwnList} list @param {Operation | undefined} operation */
const isOf = (list, operation) => operation?.listId === list.id || (!!list.client_key && operation?.listId === list.client_key);

/**
 * Every list, pinned ones first, then by name.
 * @param {OwnList[] | null} told @param {Unsent[]} waiting @returns {OwnList[]}
 */
export function listsNow(told, waiting) {
  let lists = [...(told ?? [])];
  for (const { id, operation, at } of waiting) {
    if (operation?.op === "list_create" && !lists.some((list) => list.client_key === id)) lists.push(made(id, operation, at));
    if (operation?.op === "list_remove") lists = lists.filter((list) => !isOf(list, operation));
    if (operation?.op === "list_update") lists = lists.map((list) => (isOf(list, operation) ? { ...list, ...valuesOf(operation) } : list));
  }
  return lists.sort((one, other) => Number(other.pinned) - Number(one.pinned) || one.name.localeCompare(other.name));
}

/** @param {Operation} operation @returns {Partial<OwnList>} */
function valuesOf({ name, description, kind, rules, pinned, leave_when_completed }) {
  const sent = { name, description: description ?? undefined, kind, rules, pinned, leave_when_completed };
  return Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
}

/** As it will be: called by its operation until the server has answered. @param {string} id @param {Operation} operation @param {string} at @returns {OwnList} */
const made = (id, operation, at) => ({
  id, client_key: id, name: "", description: "", kind: "manual", rules: null, ordering: null, leave_when_completed: false, pinned: false,
  size: 0, created_at: at, updated_at: at, revision: 0, items_revision: 0, ...valuesOf(operation),
});

/**
 * What is on a list, in its order.
 * @param {ListItem[]} told @param {OwnList} list @param {Unsent[]} waiting @returns {ListItem[]}
 */
export function itemsNow(told, list, waiting) {
  const items = new Map(told.map((item) => [item.anime_id, item]));
  for (const { operation, anime } of waiting) {
    if (!operation || !isOf(list, operation)) continue;
    const { op, animeId, rank, notes } = operation;
    if (op === "list_take_off") items.delete(animeId);
    if (op !== "list_put") continue;
    const before = items.get(animeId) ?? { anime_id: animeId, notes: "", rank: "zzzz", title: anime?.title ?? "", imageUrl: anime?.imageUrl ?? null, year: anime?.year ?? null, format: anime?.format ?? "", episodes: anime?.episodes ?? null };
    items.set(animeId, { ...before, ...(rank && { rank }), ...(notes !== undefined && { notes: notes ?? "" }) });
  }
  return [...items.values()].sort((one, other) => byCode(one.rank, other.rank));
}

/** Those that are still to be sent. @param {Collection} collection */
export const waitingIn = ({ unsent, unkept }) => [...unsent, ...unkept];

/** The items of one list, kept on this device and asked for again once the server has others. */
export class KeptItems {
  /** @type {ListItem[]} */
  told = [];
  revision = -1; // of the list's items, when they were asked for

  /** @param {Collection} collection @param {string} listId */
  constructor(collection, listId) {
    this.collection = collection;
    this.listId = listId;
    this.key = `items:${listId}`;
  }

  async read() {
    const kept = await this.collection.store.write(async (at) => result(at("facts").get(this.key)), { durability: "relaxed" });
    if (kept) Object.assign(this, kept);
  }

  /** @param {ListItem[]} told @param {number} revision */
  keep(told, revision) {
    Object.assign(this, { told, revision });
    return this.collection.store.write((at) => void at("facts").put({ told, revision }, this.key), { durability: "relaxed" });
  }

  /** What was done here, until the server tells it. @param {OwnList} list @param {Unsent[]} done */
  lay(list, done) {
    return this.keep(itemsNow(this.told, list, done), this.revision);
  }

  /** @param {OwnList} list */
  isOld = (list) => list.revision > 0 && list.items_revision > this.revision;

  /** All pages. @param {OwnList} list */
  async fetch(list) {
    /** @type {ListItem[]} */
    const found = [];
    for (let cursor = ""; ;) {
      const query = new URLSearchParams({ limit: String(A_PAGE), ordering: "rank", ...(cursor && { cursor }) });
      /** @type {Answer<AnsweredItem[]>} */
      const { data, meta } = await this.collection.api.ask("GET", `${LISTS}/${list.id}/items?${query}`, undefined, { tries: 2, check: Array.isArray });
      for (const { anime_id, rank, notes, anime: { title, imageUrl, year, format, episodes } } of data) {
        found.push({ anime_id, rank, notes, title, imageUrl, year, format, episodes });
      }
      if (!meta.next_cursor) break;
      cursor = meta.next_cursor;
    }
    await this.keep(found, list.items_revision);
  }
}
