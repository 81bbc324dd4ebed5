/**
 * The frame of all pages: who is here, which page, what the network does. Each page is a
 * module with `show(main, app, {isBack})`, which may return what is to be done when it is left.
 */

import { here, onStep, restoreScroll, step } from "./shell/address.js";
import { Api, Collection, Offline, session } from "./collection/index.js";
import { inkOn, readable } from "./ui/colour.js";
import { picturesCame } from "./ui/covers.js";
import { $, choice, dialog, failed, failureSentence, h, icon, loading, sayFailure, toast } from "./ui/dom.js";
import { watchNotices } from "./shell/notices.js";
import { openEntry } from "./ui/panel.js";
import { remembered } from "./shell/remembered.js";
import { registerWorker, renewPage, takeOver } from "./shell/service_worker.js";
import { language, t } from "./ui/words.js";

/** @type {Record<string, () => Promise<any>>} */
const PAGES = {
  "/": () => import("./pages/list/page.js"),
  "/next": () => import("./pages/next/page.js"),
  "/discover": () => import("./pages/discover/page.js"),
  "/statistics": () => import("./pages/statistics/page.js"),
  "/history": () => import("./pages/history/page.js"),
  "/settings": () => import("./pages/settings/page.js"),
  "/transfer": () => import("./pages/transfer/page.js"),
};
const TITLES = "/anime/"; // a page for every title, for visitors too
/** @param {string} path */
const isTitle = (path) => path.startsWith(TITLES);
/** @param {string} path */
const isPage = (path) => isTitle(path) || path in PAGES;
const DEFAULTS = {
  enfasiscolor: "#b5483a", theme: "auto", scoreFormat: "10.0", titleLanguage: "romaji",
  language, parentalControl: true, trackSearchHistory: true,
};
// What My list and Up next show unless they are asked for something else.
const FIRST = "type=Watching&ordering=-updated_at&limit=40";
const KNOWN = "animecollections user"; // whose copy opens without network
const AT_ONCE = 150; // milliseconds in which a page that is here is drawn
const PATIENCE = 15_000; // ... for one that is not

const visitor = new Api();

/** What pages get: the collection, and the ways to speak to the user. */
const app = {
  /** @type {any} */ user: null,
  /** @type {Collection} */ collection: /** @type {any} */ (null),
  get preferences() {
    return { ...DEFAULTS, ...this.collection?.wholes.preferences };
  },
  /** Asks as whoever is here. @returns {Api} */
  get api() {
    return this.collection?.api ?? visitor;
  },
  go,
  leave,
  start,
  entitle,
  /** Keeps what the server says of the user. @param {any} changes */
  remember(changes) {
    Object.assign(this.user, changes);
    remembered.set(KNOWN, this.user);
    drawMenu();
  },
  /** Nothing is left of who was here. */
  forgetUser: () => remembered.forget(KNOWN, "list"),
  /** Whether pages open without network. */
  arePagesKept: false,
  /**
   * A change that can be taken back from a toast.
   * @param {Promise<any>} change @param {string} sentence
   * @param {HTMLElement} [more]  to be filled in beside it
   */
  async done(change, sentence, more) {
    try {
      const made = await change;
      toast(sentence, { label: t("Undo"), run: () => this.collection.undo(made).catch(sayFailure) }, { more });
    } catch (error) {
      sayFailure(error);
    }
  },
};

/** @type {(() => void) | undefined} */
let leavePage;

