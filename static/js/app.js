/**
 * The frame of all pages: who is here, which page, what the network does. Each page is a
 * module with `show(main, app)`, which may return what is to be done when it is left.
 */

import { Collection, Offline, session, signOut } from "./collection.js";
import { inkOn, readable } from "./colour.js";
import { $, confirmed, h, icon, sayFailure, toast } from "./dom.js";
import { language, t } from "./words.js";

/** @type {Record<string, () => Promise<any>>} */
const PAGES = {
  "/": () => import("./list.js"),
  "/next": () => import("./next.js"),
  "/discover": () => import("./discover.js"),
  "/statistics": () => import("./statistics.js"),
  "/history": () => import("./history.js"),
  "/settings": () => import("./settings.js"),
  "/transfer": () => import("./transfer.js"),
};
const DEFAULTS = {
  enfasiscolor: "#b5483a", theme: "auto", scoreFormat: "10.0", titleLanguage: "romaji",
  language, parentalControl: true, trackSearchHistory: true,
};
const KNOWN = "animecollections user"; // whose copy opens without network

/** What pages get: the collection, and the ways to speak to the user. */
const app = {
  /** @type {any} */ user: null,
  /** @type {Collection} */ collection: /** @type {any} */ (null),
  get preferences() {
    return { ...DEFAULTS, ...this.collection?.wholes.preferences };
  },
  go,
  leave,
  /**
   * A change that can be taken back from a toast.
   * @param {Promise<any>} change @param {string} sentence
   */
  async done(change, sentence) {
    try {
      const made = await change;
      toast(sentence, { label: t("Undo"), run: () => this.collection.undo(made).catch(sayFailure) });
    } catch (error) {
      sayFailure(error);
    }
  },
};

/** @type {(() => void) | undefined} */
let leavePage;

async function start() {
  navigator.serviceWorker?.register("/sw.js").catch(() => {}); // then there is no offline
  app.user = await whoIsHere();
  if (!app.user) return welcome();
  localStorage.setItem(KNOWN, JSON.stringify(app.user));
  try {
    app.collection = await Collection.open(app.user);
  } catch (error) {
    return sayFailure(error, start);
  }
  const { collection } = app;
  collection.addEventListener("status", drawStatus);
  collection.addEventListener("wholes", applyPreferences);
  collection.addEventListener("conflict", () => drawStatus());
  collection.addEventListener("refused", (/** @type {any} */ { detail }) => sayFailure(detail.error));
  document.body.dataset.in = "yes";
  applyPreferences();
  drawStatus();
  drawMenu();
  await show();
}

/** The user, remembered where there is no network. */
async function whoIsHere() {
  const known = JSON.parse(localStorage.getItem(KNOWN) ?? "null");
  const asked = session().then((user) => {
    if (!user) localStorage.removeItem(KNOWN);
    return user;
  });
  if (!known) return asked.catch((error) => (sayFailure(error, () => location.reload()), null));
  // The copy opens at once; whether the session still holds, its first sync tells.
  asked.catch(() => null);
  return known;
}

async function welcome() {
  delete document.body.dataset.in;
  const { show: greet } = await import("./welcome.js");
  greet($("main"), { start });
}

// --- Pages ---------------------------------------------------------------------------

/** @param {string} path @param {{replace?: boolean}} [how] */
function go(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  return show({ isNew: true });
}

async function show({ isNew = false } = {}) {
  const main = $("main");
  const path = PAGES[location.pathname] ? location.pathname : "/";
  for (const link of document.querySelectorAll("nav a")) {
    const isHere = link.getAttribute("href") === path;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  let page;
  try {
    page = await PAGES[path]();
  } catch {
    return sayFailure(new Offline(), show);
  }
  leavePage?.();
  main.replaceChildren();
  main.className = path === "/" ? "page-list" : `page-${path.slice(1)}`;
  leavePage = page.show(main, app) ?? undefined;
  const heading = $("h1", main);
  document.title = heading ? `${heading.textContent} – animecollections` : "animecollections";
  if (isNew) {
    scrollTo(0, 0);
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }
}

addEventListener("popstate", () => app.collection && show({ isNew: true }));
document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest?.("a[href]");
  const address = link && new URL(/** @type {any} */ (link).href);
  const isPlain = !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0;
  if (!address || !isPlain || address.origin !== location.origin || !PAGES[address.pathname]) return;
  if (!app.collection || link?.hasAttribute("download")) return;
  event.preventDefault();
  go(address.pathname + address.search);
});

