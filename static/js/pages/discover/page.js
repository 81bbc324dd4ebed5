/** The catalogue: titles to look at; search with suggestions from one's own searches, and add. */

import { here, keepQuery } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { $, failed, h, icon, iconButton, later, loading, sayFailure } from "../../ui/dom.js";
import { pageOf } from "../../ui/panel.js";
import { addTo, moveTo } from "../../ui/quick.js";
import { STATUSES, airingName, factsOf, number, seasonName, statusHint, statusName, statusOf, t, titleCount, titleIn } from "../../ui/words.js";

/** What was found last, for who comes back to it. */
const last = { place: "", found: /** @type {any[]} */ ([]), cursor: /** @type {string | null} */ (null) };

/** @param {HTMLElement} main @param {any} app @param {{isBack: boolean}} how */
export function show(main, app, { isBack }) {
  const { collection } = app;
  const { query: asked, place } = here();
  const isKept = isBack && last.place === place;
  let found = isKept ? last.found : [];
  let cursor = isKept ? last.cursor : null;
  /** @type {AbortController | undefined} */
  let asking;

  const input = h("input", {
    type: "search", class: "search large", value: asked.get("search") ?? "", maxlength: 200,
    placeholder: t("Title in any language"), "aria-label": t("Search the catalogue"),
    role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list", autocomplete: "off",
    oninput: () => (suggest(), searchSoon()),
    onfocus: () => suggest(),
    onkeydown: press,
  });
  const suggestions = h("div", { class: "suggestions", hidden: true });
  const filter = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string[][]} */ options) => {
    const box = h("select", { "aria-label": label, name, onchange: () => search() },
      h("option", { value: "" }, label), options.map(([value, text]) => h("option", { value }, text)));
    box.value = asked.get(name) ?? "";
    return box;
  };
  const filters = [
    filter("genre", t("Genre"), [asked.get("genre") ?? []].flat().map((name) => [name, name])),
    filter("format", t("Format"), ["TV", "Movie", "OVA", "ONA", "Special"].map((name) => [name, name])),
    filter("season", t("Season"), ["winter", "spring", "summer", "fall"].map((name) => [name, seasonName(name)])),
    filter("airing_status", t("Airing"), ["airing", "finished", "upcoming"].map((name) => [name, airingName(name)])),
    filter("on_list", t("All titles"), [["false", t("Not on my list")], ["true", t("On my list")]]),
    filter("ordering", t("Best first"), [["-rating", t("Rating")], ["-year", t("Newest")], ["year", t("Oldest")], ["title", t("Title")]]),
  ];
  const year = h("input", { type: "number", name: "year", min: 1900, max: 2200, placeholder: t("Year"), "aria-label": t("Year"), class: "short", oninput: later(() => search(), 400), value: asked.get("year") ?? "" });
  const count = h("p", { class: "count muted", role: "status" });
  const results = h("ul", { class: "cards found" });
  const more = h("button", { type: "button", class: "button", hidden: true, onclick: () => fetchPage() }, t("Show more"));
  main.append(
    h("header", { class: "page-head" }, h("h1", {}, t("Discover"))),
    h("form", {
      onfocusout: () => setTimeout(() => main.querySelector(".search-box")?.contains(document.activeElement) || hide()),
       class: "search-form", role: "search", onsubmit: (/** @type {any} */ event) => (event.preventDefault(), choose(input.value)) },
      h("div", { class: "search-box" }, input, suggestions),
      h("div", { class: "tools" }, filters, year, count)),
    results, more);

  // --- Asking ------------------------------------------------------------------------

  function query() {
    const values = Object.fromEntries([...filters, year].map((box) => [box.name, box.value]).filter(([, value]) => value));
    return { ...(input.value.trim() && { search: input.value.trim() }), ...values };
  }

  async function search() {
    if (!results.isConnected) return; // left meanwhile
    keepQuery(query());
    found = [];
    cursor = null;
    return fetchPage();
  }
  const searchSoon = later(search, 220);

  async function fetchPage() {
    asking?.abort(new DOMException("overtaken", "AbortError"));
    asking = new AbortController();
    const isMore = Boolean(cursor);
    more.disabled = true;
    if (results.querySelector(".failed") || !results.children.length) results.replaceChildren(h("li", { class: "whole" }, loading()));
    else count.textContent = t("Searching…");
    try {
      const wanted = query();
      // Found by words, the best match is first; browsed, what most people know.
      const usual = wanted.search ? {} : { ordering: "-popularity" };
      const parameters = new URLSearchParams({ ...usual, ...wanted, limit: "48", ...(cursor && { cursor }) });
      const { data, meta } = await collection.api.ask("GET", `/api/animes?${parameters}`, undefined, { signal: asking.signal, tries: 2, check: Array.isArray });
      found.push(...data);
      cursor = meta.next_cursor ?? null;
      Object.assign(last, { place: here().place, found, cursor });
      draw(isMore ? data : found, isMore);
      if (data.length && !isMore) remember(meta.total ?? data.length);
    } catch (/** @type {any} */ error) {
      if (error.name === "AbortError") return;
      count.textContent = "";
      more.disabled = false;
      if (isMore) return sayFailure(error, fetchPage);
      results.replaceChildren(h("li", { class: "whole" }, failed(error, fetchPage, t("Searching the catalogue needs a connection."))));
    }
  }

  /** @param {any[]} titles @param {boolean} isMore */
  function draw(titles, isMore) {
    const items = titles.map(item);
    if (isMore) results.append(...items);
    else results.replaceChildren(...items);
    if (!found.length) results.replaceChildren(h("li", { class: "empty" }, t("No results. Typos are fine; try fewer letters.")));
    more.hidden = !cursor;
    more.disabled = false;
    count.textContent = cursor ? "" : titleCount(found.length);
  }

  /** @param {any} anime */
  function item(anime) {
    const title = titleIn(app.preferences.titleLanguage, anime);
    const foot = h("div", { class: "card-foot" }, addMenu(anime, title));
    const made = h("li", { class: "card", "data-anime": anime.id },
      h("a", { class: "open", href: pageOf(anime.id), onclick: keepSearch }, cover({ ...anime, title }), h("span", { class: "card-title" }, title)),
      h("p", { class: "muted facts split" }, h("span", {}, factsOf({ ...anime, episodes: null })), anime.rating && h("span", { "aria-label": t("Rated {n} out of 10", { n: anime.rating }), role: "img" }, number(anime.rating))),
      foot);
    made.redraw = () => {
      const had = foot.contains(document.activeElement);
      foot.replaceChildren(addMenu(anime, title));
      if (had) $("summary", foot).focus();
    };
    return made;
  }

  /** On which list it is, or shall be; nothing is written before one is chosen. @param {any} anime @param {string} title */
  function addMenu(anime, title) {
    const listed = collection.entries.get(anime.id);
    const add = (/** @type {string} */ status) => {
      menu.open = false;
      keepSearch();
      if (listed) moveTo(app, [anime.id], status);
      else addTo(app, anime, status, title);
    };
    const name = listed ? statusName(statusOf(listed)) : t("Add to…");
    const choices = h("div", { class: "menu-list" });
    // Filled when it is reached, for most of them never are; before a key can pass by.
    const fill = () => choices.firstChild || choices.append(...STATUSES.slice(0, -1).map((status) =>
      h("button", { type: "button", title: statusHint(status), "aria-pressed": listed ? String(status === statusOf(listed)) : null, onclick: () => add(status) }, statusName(status))));
    const menu = h("details", {
      class: "menu add",
      onfocusin: fill,
      ontoggle: () => {
        fill();
        choices.classList.remove("leftward");
        choices.classList.toggle("leftward", choices.getBoundingClientRect().right > document.documentElement.clientWidth);
      },
      onkeydown: (/** @type {any} */ event) => {
        if (event.key === "Escape") ((menu.open = false), $("summary", menu).focus());
      },
    }, h("summary", { class: listed ? "button small listed" : "button small", "aria-label": `${name} – ${title}` }, name), choices);
    return menu;
  }

  // --- Searches of one's own -----------------------------------------------------------

  const searches = () => (collection.wholes.searchHistory ?? []);
  let total = 0;
  let kept = "";
  const remember = (/** @type {number} */ size) => (total = size);

  /** A search is kept once it led somewhere, or was sent: not each letter of it. */
  function keepSearch() {
    const text = input.value.trim();
    if (!text || text === kept || !app.preferences.trackSearchHistory) return;
    kept = text;
    const { search: _, ...appliedFilters } = query();
    const now = { id: `new-${Date.now()}`, query: text, type: "animes", appliedFilters, totalResults: total, timestamp: new Date().toISOString() };
    const others = searches().filter((/** @type {any} */ other) => other.query !== text);
    collection.later("POST", "/api/user/searchHistory", { query: text, type: "animes", appliedFilters, totalResults: total },
      { searchHistory: [now, ...others] }).catch(sayFailure);
  }

  /** @param {string} text */
  function choose(text) {
    input.value = text;
    hide();
    search().then(keepSearch);
  }

  function suggest() {
    const typed = input.value.trim().toLowerCase();
    const fitting = searches().filter((/** @type {any} */ { query: text }) => text && text.toLowerCase().includes(typed) && text.toLowerCase() !== typed).slice(0, 8);
    suggestions.hidden = !fitting.length || document.activeElement !== input;
    input.setAttribute("aria-expanded", String(!suggestions.hidden));
    input.removeAttribute("aria-activedescendant");
    suggestions.replaceChildren(
      h("ul", { id: "suggestions", role: "listbox", "aria-label": t("Recent searches") }, fitting.map((/** @type {any} */ { query: text }, /** @type {number} */ at) =>
        h("li", { role: "option", id: `suggestion-${at}`, "aria-selected": "false", "data-text": text, onpointerdown: (/** @type {any} */ event) => (event.preventDefault(), choose(text)) }, icon("clock"), h("span", {}, text)))),
      h("div", { class: "forget" }, fitting.map((/** @type {any} */ { id, query: text }) =>
        iconButton("close", t("Remove {text} from recent searches", { text }), { onpointerdown: (/** @type {any} */ event) => event.preventDefault(), onclick: () => forget(id) }))),
      h("button", { type: "button", class: "link", onpointerdown: (/** @type {any} */ event) => event.preventDefault(), onclick: () => forget() }, t("Clear recent searches")));
  }

  /** @param {string} [id] one, or all */
  async function forget(id) {
    const isNew = id?.startsWith("new-"); // its id is not known here yet
    if (isNew) await collection.settle();
    const one = isNew ? searches()[0]?.id : id;
    const rest = id ? searches().filter((/** @type {any} */ search) => search.id !== one && search.id !== id) : [];
    await collection.later("DELETE", `/api/user/searchHistory${one ? `/${one}` : ""}`, undefined, { searchHistory: rest }).catch(sayFailure);
    kept = "";
    input.focus();
    suggest();
  }

  function hide() {
    suggestions.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  /** @param {any} event */
  function press(event) {
    if (event.key === "Escape" && !suggestions.hidden) return (event.preventDefault(), hide());
    if (!["ArrowDown", "ArrowUp", "Enter"].includes(event.key) || suggestions.hidden) return;
    const options = [...suggestions.querySelectorAll("[role=option]")];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "Enter") {
      if (at >= 0) (event.preventDefault(), choose(options[at].dataset.text));
      return;
    }
    event.preventDefault();
    const next = options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length];
    for (const option of options) option.setAttribute("aria-selected", String(option === next));
    input.setAttribute("aria-activedescendant", next.id);
  }

  async function fillGenres() {
    try {
      const { data } = await collection.api.send("GET", "/api/genres");
      const chosen = filters[0].value;
      const names = data.map((/** @type {any} */ { name }) => name);
      filters[0].append(...names.filter((/** @type {string} */ name) => name !== chosen).map((/** @type {string} */ name) => h("option", { value: name }, name)));
    } catch {
      filters[0].hidden = true;
    }
  }

  const redraw = (/** @type {any} */ { detail }) => {
    for (const made of /** @type {any} */ (results.children)) {
      if (!detail.ids || detail.ids.includes(made.dataset.anime)) made.redraw?.();
    }
  };
  collection.addEventListener("changed", redraw);
  fillGenres();
  if (isKept) draw(found, false);
  else search();
  return () => {
    asking?.abort(new DOMException("left", "AbortError"));
    collection.removeEventListener("changed", redraw);
  };
}
