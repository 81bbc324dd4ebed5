/** Signing in where there are no cookies: apps, scripts, pages of other sites. */

import { Api } from "./collection/index.js";
import { ticketSocket } from "./ticket_socket.js";

/** @import { Options, SignIn, SignUp, User } from "./collection/types.js" */

/** Of a personal token the access alone. @typedef {{access: string, refresh?: string, expires_in?: number}} Pair */

/**
 * Where the app keeps the pair between two starts. What shares it (the tabs of a browser)
 * shares the sign-in.
 * @typedef {{load: () => Pair | null | Promise<Pair | null>, save: (pair: Pair | null) => unknown}} Keep
 */

/**
 * clientId: of a registered app, whose tokens these are; and the secret of one on a server.
 * @typedef {Pick<Options, "base" | "fetch" | "socket" | "sleep"> & {keep?: Keep, clientId?: string, clientSecret?: string}} How
 */

const OAUTH = "/oauth";
const TOKEN = "/api/auth/token";
const PATIENCE = 30_000; // milliseconds for one answer

/**
 * The tokens of one sign-in. `options` is for `Collection.open` and `new Api`: each
 * request carries the access token, an expired one is exchanged, and each socket
 * opens with a ticket.
 */
export class Tokens {
  /** @type {Promise<Response | null> | undefined} */
  refreshing = undefined;

  /** @param {Pair} pair @param {How} [how] */
  constructor(pair, how = {}) {
    const { keep, clientId, clientSecret, ...rest } = how;
    const plain = withoutCookies(rest);
    this.pair = pair;
    this.keep = keep;
    /** What a registered app says of itself; nothing of any other. */
    this.client = clientId ? { client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) } : null;
    this.plain = plain;
    this.api = new Api({ ...plain, fetch: (...request) => this.fetch(...request) });
    const socket = rest.socket === undefined ? globalThis.WebSocket : rest.socket; // none in Node 20
    /** @type {Options} */
    this.options = { ...plain, fetch: this.api.fetch, socket: socket ? ticketSocket(socket, this.api) : null };
  }

  /** @param {SignIn} typed @param {How} [how] */
  static async signIn({ email, password }, how = {}) {
    const { data } = await new Api(withoutCookies(how)).ask("POST", TOKEN, { email, password }, { tries: 2 });
    await how.keep?.save(data);
    return new Tokens(data, how);
  }

  /** A new account, and its first sign-in. @param {SignUp} typed @param {How} [how] */
  static async signUp(typed, how = {}) {
    await new Api(withoutCookies(how)).ask("POST", "/api/auth/signup", typed, { tries: 2 });
    return Tokens.signIn(typed, how);
  }

  /** What an earlier start kept, or null. @param {How & {keep: Keep}} how */
  static async kept(how) {
    const pair = await how.keep.load();
    return pair && new Tokens(pair, how);
  }

  /** Whose they are. @returns {Promise<User>} */
  async user() {
    return (await this.api.ask("GET", "/api/auth/session", undefined, { tries: 2 })).data;
  }

  /** Ends the sign-in, here and on the server. */
  async signOut() {
    await this.catchUp();
    const { refresh: token } = this.pair;
    if (token && this.client) await this.askOauth("revoke", { token });
    else if (token) await new Api(this.plain).ask("POST", `${TOKEN}/revoke`, { refresh: token });
    await this.keep?.save(null);
  }

  /** As `fetch`, with the access token. @type {typeof fetch} */
  fetch = async (address, options) => {
    const { access } = this.pair;
    const answer = await this.sendWith(access, address, options);
    if (answer.status !== 401 || (await codeOf(answer)) !== "token_expired") return answer;
    // Requests that expire together wait for one exchange: a refresh token works once.
    const refusal = await (this.refreshing ??= this.refresh(access).finally(() => (this.refreshing = undefined)));
    return refusal?.clone() ?? this.sendWith(this.pair.access, address, options);
  };

  /** @param {string} access @param {Parameters<typeof fetch>} request */
  sendWith(access, ...[address, options]) {
    const headers = { ...options?.headers, Authorization: `Bearer ${access}` };
    return this.send(address, { ...options, headers });
  }

  /** @type {typeof fetch} */
  get send() {
    return /** @type {typeof fetch} */ (this.plain.fetch);
  }

  /**
   * The next pair; the server's refusal where there is none. If its answer is lost, the
   * refresh token may be spent: then the next try is refused, and the person signs in again.
   * @param {string} expired @returns {Promise<Response | null>}
   */
  refresh(expired) {
    return alone(`animecollections tokens ${this.plain.base ?? ""}`, async () => {
      await this.catchUp();
      if (this.pair.access !== expired) return null; // another tab was here first
      if (this.client) return this.refreshApp();
      const body = JSON.stringify({ refresh: this.pair.refresh });
      const headers = { "Content-Type": "application/json" };
      const address = `${this.plain.base ?? ""}${TOKEN}/refresh`;
      const answer = await this.send(address, {
        method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) return answer;
      this.pair = (await answer.json()).data;
      await this.keep?.save(this.pair);
      return null;
    });
  }

  /** The next pair of a registered app. @returns {Promise<Response | null>} */
  async refreshApp() {
    const answer = await this.askOauth("token", { grant_type: "refresh_token", refresh_token: this.pair.refresh ?? "" });
    if (!answer.ok) return ended(answer);
    this.pair = pairOf(await answer.json());
    await this.keep?.save(this.pair);
    return null;
  }

  /** As OAuth has it: a form. @param {string} endpoint @param {Record<string, string>} values */
  askOauth(endpoint, values) {
    const body = new URLSearchParams({ ...this.client, ...values });
    return this.send(`${this.plain.base ?? ""}${OAUTH}/${endpoint}`, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
  }

  /** What another tab got meanwhile. */
  async catchUp() {
    this.pair = (await this.keep?.load()) ?? this.pair;
  }
}

/** As /oauth/token answers. @param {{access_token: string, refresh_token: string, expires_in: number}} told @returns {Pair} */
export const pairOf = ({ access_token: access, refresh_token: refresh, expires_in }) => ({ access, refresh, expires_in });

/** As the API refuses, where an app was told that its access has ended. @param {Response} answer */
async function ended(answer) {
  const told = await answer.json().catch(() => ({}));
  const code = told.error === "invalid_grant" ? "session_ended" : told.error;
  if (!code) return answer;
  const body = { success: false, code, error: told.error_description ?? code };
  return new Response(JSON.stringify(body), { status: code === "session_ended" ? 401 : answer.status, headers: { "Content-Type": "application/json" } });
}

/** @template {How} Some @param {Some} how */
function withoutCookies({ fetch: send = (...request) => fetch(...request), clientId, clientSecret, ...how }) {
  /** @type {typeof fetch} */
  const bare = (address, options) => send(address, { ...options, credentials: "omit" });
  return { ...how, fetch: bare };
}

/** @param {Response} answer */
async function codeOf(answer) {
  try {
    return (await answer.clone().json()).code;
  } catch {
    return null; // none of the API's
  }
}

/** One tab at a time, where there are tabs. @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
const alone = (name, work) => globalThis.navigator?.locks ? navigator.locks.request(name, work) : work();
