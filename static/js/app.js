/**
 * The frame of all pages: who is here, which page, what the network does. Each page is a
 * module with `show(main, app, {isBack})`, which may return what is to be done when it is left.
 */

import { Api, Collection, Offline, Refused, Unexpected, session } from "./collection/index.js";
import { here, onStep, restoreScroll, step } from "./shell/address.js";
import { NAMES, remembered } from "./shell/remembered.js";
import { inkOn, readable } from "./ui/colour.js";
import { picturesCame } from "./ui/covers.js";
import { $, failed, failureSentence, h, icon, loading, sayFailure, toast } from "./ui/dom.js";
import { loadLater, loadOnDemand, offerAgain, openEntry } from "./ui/on_demand.js";
import { language, t } from "./ui/words.js";

/** @import { Preferences, User } from "./collection/types.js" */
/** @import { App, Frame, Page, SignedIn } from "./types.js" */

/** @type {Record<string, () => Promise<Page>>} */
const PAGES = {
  "/": () => import("./pages/list/page.js"),
  "/next": () => import("./pages/next/page.js"),
  "/discover": () => import("./pages/discover/page.js"),
  "/browse": () => import("./pages/browse/page.js"),
  "/season": () => import("./pages/season/page.js"),
  "/recommendations": () => import("./pages/recommendations/page.js"),
  "/calendar": () => import("./pages/calendar/page.js"),
  "/diary": () => import("./pages/diary/page.js"),
  "/statistics": () => import("./pages/statistics/page.js"),
  "/lists": () => import("./pages/lists/page.js"),
  "/history": () => import("./pages/history/page.js"),
  "/notices": () => import("./pages/notices/page.js"),
  "/sharing": () => import("./pages/sharing/page.js"),
  "/players": () => import("./pages/players/page.js"),
  "/following": () => import("./pages/following/page.js"),
  "/feed": () => import("./pages/feed/page.js"),
  "/settings": () => import("./pages/settings/page.js"),
  "/security": () => import("./pages/security/page.js"),
  "/transfer": () => import("./pages/transfer/page.js"),
  "/developers": () => import("./pages/developers/page.js"),
  "/webhooks": () => import("./pages/webhooks/page.js"),
};
const TITLES = "/anime/"; // a page for every title
/** @param {string} path */
const isTitle = (path) => path.startsWith(TITLES);
const importTitle = () => import("./pages/title/page.js");
/** Of "/season/2026/fall" the page. @param {string} path */
const rootOf = (path) => (path.startsWith("/season/") ? "/season" : path);
/** Pages for visitors too. @param {string} path */
const isOpen = (path) => isTitle(path) || ["/discover", "/browse", "/season", "/calendar"].includes(rootOf(path));
/** @param {string} path */
const isPage = (path) => isTitle(path) || rootOf(path) in PAGES;
/** @type {Preferences} */
const DEFAULTS = {
  enfasiscolor: "#b5483a", theme: "auto", scoreFormat: "10.0", titleLanguage: "romaji",
  language, parentalControl: true, trackSearchHistory: true,
};
// What My list and Up next show unless they are asked for something else.
const FIRST = "type=Watching&ordering=-updated_at&limit=40";
const AT_ONCE = 150; // milliseconds in which a page that is here is drawn
const PATIENCE = 15_000; // ... for one that is not

const visitor = new Api();

/** The page of the server that sent somebody here to sign in first; of no other site. */
const goesOn = new URLSearchParams(location.search).get("next")?.match(/^\/(?:oauth\/authorize\?|link(?:\?|$)).*/)?.[0];

/** What pages get: the collection, and the ways to speak to the user. */
const app = {
  /** @type {User | null} */ user: null,
  /** @type {Collection | null} */ collection: null,
  get preferences() {
    return { ...DEFAULTS, ...this.collection?.wholes.preferences };
  },
  /** Asks as whoever is here. */
  get api() {
    return this.collection?.api ?? visitor;
  },
  start,
  speak,
  /** @type {App["leave"]} */
  leave: async (how) => (await leaving()).leave(signedIn(), how),
  entitle,
  /** Keeps what the server says of the user. @param {Partial<User>} changes */
  remember(changes) {
    const user = Object.assign(signedIn().user, changes);
    remembered.set("user", user);
    drawMenu();
  },
  /** Nothing is left of who was here. */
  forgetUser: () => remembered.forget("user", "list"),
  /** Whether pages open without network. */
  arePagesKept: false,
  /**
   * A change that can be taken back from a toast.
   * @type {App["done"]}
   */
  async done(change, sentence, more) {
    try {
      const made = await change;
      const besides = await more?.(made).catch(() => undefined);
      toast(sentence, { label: t("Undo"), run: () => signedIn().collection.undo(made).catch(sayFailure) }, { more: besides });
    } catch (error) {
      sayFailure(error);
    }
  },
};