/** @param {{user?: any, key?: CryptoKey | null}} [signedIn]  who has just signed in, and the key that the password made */
async function start({ user, key = null } = {}) {
  keepPages();
  try {
    app.user = user ?? (await whoIsHere());
  } catch (error) {
    if (!isTitle(location.pathname)) return $("main").replaceChildren(failed(error, () => start()));
  }
  if (!app.user) return isTitle(location.pathname) ? show() : welcome();
  remembered.set(KNOWN, app.user);
  app.collection = await Collection.open(app.user, { key, first: FIRST, firstShown: picturesCame });
  const { collection } = app;
  collection.addEventListener("status", drawStatus);
  collection.addEventListener("wholes", applyPreferences);
  collection.addEventListener("conflict", () => drawStatus());
  collection.addEventListener("refused", (/** @type {any} */ { detail }) => sayFailure(detail.error));
  document.body.dataset.in = "yes";
  applyPreferences();
  drawStatus();
  drawMenu();
  if (collection.sealedCount) tellSealed();
  if (!collection.isKept) tellNotKept();
  await show({ scroll: history.state?.scroll });
  if (new URLSearchParams(location.search).has("said")) signInAgain(); // a new password ended this session too
}

/** The user, remembered where there is no network. */
async function whoIsHere() {
  const known = remembered.get(KNOWN);
  const asked = session();
  if (!known) {
    $("main").replaceChildren(loading());
    return asked;
  }
  // The copy opens at once; whether the session still holds, its first sync tells. What
  // the server knows better (a new name, a new avatar) comes after it.
  asked.then((user) => {
    if (!user) remembered.forget(KNOWN);
    else if (user.id === app.user?.id) app.remember(user);
  }, () => {});
  return known;
}

// --- What this device keeps --------------------------------------------------------------

async function keepPages() {
  app.arePagesKept = await registerWorker(tellRelease);
  // Where nothing keeps them, they are fetched before a click needs one at once.
  if (!app.arePagesKept) (globalThis.requestIdleCallback ?? setTimeout)(() => Object.values(PAGES).forEach((page) => page().catch(() => {})));
}

function tellRelease() {
  $("#release").replaceChildren(t("New version."), " ", h("button", { type: "button", class: "link", onclick: takeOver }, t("Reload")));
}

function tellNotKept() {
  toast(t("This browser doesn't store your list: it works online only. Unsaved changes are lost when you close the page."));
  addEventListener("beforeunload", (event) => app.collection.unsent.length && event.preventDefault());
}

// --- One browser, more than one person -------------------------------------------------

/** Another tab signed somebody else in: this one stops before it shows or sends anything. */
addEventListener("storage", ({ key, newValue }) => {
  const other = key === KNOWN && newValue ? JSON.parse(newValue) : null;
  if (other && app.collection && other.id !== app.user.id) app.collection.stop("other_account");
});

/** The browser's Back can show a page as it was, of whoever was here then. */
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

function tellOtherAccount() {
  if ($("dialog.other-account")) return;
  const box = dialog({ label: t("Another account is signed in"), class: "small other-account", onclose: () => location.reload() },
    h("h2", {}, t("Another account is signed in")),
    h("p", {}, t("This tab belongs to {name}, but this browser is signed in to another account now. Nothing was sent to it.", { name: app.user.name })),
    app.collection.unsent.length ? h("p", {}, t("Changes to sync: {n}. They stay on this device until {name} signs in here again.", { n: app.collection.unsent.length, name: app.user.name })) : "",
    h("div", { class: "actions" }, h("button", { type: "button", class: "button primary", onclick: () => box.close() }, t("Reload"))));
  remembered.forget(KNOWN); // the cookie says who is here
}

/** What an earlier sign-out left cannot be opened: the password is another one now. */
function tellSealed() {
  const { collection } = app;
  toast(t("Unsynced changes locked with your old password: {n}.", { n: collection.sealedCount }),
    { label: t("Discard"), run: () => collection.dropSealed().catch(sayFailure) }, { isError: true });
}

async function welcome() {
  delete document.body.dataset.in;
  const { show: greet } = await import("./pages/welcome/page.js");
  greet($("main"), { start });
}

// --- Pages ---------------------------------------------------------------------------

/** @param {string} path @param {{replace?: boolean}} [how] */
async function go(path, { replace = false } = {}) {
  await step(path, replace);
  return show({ isNew: true });
}

