/** The package as it is installed here, in Node, on a running server (SERVER_URL). */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { Api, Collection, NoCookie, Tokens, signIn } from "animecollections-client";

const { SERVER_URL: base, SECRET_KEY } = process.env;
const CLOCKS_DIFFER_BY = 60; // seconds, as the server's settings have it
const password = "Right-Horse-7";
const TITLE = { id: "1535", title: "Death Note", episodes: 37 };
const OTHER = { id: "21", title: "One Piece", episodes: null };

const makeKeep = () => {
  const keep = { pair: null, load: () => keep.pair, save: (pair) => (keep.pair = pair) };
  return keep;
};

/** Tells what was sent. */
const watched = () => {
  const sent = [];
  const send = (address, how) => {
    sent.push(new URL(address).pathname);
    return fetch(address, how);
  };
  return { sent, fetch: send };
};

let people = 0;
async function newcomer(how) {
  const email = `person${(people += 1)}-${process.pid}@example.org`;
  const typed = { user_name: `person${people}x${process.pid}`, email, password };
  return { email, tokens: await Tokens.signUp(typed, { base, ...how }) };
}

/** A token of the same sign-in that expires in so many seconds, or has. */
function expiring(access, seconds) {
  const [head, body] = access.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url"));
  const exp = Math.floor(Date.now() / 1000) + seconds - CLOCKS_DIFFER_BY;
  const old = { ...claims, exp, iat: exp - 3600 };
  const text = `${head}.${Buffer.from(JSON.stringify(old)).toString("base64url")}`;
  return `${text}.${createHmac("sha256", SECRET_KEY).update(text).digest("base64url")}`;
}

/** @param {() => unknown} isSo */
async function eventually(isSo) {
  for (let tries = 0; tries < 200 && !isSo(); tries++) await new Promise((done) => setTimeout(done, 50));
  assert.ok(isSo(), String(isSo));
}

async function open(t, tokens, more) {
  const collection = await Collection.open(await tokens.user(), { ...tokens.options, titles: false, ...more });
  t.after(() => collection.close());
  await collection.settle();
  return collection;
}

test("a snapshot never changes, and stays the same object until something does", async (t) => {
  const { tokens } = await newcomer();
  const collection = await open(t, tokens, { socket: null });
  await collection.add(TITLE, "Watching");
  await collection.add(OTHER, "Watching");
  await collection.settle();
  const before = collection.snapshot();
  assert.equal(collection.snapshot(), before);
  assert.equal(before.entries.length, 2);
  assert.throws(() => before.entries.push(), TypeError);
  assert.throws(() => (before.entries[0].progress = 5), TypeError);
  assert.throws(() => (before.status = "left"), TypeError);

  const heard = [];
  const end = collection.subscribe((snapshot) => heard.push(snapshot));
  const kept = collection.increment("1535");
  const after = collection.snapshot();
  assert.notEqual(after, before);
  const of = (snapshot, id) => snapshot.entries.find(({ anime_id }) => anime_id === id);
  assert.deepEqual([of(before, "1535").progress, of(after, "1535").progress], [0, 1]);
  assert.equal(of(after, "21"), of(before, "21"));
  assert.equal(after.unsentCount, 1);
  assert.equal(heard.length, 0); // not in the middle of a change
  await Promise.resolve();
  assert.equal(heard.length, 1); // though it told of several events
  await kept;
  await collection.settle();
  assert.equal(heard.at(-1).unsentCount, 0);
  end();
  const count = heard.length;
  await collection.increment("1535");
  await collection.settle();
  assert.equal(heard.length, count);
  const { data } = await new Api(tokens.options).send("GET", "/api/user/watchList/1535");
  assert.equal(data.progress, 2);
});

test("a change comes by a socket that a ticket opened", async (t) => {
  const { tokens } = await newcomer();
  const here = await open(t, tokens, { poll: 3600 });
  const there = await open(t, tokens, { socket: null });
  await eventually(() => here.snapshot().isLive);
  await there.add(TITLE, "Watching");
  await eventually(() => here.entries.has("1535"));
});

test("without sockets it asks from time to time", async (t) => {
  const { tokens } = await newcomer({ socket: null });
  const here = await open(t, tokens, { poll: 0.2 });
  const there = await open(t, tokens, { poll: 3600 });
  await there.add(TITLE, "Watching");
  await eventually(() => here.entries.has("1535"));
  assert.equal(here.isLive, false);
});

test("requests that find the access token expired wait for one exchange", async () => {
  const network = watched();
  const keep = makeKeep();
  const { tokens } = await newcomer({ keep, fetch: network.fetch });
  const old = { ...tokens.pair, access: expiring(tokens.pair.access, -3600) };
  tokens.pair = keep.pair = old;
  network.sent.length = 0;
  const users = await Promise.all([1, 2, 3, 4, 5].map(() => tokens.user()));
  assert.ok(users.every(({ id }) => id === users[0].id));
  const exchanges = () => network.sent.filter((path) => path.endsWith("/refresh")).length;
  assert.equal(exchanges(), 1);
  assert.notEqual(keep.pair.refresh, old.refresh);

  // Another tab, which has not heard of it, takes what is kept.
  const tab = new Tokens(old, { base, keep, fetch: network.fetch });
  assert.equal((await tab.user()).id, users[0].id);
  assert.equal(exchanges(), 1);
  const later = await Tokens.kept({ base, keep });
  assert.equal((await later.user()).id, users[0].id);
});

test("a socket whose token has expired comes back with the next pair", async (t) => {
  const { tokens } = await newcomer();
  tokens.pair = { ...tokens.pair, access: expiring(tokens.pair.access, 4) };
  const { refresh } = tokens.pair;
  const here = await open(t, tokens, { poll: 3600 });
  await eventually(() => here.isLive);
  assert.equal(tokens.pair.refresh, refresh);
  await eventually(() => !here.isLive); // the server closes it
  await eventually(() => here.isLive);
  assert.notEqual(tokens.pair.refresh, refresh);
});

test("after the sign-in has ended it says so, and keeps what waits", async (t) => {
  const { tokens } = await newcomer();
  const collection = await open(t, tokens);
  await new Tokens(tokens.pair, { base }).signOut();
  await collection.add(TITLE, "Watching");
  await eventually(() => collection.snapshot().status === "signed_out");
  assert.equal(collection.snapshot().unsentCount, 1);
  assert.equal(collection.entries.get("1535").title, "Death Note");
});

test("signing out forgets the pair", async () => {
  const keep = makeKeep();
  const { tokens } = await newcomer({ keep });
  await tokens.signOut();
  assert.equal(await Tokens.kept({ base, keep }), null);
  await assert.rejects(new Api(tokens.options).send("GET", "/api/user/profile"), { status: 401 });
});

test("a sign-in by cookie, which Node does not keep, says so", async () => {
  const { email } = await newcomer();
  await assert.rejects(signIn({ email, password }, { base }), NoCookie);
  await assert.rejects(signIn({ email, password: "wrong" }, { base }), { code: "wrong_credentials" });
});