/** Signing out, and who is here then. */
const leaving = () => import("./shell/leaving.js");

/** The same where it is known that somebody is signed in. @returns {App} */
const signedIn = () => /** @type {App} */ (/** @type {Frame} */ (app));

/** @type {(() => void) | undefined} */
let leavePage;

/** @param {SignedIn} [from]  who has just signed in, and the key that the password made @returns {Promise<void>} */
async function start({ user, key = null } = {}) {
  keepPages().catch(() => {}); // they are not on this device
  try {
    app.user = user ?? (await whoIsHere());
  } catch (error) {
    if (!isOpen(location.pathname)) return $("main").replaceChildren(failed(error, () => start()));
  }
  document.body.toggleAttribute("data-visitor", !app.user);
  if (!app.user) return isOpen(location.pathname) ? show({ scroll: history.state?.scroll }) : welcome();
  remembered.set("user", app.user);
  const collection = await Collection.open(app.user, { key, first: FIRST, firstShown: picturesCame });
  if (goesOn) return location.replace((await isProvedFor(collection)) ? goesOn : "/");
  app.collection = collection;
  collection.on("status", drawStatus);
  collection.on("wholes", applyPreferences);
  collection.on("conflict", drawStatus);
  collection.on("refused", ({ detail: { error, unsent } }) => {
    if (error instanceof Refused && error.code === "already_completed") offerAgain(signedIn(), unsent?.operation?.animeId ?? "");
    else sayFailure(error);
  });
  document.body.dataset.in = "yes";
  applyPreferences();
  drawStatus();
  drawMenu();
  if (collection.sealedCount) tellSealed(collection);
  if (!collection.isKept) tellNotKept(collection);
  await show({ scroll: history.state?.scroll });
  if (new URLSearchParams(location.search).has("said")) signInAgain(); // a new password ended this session too
  loadOnDemand(signedIn());
}

/** Whether they gave the fresh proof that the page of the server wants. @param {Collection} collection */
async function isProvedFor({ api }) {
  if (!new URLSearchParams(location.search).has("prove")) return true;
  const { withProof } = await import("./ui/proof.js");
  return withProof(api, () => api.ask("POST", "/api/auth/prove", {})).then(() => true, () => false);
}

/** The user, remembered where there is no network. */
async function whoIsHere() {
  const known = remembered.get("user");
  const asked = session();
  if (!known || goesOn) {
    $("main").replaceChildren(loading());
    return asked;
  }
  // The copy opens at once; whether the session still holds, its first sync tells. What
  // the server knows better (a new name, a new avatar) comes after it.
  asked.then((user) => {
    if (!user) remembered.forget("user");
    else if (user.id === app.user?.id) app.remember(user);
  }, () => {});
  return known;
}

// --- What this device keeps --------------------------------------------------------------

const worker = () => import("./shell/service_worker.js");

async function keepPages() {
  const { registerWorker, takeOver } = await worker();
  app.arePagesKept = await registerWorker(() => tellRelease(takeOver));
  // Where nothing keeps them, they are fetched before a click needs one at once.
  if (!app.arePagesKept) Object.values(PAGES).forEach(loadLater);
}

/** @param {() => void} takeOver */
function tellRelease(takeOver) {
  $("#release").replaceChildren(t("New version."), " ", h("button", { type: "button", class: "link", onclick: takeOver }, t("Reload")));
}

/** @param {Collection} collection */
function tellNotKept(collection) {
  toast(t("This browser doesn't store your list: it works online only. Unsaved changes are lost when you close the page."));
  addEventListener("beforeunload", (event) => collection.unsent.length && event.preventDefault());
}

// --- One browser, more than one person -------------------------------------------------

/** Another tab signed somebody else in: this one stops before it shows or sends anything. */
addEventListener("storage", ({ key, newValue }) => {
  const other = key === NAMES.user && newValue ? JSON.parse(newValue) : null;
  if (other && app.collection && other.id !== app.user?.id) app.collection.stop("other_account");
});

/** The browser's Back can show a page as it was, of whoever was here then. */
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

/** What an earlier sign-out left cannot be opened: the password is another one now. @param {Collection} collection */
function tellSealed(collection) {
  toast(t("Unsynced changes locked with your old password: {n}.", { n: collection.sealedCount }),
    { label: t("Discard"), run: () => collection.dropSealed().catch(sayFailure) }, { isError: true });
}

async function welcome() {
  delete document.body.dataset.in;
  const { show: greet } = await import("./pages/welcome/page.js");
  greet($("main"), { start, speak });
}

// --- Pages ---------------------------------------------------------------------------