let shows = 0;

/** @param {{isNew?: boolean, scroll?: number}} [how]  scroll: as it was here before */
async function show({ isNew = false, scroll = 0 } = {}) {
  const turn = ++shows;
  const main = $("main");
  const path = isPage(location.pathname) ? location.pathname : "/";
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.getAttribute("href") === path;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const clear = (/** @type {any[]} */ ...instead) => {
    for (const open of document.querySelectorAll("dialog[open]")) /** @type {any} */ (open).close();
    leavePage?.();
    leavePage = undefined;
    main.replaceChildren(...instead);
  };
  const slow = setTimeout(() => turn === shows && clear(loading()), AT_ONCE);
  let page;
  try {
    page = await inTime(isTitle(path) ? import("./pages/title/page.js") : PAGES[path]());
  } catch {
    // It is not on this device. A page of a new release has other modules: it is loaded.
    if (turn === shows) clear(failed(new Offline(), () => location.reload()));
    return;
  } finally {
    clearTimeout(slow);
  }
  if (turn !== shows) return; // somewhere else by now
  clear();
  main.className = isTitle(path) ? "page-title" : path === "/" ? "page-list" : `page-${path.slice(1)}`;
  leavePage = page.show(main, app, { isBack: scroll > 0 }) ?? undefined;
  entitle({ isFocused: isNew });
  if (scroll) restoreScroll(scroll);
  else if (isNew) scrollTo(0, 0);
  showPanel();
}

/** @template T @param {Promise<T>} coming @returns {Promise<T>} */
const inTime = (coming) => Promise.race([coming, new Promise((_, reject) => setTimeout(reject, PATIENCE))]);

/** The page is called as its heading is. @param {{isFocused?: boolean}} [how] */
function entitle({ isFocused = false } = {}) {
  const heading = $("main h1");
  document.title = heading ? `${heading.textContent} – animecollections` : "animecollections";
  if (!isFocused) return;
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

/** Opens the panel that the address asks for, or closes what is open. */
function showPanel() {
  const { panel } = here();
  const open = $("dialog.panel[open]");
  if (open?.dataset.anime !== panel) open?.close();
  if (!panel || !app.collection || open?.dataset.anime === panel) return;
  if (app.collection.entries.has(panel)) openEntry(app, panel).catch(sayFailure);
  else if (!app.collection.isLoaded) app.collection.addEventListener("changed", showPanel, { once: true }); // it may come yet
}

onStep(({ isOtherPage, scroll }) => {
  if (!isOtherPage) return showPanel();
  if (app.collection || isTitle(location.pathname)) return show({ isNew: true, scroll });
  location.reload(); // a visitor goes back to the way in
});
document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest?.("a[href]");
  const address = link && new URL(/** @type {any} */ (link).href);
  const isPlain = !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0;
  if (!address || !isPlain || address.origin !== location.origin || address.hash || !isPage(address.pathname)) return;
  if (!(app.collection || isTitle(address.pathname)) || link?.hasAttribute("download")) return;
  event.preventDefault();
  go(address.pathname + address.search);
});

// --- What the network does, said quietly ---------------------------------------------

function drawStatus() {
  const { status, unsent, conflicts, isLive, isKept, problem } = app.collection;
  if (status === "left") return location.assign("/?said=signed_out");
  if (status === "other_account") return tellOtherAccount();
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
      box.append(h("button", { type: "button", class: "link", onclick: () => app.collection.retry() }, t("Try again")));
    }
    box.title = problem && status === "waiting" ? failureSentence(problem) : "";
  }
  const button = $("#conflicts");
  button.hidden = !conflicts.size;
  button.textContent = conflicts.size === 1 ? t("1 conflict") : t("{n} conflicts", { n: conflicts.size });
  button.onclick = async () => (await import("./ui/conflicts.js")).decide(app);
}

