// The service worker: pages open at once, and without network. What they show lies in
// IndexedDB; here is only what they are made of. A page and its modules are of one release,
// for each name has its content's hash in it; so nothing is asked for that is here.
//
// A new release waits until no page of the old one is open, or somebody says so.

const CACHE = "animecollections {{ version }}";
const PAGES = {{ pages|safe }};
const BELOW = {{ below|safe }}; // pages of their own begin so
const FILES = {{ files|safe }};
const SHELL = "/"; // one page for all addresses

self.addEventListener("install", (event) => event.waitUntil(fill()));

async function fill() {
  const cache = await caches.open(CACHE);
  try {
    await cache.addAll([new Request(SHELL, { cache: "reload" }), ...FILES]);
  } catch (error) {
    await caches.delete(CACHE);
    throw error; // the browser tries again when a page is opened
  }
}

self.addEventListener("message", ({ data }) => data === "take over" && self.skipWaiting());

self.addEventListener("activate", (event) => event.waitUntil(begin()));

/** Pages of the release before may be open still, and ask for modules of theirs. */
async function begin() {
  const releases = await caches.keys();
  const old = releases.filter((name) => name !== CACHE).slice(0, -1);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const isPage = PAGES.includes(pathname) || BELOW.some((start) => pathname.startsWith(start));
  if (request.mode === "navigate") isPage && event.respondWith(open(request));
  else if (pathname.startsWith("{{ static }}")) event.respondWith(file(request));
});

// --- Notices, while no page is open -------------------------------------------------

self.addEventListener("push", (event) => {
  const { title, body, tag, url, lang } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang, icon: "{{ icon }}", data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data.url));
});

/** In a page that is open, else in a new one. @param {string} url */
async function openPage(url) {
  const [page] = await self.clients.matchAll({ type: "window" });
  if (!page) return self.clients.openWindow(url);
  await page.focus();
  return page.navigate(url);
}

/** @param {Request} request */
async function open(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(SHELL, { ignoreVary: true })) ?? fetch(request);
}

/** @param {Request} request */
async function file(request) {
  const isFont = request.destination === "font"; // with DEBUG, style sheets name them plainly
  const kept = await caches.match(request, { ignoreVary: true, ignoreSearch: isFont });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok && isFont) await (await caches.open(CACHE)).put(request, response.clone());
  return response;
}
