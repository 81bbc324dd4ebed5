/**
 * What a person leaves on a shared device when they sign out, encrypted with a key that
 * their password makes. The key itself cannot be read out of the browser, and goes with
 * the sign-out: only the password brings it back.
 */

const ROUNDS = 600_000; // of PBKDF2 with SHA-256, as OWASP has it in 2023: some 0.2 s

/** Browsers encrypt only on HTTPS and on localhost. */
const canSeal = () => Boolean(globalThis.crypto?.subtle);

/** @param {string} password @param {string} userId @returns {Promise<CryptoKey | null>} */
export async function sealingKey(password, userId) {
  if (!canSeal()) return null;
  const bytes = new TextEncoder();
  const { subtle } = crypto;
  const secret = await subtle.importKey("raw", bytes.encode(password), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", iterations: ROUNDS, salt: bytes.encode(`animecollections ${userId}`) };
  return subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** @import { Kept, Sealed } from "./types.js" */

/** @param {CryptoKey} key @param {Kept} value @param {number} count @returns {Promise<Sealed>} */
export async function seal(key, value, count) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, text), count };
}

/** The value, or null where the key is another. @param {CryptoKey} key @param {Sealed} sealed @returns {Promise<Kept | null>} */
export async function unseal(key, { iv, data }) {
  try {
    const how = { name: "AES-GCM", iv };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, data)));
  } catch {
    return null;
  }
}
