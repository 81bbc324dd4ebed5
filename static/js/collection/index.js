/**
 * A client of the animecollections API: a local copy of a user's list that can be
 * read and changed without network, and ends equal to the server's whatever the
 * network loses. No dependency, no build step. clients/js makes an npm package of it.
 *
 *     const user = await signIn({ email, password });
 *     const collection = await Collection.open(user);
 *     collection.addEventListener("changed", () => draw(collection.entries));
 *     await collection.increment("1535");      // shown at once, sent when there is network
 *
 * docs/sync.md describes the protocol. Three things make it hold:
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

export { Api, NoCookie, Offline, Refused, Unexpected, makeId, session, signIn, signOut, signUp } from "./api.js";
export { Collection } from "./collection.js";
export { FIELDS, LARGEST_NUMBER, STATES, WHOLES, guess, timesThrough } from "./rules.js";

/** Of the password, at sign-in: opens what an earlier sign-out left (`Options.key`). @type {typeof import("./sealing.js").sealingKey} */
export const sealingKey = async (password, userId) => (await import("./sealing.js")).sealingKey(password, userId);
