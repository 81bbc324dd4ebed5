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
let names = 0;

/** A copy with this entry and these viewings; all that is sent stays without an answer. */
async function deviceWith(t, told, viewings) {
  const options = { base: "http://127.0.0.1:9", fetch: silent, socket: null, titles: false, name: `test ${(names += 1)}` };
  const collection = await Collection.open({ id: "u" }, options);
  t.after(() => collection.close());
  await collection.take({ entries: [told], removed: [], profile: null, preferences: null, searchHistory: null, viewings }, { since: null, cursor: "1" });
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
