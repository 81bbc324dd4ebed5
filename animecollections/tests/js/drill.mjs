/**
 * static/js/collection in the fault drill of a server: it says what fails, and how.
 * SERVER_URL, TOKEN: of a sandbox with the title 1535 in the catalogue.
 */

import assert from "node:assert/strict";

import { Api, Collection } from "../../../static/js/collection/index.js";

const { SERVER_URL: base, TOKEN } = process.env;
const TITLE = { id: "1535", title: "Death Note", episodes: 37 };

/** What the next requests to sync, and all others, are to fail with. */
const next = { sync: [], write: [] };
const slept = [];
const options = {
  base,
  titles: false,
  socket: null,
  poll: 3600,
  sleep: (seconds) => void slept.push(seconds),
  fetch: (address, how) => {
    const path = new URL(address).pathname;
    const fault = (path === "/api/user/sync" ? next.sync : how.method === "GET" ? [] : next.write).shift();
    const more = { Authorization: `Bearer ${TOKEN}`, ...(fault && { "X-Simulate": fault }) };
    return fetch(address, { ...how, headers: { ...how.headers, ...more } });
  },
};
const api = new Api(options);
const user = (await api.send("GET", "/api/auth/session")).data;
const mine = await Collection.open(user, options);
const there = async () => (await api.send("GET", "/api/user/watchList/1535")).data;

/** What is queued is sent, however often it has to be. */
async function settled() {
  for (let tries = 0; tries < 20 && (mine.unsent.length || mine.status !== "settled"); tries++) {
    await mine.retry();
    await mine.settle();
  }
  assert.deepEqual([mine.unsent.length, mine.status], [0, "settled"]);
  assert.deepEqual([next.sync, next.write], [[], []]);
}

await mine.add(TITLE, "Watching");
await settled();

// 1. An answer is lost: done once.
next.write.push("drop-answer");
await mine.increment("1535");
await settled();
assert.equal((await there()).progress, 1);

// 2. Not now: it waits as long as it is asked to, and sends the same again.
next.write.push("503", "429");
await mine.increment("1535");
await settled();
assert.equal((await there()).progress, 2);
assert.ok(slept.filter((seconds) => seconds >= 2 && seconds < 2.3).length >= 2, String(slept));

// 3. The first try still runs: the same, later. (Not of a batch alone.)
next.write.push("409");
await mine.later("POST", "/api/user/searchHistory", { query: "death" });
await settled();

// 4. Another device was first: other fields are merged, nothing is overwritten or lost.
next.write.push("412");
await mine.update("1535", { notes: "mine" });
await settled();
assert.equal((await there()).notes, "mine");
assert.equal(mine.conflicts.size, 0);

// 5. The cursor is too old: everything anew, and what waits is sent all the same.
next.sync.push("stale-cursor");
await mine.increment("1535");
await settled();
assert.equal((await there()).progress, 3);
assert.deepEqual([...mine.entries.keys()], ["1535"]);

// 6. Late, and reading fails too.
next.write.push("slow=1");
next.sync.push("503", "drop-answer", "429");
await mine.increment("1535");
await settled();
assert.equal(mine.entries.get("1535").progress, 4);

// 7. The account begins anew.
await api.send("POST", "/api/sandbox/reset");
await mine.retry();
await mine.settle();
await settled();
assert.equal(mine.entries.size, 0);
mine.close();
console.log("passed");