// --- What the network does, said quietly ---------------------------------------------

function drawStatus() {
  const { status, unsent, conflicts, isLive } = app.collection;
  const waiting = unsent.length;
  const count = waiting === 1 ? t("1 change waits") : t("{n} changes wait", { n: waiting });
  const sentence =
    status === "signed_out" ? t("Signed out: sign in to go on")
    : status === "offline" ? (waiting ? `${t("Offline")} · ${count}` : t("Offline"))
    : status === "waiting" ? `${t("The server is busy")} · ${count}`
    : waiting && status === "sending" ? t("Saving …")
    : "";
  const box = $("#status");
  document.body.dataset.status = status;
  document.body.dataset.live = isLive ? "yes" : "no";
  if (box.dataset.says !== sentence) {
    box.dataset.says = sentence;
    box.replaceChildren(...(sentence ? [icon(status === "sending" ? "check" : "away"), h("span", {}, sentence)] : []));
    if (status === "signed_out") {
      box.append(h("button", { type: "button", class: "link", onclick: signInAgain }, t("Sign in")));
    }
  }
  const button = $("#conflicts");
  button.hidden = !conflicts.size;
  button.textContent = conflicts.size === 1 ? t("1 change to decide") : t("{n} changes to decide", { n: conflicts.size });
  button.onclick = async () => (await import("./conflicts.js")).decide(app);
}

async function signInAgain() {
  const { signInDialog } = await import("./welcome.js");
  signInDialog((/** @type {any} */ user) => {
    if (user.id === app.user.id) return app.collection.signedIn();
    localStorage.setItem(KNOWN, JSON.stringify(user));
    location.reload();
  });
}

// --- The user's menu -----------------------------------------------------------------

function drawMenu() {
  const { name, avatar } = app.user;
  const picture = app.collection.wholes.profile?.avatar ?? avatar;
  const badge = picture
    ? h("img", { src: picture, alt: "", class: "avatar" })
    : h("span", { class: "avatar", "aria-hidden": "true" }, (name ?? "?").slice(0, 1).toUpperCase());
  const menu = h("details", { class: "menu" },
    h("summary", { "aria-label": t("Menu of {name}", { name }) }, badge),
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

/** Signs out; what is unsent stays on this device if the user wishes. */
async function leave({ forget = true } = {}) {
  const waiting = app.collection.unsent.length + app.collection.conflicts.size;
  if (waiting && !(await confirmed(
    t("{n} changes are not on the server yet. They stay on this device until you sign in here again.", { n: waiting }),
    t("Sign out")))) return;
  try {
    if (forget) await signOut();
  } catch (error) {
    return sayFailure(error, () => leave({ forget }));
  }
  localStorage.removeItem(KNOWN);
  if (waiting) app.collection.close();
  else await app.collection.forget();
  location.assign("/");
}

// --- Preferences ---------------------------------------------------------------------

function applyPreferences() {
  const { theme, enfasiscolor, language: wanted } = app.preferences;
  const root = document.documentElement;
  root.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  for (const [name, paper] of [["light", "#faf9f6"], ["dark", "#17181b"]]) {
    const colour = readable(enfasiscolor, paper);
    root.style.setProperty(`--accent-${name}`, colour);
    root.style.setProperty(`--accent-ink-${name}`, inkOn(colour));
  }
  if (wanted && wanted !== language && app.collection?.wholes.preferences) speak(wanted);
  if (document.body.dataset.in) drawMenu();
}

/** The page in another language: the server writes it anew. @param {string} wanted */
function speak(wanted) {
  const asked = sessionStorage.getItem("speaking");
  document.cookie = `django_language=${wanted}; path=/; max-age=31536000; samesite=lax`;
  if (asked === wanted) return; // once; without network the page stays as it is
  sessionStorage.setItem("speaking", wanted);
  location.reload();
}

start().catch((error) => sayFailure(error, () => location.reload()));
