/** A socket that opens with a ticket: where there is no cookie, and for tokens alone. */

import { Refused } from "./collection/index.js";

/** @import { Api } from "./collection/index.js" */

const NOT_SIGNED_IN = 4401;
const BROKEN = 4000; // any other reason: connect again, with another ticket

/**
 * What `Options.socket` takes: looks like a WebSocket to the library.
 * @param {typeof WebSocket} Socket @param {Api} api
 * @returns {typeof WebSocket}
 */
export function ticketSocket(Socket, api) {
  class TicketSocket {
    /** @type {WebSocket | undefined} */
    socket = undefined;
    isClosed = false;
    /** @type {(event: {data: string}) => unknown} */
    onmessage = () => {};
    /** @type {(event: {code: number}) => unknown} */
    onclose = () => {};

    /** @param {string} address */
    constructor(address) {
      this.open(new URL(address)).catch((error) => {
        const isSignedOut = error instanceof Refused && error.status === 401;
        this.end(isSignedOut ? NOT_SIGNED_IN : BROKEN);
      });
    }

    /** @param {URL} address */
    async open(address) {
      const { data } = await api.send("POST", "/api/auth/ticket", {});
      if (this.isClosed) return;
      address.searchParams.set("ticket", data.ticket);
      this.socket = new Socket(address.href);
      this.socket.onmessage = (event) => this.onmessage(event);
      // An access token that expired is exchanged with the next ticket, which also says
      // whether the sign-in has ended.
      this.socket.onclose = ({ code }) => this.end(code === NOT_SIGNED_IN ? BROKEN : code);
    }

    close() {
      if (this.socket) this.socket.close();
      else this.end(BROKEN);
    }

    /** @param {number} code */
    end(code) {
      if (this.isClosed) return;
      this.isClosed = true;
      this.onclose({ code });
    }
  }
  return /** @type {typeof WebSocket} */ (/** @type {unknown} */ (TicketSocket));
}