/** Why changes do not go out, and none come in. @param {any} problem @param {string} also */
function whyWaiting(problem, also) {
  if (problem?.name === "Refused" && !problem.isPassing) return t("Can't sync") + also;
  const why = problem?.name === "Refused" ? t("The server is busy")
    : problem?.name === "Unexpected" ? t("Can't reach the server") : t("The server isn't responding");
  return why + (also || ` · ${t("retrying")}`);
}

async function signInAgain() {
  const { signInDialog } = await import("./pages/welcome/page.js");
  signInDialog(async (/** @type {any} */ user, /** @type {CryptoKey | null} */ key) => {
    if (user.id === app.user.id) {
      if (key) await app.collection.unlock(key);
      return app.collection.signedIn();
    }
    await app.collection.leaveSealed(); // what waits is of the one who was here before
    remembered.set(KNOWN, user);
    location.reload();
  });
}

// --- The user's menu -----------------------------------------------------------------

function drawMenu() {
  const { name, avatar } = app.user;
  const picture = app.collection?.wholes.profile?.avatar ?? avatar;
  const badge = picture
    ? h("img", { src: picture, alt: "", class: "avatar" })
    : h("span", { class: "avatar", "aria-hidden": "true" }, (name ?? "?").slice(0, 1).toUpperCase());
  const menu = h("details", { class: "menu" },
    h("summary", { "aria-label": t("Account menu: {name}", { name }) }, badge),
    h("div", { class: "menu-list" },
      h("p", { class: "muted" }, name),
      h("a", { href: "/history" }, t("History")),
      h("a", { href: "/transfer" }, t("Import and export")),
      h("a", { href: "/settings" }, t("Settings")),
      h("button", { type: "button", onclick: () => leave() }, t("Sign out"))));
  menu.addEventListener("click", (/** @type {any} */ event) => event.target.closest("a, button") && (menu.open = false));
  menu.addEventListener("keydown", (/** @type {any} */ event) => {
    if (event.key === "Escape") ((menu.open = false), $("summary", menu).focus());
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

/** Signs out, in all tabs; what waits is kept encrypted, or dropped, as the user says. */
async function leave({ isSignedOut = false } = {}) {
  const { collection } = app;
  const waiting = collection.unsent.length + collection.conflicts.size;
  const way = waiting ? await howToLeave(waiting) : "forget";
  if (!way) return;
  const end = toast(t("Signing out…"));
  try {
    if (!isSignedOut) await collection.api.ask("POST", "/api/auth/signout", {});
  } catch (error) {
    end();
    return sayFailure(error, () => leave({ isSignedOut }));
  }
  app.forgetUser();
  const isSealed = way === "seal" && (await collection.leaveSealed());
  if (!isSealed) await collection.forget();
  location.assign("/?said=signed_out");
}

/** @param {number} waiting @returns {Promise<"seal" | "forget" | null>} null: stay signed in */
function howToLeave(waiting) {
  const { canSeal } = app.collection;
  const question = waiting === 1 ? t("1 change isn't synced yet.") : t("{n} changes aren't synced yet.", { n: waiting });
  const hint = canSeal ? t("Changes can stay on this device, encrypted, and sync when you sign in here again.") : t("This browser can't keep changes encrypted.");
  return choice(question, hint, [
    [null, t("Stay signed in")],
    ...(canSeal ? [["seal", t("Keep and sign out")]] : []),
    ["forget", t("Discard and sign out"), "danger"],
  ]);
}

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

/** The page in another language: the server writes it anew. @param {string} wanted */
async function speak(wanted) {
  if (speaking === wanted) return; // it was asked for
  speaking = wanted;
  document.cookie = `django_language=${wanted}; path=/; max-age=31536000; samesite=lax`;
  // Without network, or where the cookie is refused, the page stays as it is.
  if ((await renewPage().catch(() => "")) === wanted) location.reload();
}

watchNotices();
start().catch((error) => sayFailure(error, () => location.reload()));