/** @param {string} path */
async function go(path) {
  await step(path);
  return show({ isNew: true });
}

let shows = 0;

/** @param {{isNew?: boolean, scroll?: number}} [how]  scroll: as it was here before */
async function show({ isNew = false, scroll = 0 } = {}) {
  const turn = ++shows;
  const path = isPage(location.pathname) ? rootOf(location.pathname) : "/";
  markHere(path);
  const slow = setTimeout(() => turn === shows && clear(loading()), AT_ONCE);
  /** @type {Page} */
  let page;
  try {
    page = await inTime(isTitle(path) ? importTitle() : PAGES[path]());
  } catch {
    // It is not on this device. A page of a new release has other modules: it is loaded.
    if (turn === shows) clear(failed(new Offline(), () => location.reload()));
    return;
  } finally {
    clearTimeout(slow);
  }
  if (turn !== shows) return; // somewhere else by now
  const main = clear();
  main.className = isTitle(path) ? "page-title" : path === "/" ? "page-list" : `page-${path.slice(1)}`;
  leavePage = page.show(main, signedIn(), { isBack: scroll > 0 }) ?? undefined;
  entitle({ isFocused: isNew });
  if (scroll) restoreScroll(scroll);
  else if (isNew) scrollTo(0, 0);
  showPanel();
}

/** In the bar at the top. @param {string} path */
function markHere(path) {
  for (const link of document.querySelectorAll("nav a")) {
    const { also = "" } = /** @type {HTMLElement} */ (link).dataset;
    if (link.getAttribute("href") === path || also.split(" ").includes(path)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Leaves the page that is shown. @param {...Node} instead */
function clear(...instead) {
  for (const open of document.querySelectorAll("dialog")) if (open.open) open.close();
  leavePage?.();
  leavePage = undefined;
  const main = $("main");
  main.replaceChildren(...instead);
  return main;
}

/** @template T @param {Promise<T>} coming @returns {Promise<T>} */
const inTime = (coming) => Promise.race([coming, new Promise((_, reject) => setTimeout(reject, PATIENCE))]);

/** The page is called as its heading is. @param {{isFocused?: boolean}} [how] */
function entitle({ isFocused = false } = {}) {
  const heading = /** @type {HTMLElement | null} */ (document.querySelector("main h1"));
  document.title = heading ? `${heading.textContent} – animecollections` : "animecollections";
  if (!isFocused) return;
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

/** Opens the panel that the address asks for, or closes what is open. */
function showPanel() {
  const { panel } = here();
  const open = /** @type {HTMLDialogElement | null} */ (document.querySelector("dialog.panel[open]"));
  if (open?.dataset.anime !== panel) open?.close();
  if (!panel || !app.collection || open?.dataset.anime === panel) return;
  if (app.collection.entries.has(panel)) openEntry(signedIn(), panel);
  else if (!app.collection.isLoaded) app.collection.addEventListener("changed", showPanel, { once: true }); // it may come yet
}

onStep(({ isOtherPage, scroll }) => {
  if (!isOtherPage) return showPanel();
  if (app.collection || isOpen(location.pathname)) return show({ isNew: true, scroll });
  location.reload(); // a visitor goes back to the way in
});
document.addEventListener("click", (event) => {
  /** @type {HTMLAnchorElement | null | undefined} */
  const link = /** @type {Element} */ (event.target).closest?.("a[href]");
  const address = link && new URL(link.href);
  const isPlain = !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0;
  if (!address || !isPlain || address.origin !== location.origin || address.hash || !isPage(address.pathname)) return;
  if (!(app.collection || isOpen(address.pathname)) || link?.hasAttribute("download")) return;
  event.preventDefault();
  go(address.pathname + address.search);
});

// --- What the network does, said quietly ---------------------------------------------

function drawStatus() {
  const { collection } = signedIn();
  const { status, unsent, conflicts, isLive, isKept, problem } = collection;
  if (status === "left") return location.assign("/?said=signed_out");
  if (status === "other_account") return leaving().then(({ tellOtherAccount }) => tellOtherAccount(signedIn()), () => location.reload());
  const waiting = unsent.length;
  const count = waiting === 1 ? t("1 change to sync") : t("{n} changes to sync", { n: waiting });
  const also = waiting ? ` · ${count}` : "";
  const sentence =
    status === "signed_out" ? t("Signed out")
    : status === "offline" ? t("Offline") + also
    : status === "waiting" ? whyWaiting(problem, also)
    : waiting && ["starting", "sending"].includes(status) ? t("Saving…")
    : isKept ? "" : t("Online only");
  const box = $("#status");
  document.body.dataset.status = status;
  document.body.dataset.live = isLive ? "yes" : "no";
  if (box.dataset.says !== sentence) {
    box.dataset.says = sentence;
    box.replaceChildren(...(sentence ? [icon(["starting", "sending"].includes(status) ? "check" : "away"), h("span", {}, sentence)] : []));
    if (status === "signed_out") {
      box.append(h("button", { type: "button", class: "link", onclick: signInAgain }, t("Sign in")));
    } else if (status === "waiting" && !(problem && "retryAfter" in problem && problem.retryAfter)) {
      box.append(h("button", { type: "button", class: "link", onclick: () => collection.retry() }, t("Try again")));
    }
    box.title = problem && status === "waiting" ? failureSentence(problem) : "";
  }
  const button = $("#conflicts");
  button.hidden = !conflicts.size;
  button.textContent = conflicts.size === 1 ? t("1 conflict") : t("{n} conflicts", { n: conflicts.size });
  button.onclick = async () => (await import("./ui/conflicts.js")).decide(signedIn());
}

/** Why changes do not go out, and none come in. @param {Error | null} problem @param {string} also */
function whyWaiting(problem, also) {
  if (problem instanceof Refused && !problem.isPassing) return t("Can't sync") + also;
  const why = problem instanceof Refused ? t("The server is busy")
    : problem instanceof Unexpected ? t("Can't reach the server") : t("The server isn't responding");
  return why + (also || ` · ${t("retrying")}`);
}

const signInAgain = async () => (await leaving()).signInAgain(signedIn());

// --- The user's menu -----------------------------------------------------------------

function drawMenu() {
  const { user: { name, avatar }, collection } = signedIn();
  const picture = collection?.wholes.profile?.avatar ?? avatar;
  const badge = picture
    ? h("img", { src: picture, alt: "", class: "avatar" })
    : h("span", { class: "avatar", "aria-hidden": "true" }, (name ?? "?").slice(0, 1).toUpperCase());
  const summary = h("summary", { "aria-label": t("Account menu: {name}", { name }) }, badge);
  const menu = h("details", { class: "menu" }, summary,
    h("div", { class: "menu-list" },
      h("p", { class: "muted" }, name),
      h("a", { href: "/lists" }, t("Lists")),
      h("a", { href: "/diary" }, t("Diary")),
      h("a", { href: "/history" }, t("History")),
      h("hr"),
      h("a", { href: "/feed" }, t("Feed")),
      h("a", { href: "/following" }, t("Following")),
      h("a", { href: "/notices" }, t("Notices")),
      h("a", { href: "/sharing" }, t("Sharing")),
      h("hr"),
      h("a", { href: "/transfer" }, t("Import and export")),
      h("a", { href: "/players" }, t("Players")),
      h("hr"),
      h("a", { href: "/settings" }, t("Settings")),
      h("a", { href: "/security" }, t("Security")),
      h("button", { type: "button", onclick: () => app.leave() }, t("Sign out"))));
  menu.addEventListener("click", (event) => /** @type {Element} */ (event.target).closest("a, button") && (menu.open = false));
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") ((menu.open = false), summary.focus());
  });
  $("#menu").replaceChildren(menu);
}
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open], details.popover[open]")) {
    // What was clicked may have been drawn anew by now: then it says nothing.
    const clicked = /** @type {Node} */ (event.target);
    if (clicked.isConnected && !open.contains(clicked)) open.removeAttribute("open");
  }
});

