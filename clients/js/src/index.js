/**
 * A user's anime collection on this device: read and changed without network, and ends
 * equal to the server's whatever the network loses.
 *
 *     const tokens = await Tokens.signIn({ email, password }, { base });
 *     const collection = await Collection.open(await tokens.user(), tokens.options);
 *     collection.subscribe(() => draw(collection.snapshot().entries));
 *     await collection.increment("1535");  // shown at once, sent when there is network
 *
 * @module
 */

export {
  Api, FIELDS, LARGEST_NUMBER, NoCookie, Offline, Refused, STATES, Unexpected, WHOLES,
  guess, makeId, sealingKey, session, signIn, signOut, signUp,
} from "./collection/index.js";
export { Collection } from "./collection_with_snapshots.js";
export { Tokens, pairOf } from "./tokens.js";

/** @typedef {import("./collection_with_snapshots.js").Snapshot} Snapshot */
/** @typedef {import("./tokens.js").Pair} Pair */
/** @typedef {import("./tokens.js").Keep} Keep */
/** @typedef {import("./collection/types.js").AnimeFacts} AnimeFacts */
/** @typedef {import("./collection/types.js").Change} Change */
/** @typedef {import("./collection/types.js").Conflict} Conflict */
/** @typedef {import("./collection/types.js").Entry} Entry */
/** @typedef {import("./collection/types.js").Events} Events */
/** @typedef {import("./collection/types.js").Options} Options */
/** @typedef {import("./collection/types.js").Sent} Sent */
/** @typedef {import("./collection/types.js").State} State */
/** @typedef {import("./collection/types.js").Status} Status */
/** @typedef {import("./collection/types.js").Type} Type */
/** @typedef {import("./collection/types.js").User} User */
/** @typedef {import("./collection/types.js").Wholes} Wholes */
