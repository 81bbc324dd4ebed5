/**
 * Where one is, in the address: the page, what it is narrowed to, the open panel and how
 * far down. Pages and panels are a step each for Back; what is typed and chosen replaces.
 */

const PANEL = "anime";

/** The page of a title. @param {string} animeId */
export const pageOf = (animeId) => `/anime/${encodeURIComponent(animeId)}`;

/** What the address asks for: a page with its query, and the panel over it. */
export function here() {
  const url = new URL(location.href);
  const panel = url.searchParams.get(PANEL);
  url.searchParams.delete(PANEL);
  return { place: url.pathname + url.search, query: url.searchParams, panel };
}

/** What is shown: popstate tells where one goes, not where one was. */
let shown = here().place;

/** A Back of our own that is under way. */
let stepping = Promise.resolve();

history.scrollRestoration = "manual"; // pages fill themselves after the browser's try
/** @type {ReturnType<typeof setTimeout> | undefined} */
let keeping;
function keepScroll() {
  clearTimeout(keeping);
  history.replaceState({ ...history.state, scroll: Math.round(scrollY) }, "");
}
addEventListener("scroll", () => {
  clearTimeout(keeping);
  keeping = setTimeout(keepScroll, 200);
}, { passive: true });
addEventListener("pagehide", keepScroll);

/** Goes to a page. @param {string} path */
export async function step(path) {
  await stepping;
  keepScroll();
  history.pushState(null, "", path);
  shown = here().place;
}

/** Keeps what a page is narrowed to; empty values are left out. @param {Record<string, string>} values */
export function keepQuery(values) {
  const { panel } = here();
  const query = new URLSearchParams(Object.entries({ ...values, [PANEL]: panel ?? "" }).filter(([, value]) => value));
  history.replaceState(history.state, "", location.pathname + (String(query) && `?${query}`));
  shown = here().place;
}

/** @param {string} animeId */
export async function openPanel(animeId) {
  await stepping;
  if (here().panel === animeId) return;
  keepScroll();
  const url = new URL(location.href);
  url.searchParams.set(PANEL, animeId);
  history.pushState({ ...history.state, isPanel: true }, "", url);
}

/** A panel was closed: a step back, where opening it was one. @param {string} animeId */
export function closePanel(animeId) {
  if (here().panel !== animeId) return;
  if (!history.state?.isPanel) return history.replaceState(history.state, "", here().place);
  stepping = new Promise((done) => addEventListener("popstate", () => done(), { once: true }));
  history.back();
}

/** @param {(way: {isOtherPage: boolean, scroll: number}) => void} run  when one went Back or on */
export const onStep = (run) => addEventListener("popstate", () => {
  clearTimeout(keeping); // how far down one was is of the page that was left
  const { place } = here();
  const isOtherPage = place !== shown;
  shown = place;
  run({ isOtherPage, scroll: history.state?.scroll ?? 0 });
});

/** Scrolls as soon as the page is that long; not any more once the person scrolls. @param {number} wanted */
export function restoreScroll(wanted) {
  scrollTo(0, wanted);
  if (scrollY >= wanted - 1) return;
  const touches = ["wheel", "pointerdown", "keydown"];
  const end = () => {
    watcher.disconnect();
    clearTimeout(ends);
    for (const name of touches) removeEventListener(name, end);
  };
  const watcher = new ResizeObserver(() => {
    scrollTo(0, wanted);
    if (scrollY >= wanted - 1) end();
  });
  watcher.observe(document.body);
  const ends = setTimeout(end, 10_000);
  for (const name of touches) addEventListener(name, end, { passive: true });
}
