/** Months of the diary that this device has seen, for when there is no network. */

import { result } from "../../collection/store.js";

/** @import { Collection } from "../../collection/collection.js" */
/** @import { Watched } from "../../types.js" */

const NAME = "diary";
const MOST = 12; // months, or what is of no day

/** @typedef {Record<string, Watched[]>} Months  the one seen last comes last */

/** @param {Collection} collection @returns {Promise<Months>} */
const all = async ({ store }) => /** @type {Months} */ ((await result(store.begin("readonly")("facts").get(NAME))) ?? {});

/** @param {Collection} collection @param {string} month @param {Watched[]} rows */
export async function keepMonth(collection, month, rows) {
  const { [month]: _, ...others } = await all(collection);
  const kept = Object.fromEntries([...Object.entries(others), [month, rows]].slice(-MOST));
  await collection.store.write((at) => void at("facts").put(kept, NAME), { durability: "relaxed" });
}

/** @param {Collection} collection @param {string} month @returns {Promise<Watched[] | undefined>} */
export const keptMonth = async (collection, month) => (await all(collection))[month];
