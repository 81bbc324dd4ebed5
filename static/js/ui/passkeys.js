/** Passkeys, as browsers want to be asked for them, and as the server reads the answer. */

/** @import { Api } from "../collection/index.js" */
/** @import { Answer } from "../collection/types.js" */
/** @import { AddedPasskey, UsedPasskey } from "../types.js" */

/** Whether there can be any here: not on a page without HTTPS, and of no IP address. */
export const hasPasskeys = () => typeof PublicKeyCredential === "function" && !/^[\d.]+$|:/.test(location.hostname);

/** Whether they are offered where one types an e-mail. */
export const areOffered = async () =>
  hasPasskeys() && Boolean(await PublicKeyCredential.isConditionalMediationAvailable?.());

/** Base64url to bytes. @param {string} text */
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** @param {ArrayBuffer | null} bytes */
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes ?? new ArrayBuffer(0)))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/**
 * Has the browser ask for a passkey; what `navigator.credentials.get` throws when nobody gives one.
 * @param {Api} api @param {Pick<CredentialRequestOptions, "mediation" | "signal">} [how] @returns {Promise<UsedPasskey>}
 */
export async function usedPasskey(api, how) {
  /** @type {Answer<{challenge: string, rpId: string, timeout: number, userVerification: UserVerificationRequirement}>} */
  const { data } = await api.ask("POST", "/api/auth/passkey/options", {}, { tries: 2 });
  const { challenge, rpId, timeout, userVerification } = data;
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({
    ...how, publicKey: { challenge: toBytes(challenge), rpId, timeout, userVerification },
  }));
  const { clientDataJSON, authenticatorData, signature, userHandle } = /** @type {AuthenticatorAssertionResponse} */ (credential.response);
  return {
    id: credential.id, rawId: toText(credential.rawId), type: credential.type,
    response: {
      clientDataJSON: toText(clientDataJSON), authenticatorData: toText(authenticatorData),
      signature: toText(signature), userHandle: toText(userHandle),
    },
  };
}

/** Has the browser make one. @param {Api} api @returns {Promise<AddedPasskey>} */
export async function madePasskey(api) {
  const { data } = await api.ask("POST", "/api/user/passkeys/options", {}, { tries: 2 });
  const credential = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({
    publicKey: {
      ...data,
      challenge: toBytes(data.challenge),
      user: { ...data.user, id: toBytes(data.user.id) },
      excludeCredentials: data.excludeCredentials.map((/** @type {{id: string, type: "public-key"}} */ known) => ({ ...known, id: toBytes(known.id) })),
    },
  }));
  const { clientDataJSON, attestationObject } = /** @type {AuthenticatorAttestationResponse} */ (credential.response);
  return {
    id: credential.id, rawId: toText(credential.rawId), type: credential.type,
    response: { clientDataJSON: toText(clientDataJSON), attestationObject: toText(attestationObject) },
  };
}

/** Whether the person closed the browser's question, or another one took its place. @param {unknown} error */
export const isDeclined = (error) =>
  error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);
