/** Requests as the API wants them, and what becomes of them. Nothing is kept here. */

/** @import { Answer, Asking, Failure, Options, SignIn, SignUp, User } from "./types.js" */

const PATIENCE = 30_000; // milliseconds for one answer
const PATIENCE_READING = 15_000; // ... of a read; a write may have to wait for others
const SLOWEST = 8; // bytes a millisecond of what is sent: the server waits no longer either
const MOST_SILENT_TRIES = 2; // somebody is waiting
export const LONGEST_PAUSE = 60; // seconds
// Of the page, for who is not signed in: others are answered in that of their preferences.
const LANGUAGE = globalThis.document?.documentElement.lang;

/** The server's answer was a refusal; `message` is its sentence for a person. */
export class Refused extends Error {
  /** @param {Failure} answer @param {number} status @param {Headers} [headers] */
  constructor(answer, status, headers) {
    super(answer.error ?? `The server answered ${status}.`);
    this.name = "Refused";
    this.code = answer.code ?? (status < 500 ? "bad_request" : "server_error");
    this.status = status;
    this.fields = answer.fields ?? {};
    this.details = answer.details ?? {};
    this.requestId = answer.request_id ?? "";
    const told = this.details.retry_after ?? headers?.get("Retry-After");
    this.retryAfter = told === undefined || told === null ? null : Number(told) || null;
  }

  /** Whether the same request may be answered otherwise, without anybody's doing. */
  get isPassing() {
    return this.status >= 500 || ["throttled", "still_running"].includes(this.code);
  }
}

/** No answer came. What was sent may have been done, or not. */
export class Offline extends Error {
  /** @param {boolean} [isSilent]  it was sent, and nothing came back in time */
  constructor(isSilent = false) {
    super(isSilent ? "The server does not answer." : "There is no connection to the server.");
    this.name = "Offline";
    this.isSilent = isSilent;
  }
}

/**
 * An answer that is none of the API's: a proxy's page, the sign-in page of a network, or
 * of another shape than documented. What was sent may have been done, or not.
 */
export class Unexpected extends Error {
  /** @param {{status: number, headers: Headers}} response */
  constructor({ status, headers }) {
    super(`The server's answer (${status}) can't be read.`);
    this.name = "Unexpected";
    this.status = status;
    this.retryAfter = Number(headers.get("Retry-After")) || null;
  }
}

/** The password was right, but the session's cookie was not kept: nobody is signed in. */
export class NoCookie extends Error {}

/**
 * Whether the same request may do better later, without anybody's doing.
 * @param {unknown} error @returns {error is Offline | Unexpected | Refused}
 */
export const mayPass = (error) =>
  error instanceof Offline || error instanceof Unexpected || (error instanceof Refused && error.isPassing);

/** Asks the server. */
export class Api {
  /** @param {Options} [options] */
  constructor({ base = "", fetch: send = (...request) => fetch(...request), sleep, account } = {}) {
    this.base = base;
    this.account = account;
    this.fetch = send;
    this.clientId = makeId();
    this.sleep = sleep ?? ((seconds) => new Promise((done) => setTimeout(done, seconds * 1000)));
  }

  /**
   * One request, once: `{data, meta}`, or Refused, Offline or Unexpected.
   * @param {string} method @param {string} path
   * @param {unknown} [body]  JSON, or a FormData or Blob
   * @param {Asking} [more] @returns {Promise<Answer>}
   */
  async send(method, path, body, { key, ifMatch, signal, check } = {}) {
    const isRaw = body instanceof FormData || body instanceof Blob;
    /** @type {Record<string, string>} */
    const headers = { "X-Client-Id": this.clientId };
    if (LANGUAGE) headers["Accept-Language"] = LANGUAGE;
    if (this.account) headers["X-Account"] = this.account;
    if (body !== undefined && !isRaw) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    if (ifMatch !== undefined) headers["If-Match"] = `"${ifMatch}"`;
    const patience = AbortSignal.timeout(patienceFor(method, body));
    const signals = signal ? AbortSignal.any([signal, patience]) : patience;
    const sent = body === undefined || isRaw ? body : JSON.stringify(body);
    let answer, response;
    try {
      response = await this.fetch(this.base + path, {
        method, headers, body: sent, signal: signals, credentials: "include", cache: "no-cache",
      });
      answer = await response.json();
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (response && error instanceof SyntaxError) throw new Unexpected(response); // no JSON
      throw new Offline(patience.aborted);
    }
    if (answer?.success === false && answer.code) {
      throw new Refused(answer, response.status, response.headers);
    }
    const { data, meta = {} } = answer ?? {};
    const isOurs = response.ok && answer?.success === true;
    if (!isOurs || (check && !check(data, meta))) throw new Unexpected(response);
    return { data, meta };
  }

  /**
   * The same, sent again while what hinders passes by itself. Writes need a `key`.
   * @param {string} method @param {string} path @param {unknown} [body]
   * @param {Asking & {tries?: number}} [more] @returns {Promise<Answer>}
   */
  async ask(method, path, body, { tries = 4, ...more } = {}) {
    for (let failed = 0; ; failed++) {
      try {
        return await this.send(method, path, body, more);
      } catch (error) {
        const most = error instanceof Offline && error.isSilent ? MOST_SILENT_TRIES : tries;
        if (!mayPass(error) || failed + 1 >= Math.min(most, tries)) throw error;
        await this.sleep(pauseAfter(failed, error));
      }
    }
  }
}

/**
 * Milliseconds until an answer has to be there. Files take as long as they are large.
 * @param {string} method @param {unknown} body
 */
function patienceFor(method, body) {
  const files = body instanceof FormData ? [...body.values()] : body instanceof Blob ? [body] : [];
  const bytes = files.reduce((sum, file) => sum + (file instanceof Blob ? file.size : 0), 0);
  return (method === "GET" ? PATIENCE_READING : PATIENCE) + bytes / SLOWEST;
}

/**
 * Seconds to wait: what the server asks for, else longer each time; never all
 * clients in the same moment.
 * @param {number} failed  how often before @param {unknown} error
 */
export function pauseAfter(failed, error) {
  const asked = error instanceof Refused || error instanceof Unexpected ? error.retryAfter : null;
  if (asked) return asked * (1 + Math.random() / 10);
  return Math.min(LONGEST_PAUSE, 2 ** failed) * (0.5 + Math.random() / 2);
}

/** A key nobody else has. */
export function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID needs HTTPS
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- Who is asking -----------------------------------------------------------------

/** Who is signed in, or null. @param {Options} [options] @returns {Promise<User | null>} */
export const session = async (options) =>
  (await new Api(options).ask("GET", "/api/auth/session", undefined, { tries: 2, check: isUserOrNobody })).data;

/** @param {User | null} user */
const isUserOrNobody = (user) => user === null || Boolean(user?.id);

/** @param {SignIn} typed @param {Options} [options] */
export const signIn = (typed, options) => enter("/api/auth/signin", typed, options);

/** @param {SignUp} typed @param {Options} [options] */
export const signUp = (typed, options) => enter("/api/auth/signup", typed, options);

/** @param {Options} [options] @returns {Promise<void>} */
export const signOut = async (options) => {
  await new Api(options).ask("POST", "/api/auth/signout", {});
};

/** @param {string} path @param {SignIn} typed @param {Options} [options] */
async function enter(path, typed, options) {
  await new Api(options).ask("POST", path, typed, { tries: 2 });
  const user = await session(options);
  if (!user) throw new NoCookie("The session cookie was not kept.");
  return user;
}
