/** The socket on which the server says what changed; opened again whenever it breaks. */

import { LONGEST_PAUSE, pauseAfter } from "./api.js";

/** @import { Message } from "./types.js" */

const SILENCE = 45_000; // milliseconds without a message (the server pings every 30 s)

export class LiveFeed {
  /**
   * @param {URL} address
   * @param {{hear: (message: Message) => Promise<void>, setLive: (isLive: boolean) => void,
   *   loseSignIn: () => void}} listener
   * @param {typeof WebSocket} [Socket]
   */
  constructor(address, listener, Socket = WebSocket) {
    this.address = address;
    this.listener = listener;
    this.Socket = Socket;
    this.isEnded = false;
    /** @type {WebSocket | undefined} */
    this.socket = undefined;
  }

  open(failed = 0) {
    if (this.isEnded || this.socket) return;
    const socket = (this.socket = new this.Socket(this.address.href));
    /** @type {ReturnType<typeof setTimeout>} */
    let silence;
    let heard = Promise.resolve();
    const expectMore = () => {
      clearTimeout(silence);
      silence = setTimeout(() => socket.close(), SILENCE);
    };
    expectMore();
    socket.onmessage = (event) => {
      failed = 0;
      expectMore();
      this.listener.setLive(true);
      // One after the other: each starts where the one before led.
      heard = heard.then(() => this.listener.hear(JSON.parse(event.data))).catch(() => {});
    };
    socket.onclose = ({ code }) => {
      clearTimeout(silence);
      this.socket = undefined;
      this.listener.setLive(false);
      const isOfSignIn = code === 4401 || code === 4409;
      if (isOfSignIn) this.listener.loseSignIn();
      const pause = isOfSignIn ? LONGEST_PAUSE : pauseAfter(failed + 1, null);
      this.reconnecting = setTimeout(() => this.open(failed + 1), pause * 1000);
    };
  }

  /** Without waiting for the next try to come by itself. */
  reopen() {
    clearTimeout(this.reconnecting);
    this.open();
  }

  /** Without network it may take minutes to notice. */
  interrupt() {
    this.socket?.close();
  }

  end() {
    this.isEnded = true;
    clearTimeout(this.reconnecting);
    this.socket?.close();
  }
}
