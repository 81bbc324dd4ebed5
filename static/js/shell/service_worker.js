/**
 * The service worker's side of the pages: it is registered here, and a new release is
 * said, never forced on somebody who may be typing.
 */

const OFTEN = 3_600_000; // milliseconds between looks for a new release
const PATIENCE = 5_000;

/** @type {ServiceWorkerRegistration | undefined} */
let registration;

/**
 * Whether pages open without network from now on.
 * @param {() => void} whenNew  a new release is there, and waits
 */
export async function registerWorker(whenNew) {
  try {
    registration = await navigator.serviceWorker.register("/sw.js");
  } catch {
    return false; // blocked, or not on HTTPS: pages work online
  }
  const look = () => registration?.waiting && navigator.serviceWorker.controller && whenNew();
  registration.addEventListener("updatefound", () => {
    const coming = registration?.installing;
    coming?.addEventListener("statechange", look);
  });
  look();
  let looked = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - looked < OFTEN) return;
    looked = Date.now();
    registration?.update().catch(() => {}); // without network there is nothing new
  });
  return true;
}

/** The new release, in this page; other tabs keep theirs until they are loaded again. */
export function takeOver() {
  if (!registration?.waiting) return location.reload();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("take over");
}

/** Has the server write the page once more, to be kept. @returns {Promise<string>} its language */
export async function renewPage() {
  const page = await fetch("/", { cache: "reload", signal: AbortSignal.timeout(PATIENCE) });
  if (!page.ok) throw new Error(`The server answered ${page.status}.`);
  const releases = await caches.keys().catch(() => []); // blocked: nothing is kept
  for (const name of releases) await (await caches.open(name)).put("/", page.clone());
  return /<html lang="(\w+)"/.exec(await page.text())?.[1] ?? "";
}
