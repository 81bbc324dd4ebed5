/** The queue of the client library: what is sent next, and what becomes of it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { merge, namesOfWholes, overtakenBy, stepBack, takeNext, together, withoutDay } from "../../../static/js/collection/queue.js";
import { dated, dayOn } from "../../../static/js/collection/rules.js";

const entry = (more = {}) => ({
  anime_id: "1", type: "Watching", state: "active", progress: 3, score: null, rewatches: 0, started_on: null,
  finished_on: null, notes: "", tags: [], priority: 0, is_private: false, title: "One", revision: 7, ...more,
});
const unsent = (operation, more = {}) => ({ id: `${operation.op}${operation.animeId}`, operation, tried: false, at: "2026-11-30", seen: entry(), ...more });
const edit = (animeId, fields, more) => unsent({ op: "update", animeId, ...fields }, more);
const plus = (animeId) => unsent({ op: "increment", animeId, by: 1 });

test("consecutive operations go together, up to 200", () => {
  const queue = Array.from({ length: 201 }, (_, at) => plus(String(at)));
  assert.deepEqual(takeNext(queue), queue.slice(0, 200));
  assert.deepEqual(takeNext([]), []);
});

test("another write goes alone, after what stands before it", () => {
  const request = { id: "r", request: { method: "POST", path: "/", body: {} }, tried: false, at: "" };
  const first = plus("1");
  assert.deepEqual(takeNext([first, request, plus("2")]), [first]);
  assert.deepEqual(takeNext([request, first]), [request]);
});

test("an edit names the revision it was decided on, and waits for what comes before it on its title", () => {
  const [first, other, second] = [edit("1", { notes: "a" }), plus("2"), edit("1", { notes: "b" })];
  assert.deepEqual(takeNext([first, other, second]), [first, other]);
  assert.equal(first.operation.if_revision, 7);
  assert.equal("if_revision" in other.operation, false);
});

test("what was sent before is sent as it was", () => {
  const [first, again] = [edit("1", { notes: "a" }), edit("1", { notes: "b" }, { tried: true })];
  assert.deepEqual(takeNext([first, again]), [first, again]);
  assert.equal("if_revision" in again.operation, false);
});

test("an entry that changed or was removed meanwhile overtakes an edit, and nothing else does", () => {
  const theirs = entry({ revision: 9 });
  assert.equal(overtakenBy(edit("1", {}), { code: "revision_mismatch", details: { entry: theirs } }), theirs);
  assert.equal(overtakenBy(edit("1", {}), { code: "entry_not_found" }), null);
  assert.equal(overtakenBy(plus("1"), { code: "entry_not_found" }), undefined);
  assert.equal(overtakenBy(edit("1", {}), { ok: true }), undefined);
});

test("edits of different fields are sent again, on the entry as it is now", () => {
  const theirs = entry({ notes: "theirs", revision: 9 });
  const again = merge(edit("1", { score: 8 }, { id: "old", tried: true }), theirs);
  assert.equal(again.seen, theirs);
  assert.equal(again.tried, false);
  assert.notEqual(again.id, "old");
});

test("what counts today says the day on which it was made, and nothing else does", () => {
  const today = dayOn();
  const watching = entry();
  const day = (operation, seen = watching) => dated({ animeId: "1", ...operation }, seen).watched_on;
  assert.equal(day({ op: "increment", by: 1 }), today);
  assert.equal(day({ op: "increment", by: 1 }, entry({ type: "To Watch" })), today);
  assert.equal(day({ op: "increment", by: -1 }), undefined);
  assert.equal(day({ op: "increment", by: 1, watched_on: "2015" }), "2015");
  assert.equal(day({ op: "update", progress: 4 }), today);
  assert.equal(day({ op: "update", progress: 2 }), undefined);
  assert.equal(day({ op: "update", notes: "a" }), undefined);
  assert.equal(day({ op: "update", progress: 4, finished_on: "2015" }), undefined);
  assert.equal(day({ op: "update", progress: 4 }, entry({ type: "To Watch" })), undefined);
  assert.equal(day({ op: "move", type: "Completed" }), today);
  assert.equal(day({ op: "move", type: "Completed" }, entry({ type: "To Watch" })), undefined);
  assert.equal(day({ op: "add", type: "Completed" }, null), undefined);
});

test("the clock of a device that is ahead loses no episode, and a day that a person chose is theirs", () => {
  const refused = { ok: false, code: "validation_error", fields: { watched_on: ["This day is still to come."] } };
  const at = "2026-12-24T12:00:00Z";
  const made = unsent({ op: "increment", animeId: "1", by: 1, watched_on: "2026-12-24" }, { at, tried: true });
  const again = withoutDay(made, refused);
  assert.deepEqual(again.operation, { op: "increment", animeId: "1", by: 1 });
  assert.deepEqual([again.id, again.tried], [made.id, false]);
  assert.equal(withoutDay(unsent({ ...made.operation, watched_on: "2026-12-31" }, { at }), refused), null);
  assert.equal(withoutDay(made, { ok: false, code: "entry_not_found" }), null);
  assert.equal(withoutDay(again, refused), null);
});

test("a viewing begins on the day on which it was begun, however late it is sent", () => {
  const made = dated({ op: "viewing_begin", animeId: "1" }, entry({ type: "Completed" }));
  assert.deepEqual(made, { op: "viewing_begin", animeId: "1", started_on: dayOn() });
  assert.equal(dated({ ...made, started_on: "2015" }, null).started_on, "2015");
  const refused = { ok: false, code: "validation_error", fields: { started_on: ["This day is still to come."] } };
  const at = "2026-12-24T12:00:00Z";
  const begun = unsent({ ...made, started_on: "2026-12-24" }, { at, tried: true });
  assert.deepEqual(withoutDay(begun, refused).operation, { op: "viewing_begin", animeId: "1" });
  assert.equal(withoutDay(unsent({ ...begun.operation, started_on: "2027" }, { at }), refused), null);
  assert.equal(withoutDay(edit("1", { started_on: "2026-12-24" }, { at }), refused), null); // it was typed
});

test("undo takes episodes back from the day on which they were counted", () => {
  const [was, became] = [entry(), entry({ progress: 4 })];
  assert.deepEqual(stepBack("1", was, became, became, "2015"), { op: "update", animeId: "1", progress: 3, watched_on: "2015" });
  assert.equal("watched_on" in stepBack("1", became, was, was, "2015"), false); // more again
});

test("a day is no field that two devices can disagree about", () => {
  const conflict = merge(edit("1", { progress: 5, watched_on: "2026-11-28" }), entry({ progress: 9 }));
  assert.deepEqual(Object.keys(conflict.theirs), ["progress"]);
  assert.equal(conflict.yours.watched_on, "2026-11-28");
});

test("the same edit on both devices is no conflict", () => {
  assert.ok("tried" in merge(edit("1", { score: 8 }), entry({ score: 8 })));
});

test("edits of the same field are for the user to decide", () => {
  const conflict = merge(edit("1", { score: 8, if_revision: 7 }), entry({ score: 5 }));
  assert.deepEqual(conflict, {
    animeId: "1", title: "One", type: "Watching", at: "2026-11-30", seen: { score: null }, yours: { score: 8 }, theirs: { score: 5 },
  });
  assert.equal(merge(edit("1", { score: 8 }), null).theirs, null);
});

test("two conflicts of one title are one, and nothing typed is lost", () => {
  const one = merge(edit("1", { score: 8 }), entry({ score: 5 }));
  const next = merge(edit("1", { notes: "mine" }), entry({ notes: "theirs" }));
  assert.deepEqual(together(undefined, next), next);
  assert.deepEqual(together(one, next).yours, { score: 8, notes: "mine" });
  assert.deepEqual(together(one, next).theirs, { score: 5, notes: "theirs" });
});

test("undo takes back what was changed, and no more", () => {
  const [was, became] = [entry(), entry({ score: 8, notes: "new" })];
  assert.deepEqual(stepBack("1", was, became, became), { op: "update", animeId: "1", score: null, notes: "" });
  assert.equal(stepBack("1", was, became, entry()), null); // it is as it was
  assert.deepEqual(stepBack("1", null, became, became), { op: "remove", animeId: "1" });
  assert.equal(stepBack("1", null, became, null), null);
  assert.equal(stepBack("1", was, null, null).op, "add");
  const moved = entry({ type: "Completed" });
  assert.deepEqual(stepBack("1", was, moved, moved), { op: "update", animeId: "1", type: "Watching", state: "active" });
});

test("which parts a queue makes new", () => {
  assert.deepEqual(namesOfWholes([plus("1"), { id: "r", wholes: { profile: {} }, tried: false, at: "" }]), ["profile"]);
});
