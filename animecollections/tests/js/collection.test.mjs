/** A list on a device that hears nothing of the server: what it shows, and what it will send. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Collection } from "../../../static/js/collection/collection.js";

const TITLE = "1";
const entry = (more = {}) => ({
  anime_id: TITLE, type: "Completed", state: "active", progress: 12, score: null, rewatches: 0, started_on: null, finished_on: null,
  notes: "", tags: [], priority: 0, is_private: false, title: "One", episodes: 12, airing_status: "finished", revision: 7, ...more,
});
const viewing = (number, more = {}) => ({
  id: `v${number}`, anime_id: TITLE, number, state: "finished", started_on: null, finished_on: null, progress: 12, score: null,
  notes: "", where: "", revision: 7, ...more,
});
const silent = () => new Promise(() => {});
const news = (entries, viewings = null) => ({ entries, removed: [], profile: null, preferences: null, searchHistory: null, viewings, notices: null });
let names = 0;

/** A copy with this entry and these viewings; all that is sent stays without an answer. */
async function deviceWith(t, told, viewings) {
  const options = { base: "http://127.0.0.1:9", fetch: silent, socket: null, titles: false, name: `test ${(names += 1)}` };
  const collection = await Collection.open({ id: "u" }, options);
  t.after(() => collection.close());
  await collection.take(news([told], viewings), { since: null, cursor: "1" });
  return collection;
}

/** As the round does before it sends. */
const send = (collection) => collection.commitTo(collection.unsent);
const operations = (collection) => collection.unsent.map(({ operation }) => operation);

test("undo of a viewing whose beginning has no answer yet takes it away again", async (t) => {
  for (const [told, viewings, number] of [
    [entry(), [], 2],
    [entry({ rewatches: 3 }), [], 5],
    [entry({ rewatches: 1 }), [viewing(1), viewing(2), viewing(6, { state: "dropped" })], 7],
  ]) {
    const collection = await deviceWith(t, told, viewings);
    const begun = await collection.watchAgain(TITLE);
    await send(collection);
    await collection.undo(begun);
    assert.deepEqual(operations(collection).slice(1), [{ op: "viewing_remove", animeId: TITLE, number }]);
  }
});

test("undo of a viewing that was never sent sends nothing", async (t) => {
  const collection = await deviceWith(t, entry(), []);
  await collection.undo(await collection.watchAgain(TITLE));
  assert.deepEqual(operations(collection), []);
  assert.equal(collection.entries.get(TITLE).type, "Completed");
});

test("undo of the end of another time through makes that viewing active again", async (t) => {
  const watching = entry({ type: "Watching", state: "rewatching", progress: 5, finished_on: "2015", rewatches: 1 });
  const viewings = [viewing(1), viewing(2), viewing(3, { state: "active", progress: 5 })];
  const reopened = { op: "viewing_update", animeId: TITLE, number: 3, state: "active", progress: 5 };
  const completed = { ...watching, type: "Completed", state: "active", progress: 12, rewatches: 2 };
  for (const [end, answer] of [
    [(collection) => collection.move([TITLE], "Completed"), completed],
    [(collection) => collection.increment(TITLE, 7), completed],
    [(collection) => collection.increment(TITLE, 7), null],
    [(collection) => collection.move([TITLE], "Collection", "dropped"), { ...watching, type: "Collection", state: "dropped" }],
    [(collection) => collection.move([TITLE], "Collection", "dropped"), null],
  ]) {
    const collection = await deviceWith(t, watching, viewings);
    const ended = await end(collection);
    assert.notEqual(collection.entries.get(TITLE).type, "Watching");
    await send(collection);
    if (answer) await collection.take(news([answer]), { since: "1", cursor: "2", outcome: { done: collection.unsent, again: [], conflicts: [] } });
    await collection.undo(ended);
    assert.deepEqual(operations(collection).slice(answer ? 0 : 1), [reopened]);
    const { type, state, progress, rewatches, finished_on } = collection.entries.get(TITLE);
    assert.deepEqual({ type, state, progress, rewatches, finished_on }, { type: "Watching", state: "rewatching", progress: 5, rewatches: 1, finished_on: "2015" });
  }
});

test("undo puts back what was set together with the end of another time through", async (t) => {
  const watching = entry({ type: "Watching", state: "on_hold", progress: 5 });
  const collection = await deviceWith(t, watching, [viewing(1), viewing(2, { state: "active", progress: 5 })]);
  const ended = await collection.update(TITLE, { type: "Completed", score: 9, finished_on: "2026" });
  await send(collection);
  await collection.undo(ended);
  assert.deepEqual(operations(collection).slice(1), [
    { op: "viewing_update", animeId: TITLE, number: 2, state: "active", progress: 5 },
    { op: "update", animeId: TITLE, state: "on_hold", score: null, finished_on: null },
  ]);
});

test("undo of what followers were not told of tells them nothing", async (t) => {
  for (const quiet of [true, undefined]) {
    const collection = await deviceWith(t, entry({ type: "Watching", progress: 5 }), []);
    const moved = await collection.move([TITLE], "To Watch", undefined, undefined, quiet);
    await send(collection);
    await collection.undo(moved);
    assert.deepEqual(operations(collection).slice(1).map(({ op, type, quiet: is }) => [op, type, is]), [["update", "Watching", quiet]]);
  }
});

test("undo of what has ended no other time through goes by the fields", async (t) => {
  const watching = entry({ type: "Watching", state: "rewatching", progress: 5 });
  const collection = await deviceWith(t, watching, [viewing(1), viewing(2, { state: "active", progress: 5 })]);
  const changed = await collection.increment(TITLE);
  await send(collection);
  await collection.undo(changed);
  assert.deepEqual(operations(collection).slice(1).map(({ op, progress }) => [op, progress]), [["update", 5]]);
});

const message = (cursor, viewings) => ({
  type: "changed", since: "1", cursor, entries: [], removed: [], profile: null, preferences: null, searches: null, viewings,
});

test("a few viewings of a message are not taken for all where none are known", async (t) => {
  const news = { saved: [viewing(2)], removed: [] };
  const unknowing = await deviceWith(t, entry(), null);
  let isAsked = false;
  unknowing.settle = async () => (isAsked = true); // which asks for all of them
  await unknowing.hear(message("2", news));
  assert.deepEqual([unknowing.cursor, unknowing.toldWholes.viewings, isAsked], ["2", null, true]);
  const knowing = await deviceWith(t, entry(), [viewing(1)]);
  await knowing.hear(message("2", news));
  assert.deepEqual(knowing.toldWholes.viewings.map(({ number }) => number), [1, 2]);
});

const notice = (id, more = {}) => ({ id, kind: "episode", read_at: null, ...more });

test("notices of a message are laid over those that are known, the newest first", async (t) => {
  const collection = await deviceWith(t, entry(), []);
  collection.toldWholes.notices = [notice("2"), notice("1")];
  await collection.hear({ ...message("2", null), notices: { saved: [notice("3"), notice("1", { read_at: "now" })], removed: ["2"] } });
  assert.deepEqual(collection.wholes.notices.map(({ id, read_at }) => [id, read_at]), [["3", null], ["1", "now"]]);
});

test("a few notices of a message are not taken for all where none are known", async (t) => {
  const collection = await deviceWith(t, entry(), []);
  let isAsked = false;
  collection.settle = async () => (isAsked = true);
  await collection.hear({ ...message("2", null), notices: { saved: [notice("3")], removed: [] } });
  assert.deepEqual([collection.toldWholes.notices, isAsked], [null, true]);
});