// --- Preferences ---------------------------------------------------------------------

function applyPreferences() {
  const { theme, enfasiscolor, language: wanted } = app.preferences;
  const root = document.documentElement;
  root.dataset.theme = theme;
  remembered.set("theme", theme);
  for (const [name, paper] of [["light", "#faf9f6"], ["dark", "#17181b"]]) {
    const colour = readable(enfasiscolor, paper);
    root.style.setProperty(`--accent-${name}`, colour);
    root.style.setProperty(`--accent-ink-${name}`, inkOn(colour));
  }
  if (wanted && wanted !== language && app.collection?.wholes.preferences) speak(wanted);
  if (document.body.dataset.in) drawMenu();
}

let speaking = language;

/** The page in another language: the server writes it anew. Whether it could. @param {string} wanted */
async function speak(wanted) {
  if (speaking === wanted) return true; // it is under way
  speaking = wanted;
  document.cookie = `django_language=${wanted}; path=/; max-age=31536000; samesite=lax`;
  // Without network, or where the cookie is refused, the page stays as it is.
  const written = await worker().then(({ renewPage }) => renewPage()).catch(() => "");
  if (written === wanted) location.reload();
  else speaking = language; // to be asked for again
  return written === wanted;
}

start().catch((error) => sayFailure(error, () => location.reload()));
loadLater(async () => (await import("./shell/notices.js")).watchNotices());
