// Devices for the tests of static/js/collection, on a network that loses things.
// Run in a page of the server: `window.make(name, seed)` gives a device.

const { Collection, session } = await import("/static/js/collection/index.js");

/** The same random numbers for the same seed (mulberry32). */
function chanceOf(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const refusal = (status, code) =>
  new Response(
    JSON.stringify({ success: false, error: "Not now.", code, status, details: { retry_after: 1 } }),
    { status },
  );

/** Loses requests and answers; refuses for a while; `network.isCalm` ends it. */
class Network {
  constructor(seed) {
    this.chance = chanceOf(seed);
    this.isCalm = seed === undefined;
    this.isOffline = false;
    this.sent = [];
    this.slept = [];
    this.next = []; // fates of the next requests: "lost request", "lost answer", a status
  }

  fate() {
    if (this.next.length) return this.next.shift();
    if (this.isCalm) return "";
    const chance = this.chance();
    if (chance < 0.1) return "lost request";
    if (chance < 0.2) return "lost answer";
    if (chance < 0.25) return 429;
    return chance < 0.3 ? 503 : "";
  }

  fetch = async (address, options) => {
    if (this.isOffline) throw new TypeError("offline");
    const fate = this.fate();
    this.sent.push({ address, method: options.method, body: options.body, fate });
    if (fate) window.lost += 1;
    if (fate === "lost request") throw new TypeError("never arrived");
    if (fate === 429) return refusal(429, "throttled");
    if (fate === 503) return refusal(503, "busy");
    if (fate === "nothing") return new Response("null");
    if (fate === "no results") return new Response('{"success": true, "data": {}}');
    if (typeof fate === "number") return new Response("<h1>Oops</h1>", { status: fate });
    const answer = await fetch(address, options);
    if (fate === "lost answer") throw new TypeError("its answer never arrived");
    return answer;
  };

  sleep = (seconds) => {
    this.slept.push(seconds);
    return new Promise((done) => setTimeout(done, Math.min(seconds * 10, 50)));
  };

  /** Messages get lost as well, and the socket breaks. */
  socket() {
    const network = this;
    return class extends WebSocket {
      set onmessage(listener) {
        super.onmessage = (event) => {
          if (network.isOffline || (!network.isCalm && network.chance() < 0.3)) return;
          listener(event);
          if (!network.isCalm && network.chance() < 0.2) this.close();
        };
      }
    };
  }
}

window.lost = 0;
window.make = async (name, { seed, socket = false, offline = false, titles = false } = {}) => {
  const network = new Network(seed);
  network.isOffline = offline;
  window.user ??= await session();
  const options = { fetch: network.fetch, sleep: network.sleep, name };
  const device = await Collection.open(window.user, {
    ...options, titles, socket: socket ? network.socket() : null,
  });
  device.refusals = [];
  device.addEventListener("refused", ({ detail }) => device.refusals.push(detail.error.message));
  return Object.assign(device, { network });
};

/** The list as it is on the server. */
window.listed = async () => {
  const { data } = await (await fetch("/api/user/watchList")).json();
  return Object.fromEntries(data.map((entry) => [entry.anime_id, entry]));
};
window.held = (device) => Object.fromEntries(device.entries);
window.chanceOf = chanceOf;
