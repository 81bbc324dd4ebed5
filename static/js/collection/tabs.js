/** The tabs of one browser: one sends for all of them, and each hears what others did. */

/** @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
export async function alone(name, work) {
  let hasBegun = false;
  try {
    return await navigator.locks.request(name, () => ((hasBegun = true), work()));
  } catch (error) {
    if (hasBegun) throw error;
    return work(); // there are no locks, or they are blocked as storage is
  }
}

/**
 * To the other tabs; where it is blocked, each is by itself.
 * @param {string} name
 * @returns {Pick<BroadcastChannel, "postMessage" | "close"> & {onmessage: ((event: MessageEvent) => unknown) | null}}
 */
export function channel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return { onmessage: null, postMessage() {}, close() {} };
  }
}
