// The service worker: the pages open without network. What they show lies in IndexedDB;
// here is only what they are made of. With network nothing comes from this cache, so that
// a new release is there with the next load; one that answers too late does not count.

const CACHE = "animecollections {{ version }}";
const PAGES = {{ pages|safe }};
const TITLES = "{{ titles }}";
const FILES = {{ files|safe }};
const PATIENCE = 3000; // milliseconds

self.addEventListener("install", (event) => {
  const fill = async () => (await caches.open(CACHE)).addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  event.waitUntil(fill().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const clear = async () => {
    const old = (await caches.keys()).filter((name) => name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clear());
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  const isTitle = pathname.startsWith(TITLES);
  if ((isTitle || PAGES.includes(pathname)) && event.request.mode === "navigate") {
    event.respondWith(answer(event.request, "/", { isKept: !isTitle })); // a title's page speaks of that title
  }
  else if (pathname.startsWith("{{ static }}")) event.respondWith(answer(event.request, event.request));
});

/** From the network and into the cache; from the cache where that fails. */
async function answer(request, key, { isKept = true } = {}) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok && isKept) await cache.put(key, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(key, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}
