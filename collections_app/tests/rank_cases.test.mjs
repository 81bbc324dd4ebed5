/** The web client's ranks, held to rank_cases.json (test_ranks.py); and lists as they will be. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { placeByKey, progressOf } from "../../static/js/pages/lists/progress.js";
import { itemsNow, listsNow } from "../../static/js/ui/own_lists.js";
import { between } from "../../static/js/ui/ranks.js";

const cases = JSON.parse(readFileSync(new URL("rank_cases.json", import.meta.url)));
const LIST = { id: "l1", client_key: "a1", name: "With Anna", description: "", pinned: false, size: 2, revision: 3, items_revision: 5 };
const unsent = (operation, anime) => ({ id: operation.id ?? "x", operation: { animeId: "", ...operation }, anime, at: "", tried: false });
const item = (anime_id, rank) => ({ anime_id, rank, notes: "", title: anime_id, imageUrl: null });
const ids = (items) => items.map(({ anime_id }) => anime_id);

test("ranks are the server's", () => {
  for (const [low, high, rank] of cases) assert.equal(between(low, high), rank, `${low} – ${high}`);
});

test("a list that was made without network is there at once, under the name of its operation", () => {
  const [made] = listsNow([], [unsent({ op: "list_create", id: "a1", name: "With Anna" })]);
  assert.deepEqual([made.id, made.client_key, made.name, made.revision], ["a1", "a1", "With Anna", 0]);
});

test("what is unsent of lists is shown, by the list's id or its key", () => {
  const [renamed] = listsNow([LIST], [unsent({ op: "list_update", listId: "a1", name: "With Ben", pinned: true })]);
  assert.deepEqual([renamed.name, renamed.pinned, renamed.size], ["With Ben", true, 2]);
  assert.deepEqual(listsNow([LIST], [unsent({ op: "list_remove", listId: "l1" })]), []);
  assert.equal(listsNow([LIST], [unsent({ op: "list_create", id: "a1", name: "With Anna" })]).length, 1);
});

test("pinned ones come first, then by name", () => {
  const lists = [["b", false], ["a", false], ["c", true]].map(([name, pinned]) => ({ ...LIST, client_key: null, name, pinned }));
  assert.deepEqual(listsNow(lists, []).map(({ name }) => name), ["c", "a", "b"]);
});

test("items are put, moved and taken off before the server knows", () => {
  const told = [item("1", "V000"), item("2", "V001")];
  const put = (operation, anime) => ids(itemsNow(told, LIST, [unsent({ op: "list_put", listId: "l1", ...operation }, anime)]));
  assert.deepEqual(put({ animeId: "3" }, { title: "Three" }), ["1", "2", "3"]);
  assert.deepEqual(put({ animeId: "2", rank: "Uzzz" }), ["2", "1"]);
  assert.deepEqual(put({ animeId: "2", notes: "!" }), ["1", "2"]);
  assert.deepEqual(put({ animeId: "3", listId: "another" }), ["1", "2"]);
  assert.deepEqual(ids(itemsNow(told, LIST, [unsent({ op: "list_take_off", listId: "a1", animeId: "1" })])), ["2"]);
});

test("how far one is with a list", () => {
  const items = [{ ...item("1"), episodes: 12 }, { ...item("2"), episodes: 12 }, { ...item("3"), episodes: null }];
  const entries = new Map([["1", { type: "Completed", progress: 12 }], ["2", { type: "Watching", progress: 2 }]]);
  assert.deepEqual(progressOf(items, entries), { done: 1, minutes: 240 });
});

test("keys move by one place, or to an end", () => {
  assert.deepEqual(["ArrowUp", "ArrowDown", "Home", "End", "x"].map((key) => placeByKey(key, 1, 4)), [0, 2, 0, 3, null]);
  assert.deepEqual(["ArrowUp", "Home"].map((key) => placeByKey(key, 0, 4)), [null, null]);
  assert.deepEqual(["ArrowDown", "End"].map((key) => placeByKey(key, 3, 4)), [null, null]);
});
