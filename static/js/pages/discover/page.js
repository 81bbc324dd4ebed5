/** Search in the catalogue, with suggestions from one's own searches. For visitors too. */

import { here, keepQuery } from "../../shell/address.js";
import { failed, h, later, loading, pageHead, sayFailure, select } from "../../ui/dom.js";
import { airingName, seasonName } from "../../ui/more_words.js";
import { askOpenly, exploreLinks } from "../../ui/open.js";
import { TitleCard } from "../../ui/title_card.js";
import { t, titleCount } from "../../ui/words.js";
import { Suggestions } from "./suggestions.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { Anime, App, Frame } from "../../types.js" */

/** What was found last, for who comes back to it. */
const last = { place: "", found: /** @type {Anime[]} */ ([]), cursor: /** @type {string | null} */ (null) };

/** The menus, by their parameter: how each is called, and its values. @param {boolean} isVisitor @returns {[name: string, label: string, options: [string, string][]][]} */
const menus = (isVisitor) => [
  ["genre", t("Genre"), []],
  ["format", t("Format"), ["TV", "Movie", "OVA", "ONA", "Special"].map((name) => [name, name])],
  ["season", t("Season"), ["winter", "spring", "summer", "fall"].map((name) => [name, seasonName(name)])],
  ["airing_status", t("Airing"), ["airing", "finished", "upcoming"].map((name) => [name, airingName(name)])],
  ...(isVisitor ? [] : [/** @type {[string, string, [string, string][]]} */ (["on_list", t("All titles"), [["false", t("Not on my list")], ["true", t("On my list")]]])]),
  ["ordering", t("Best first"), [["-rating", t("Rating")], ["-year", t("Newest")], ["year", t("Oldest")], ["title", t("Title")]]],
];

/** @param {HTMLElement} main @param {Frame} app @param {{isBack: boolean}} how */
export function show(main, app, { isBack }) {
  const page = new DiscoverPage(app);
  main.append(pageHead(t("Discover"), exploreLinks("/discover", Boolean(app.collection))), page.form(), page.results, page.more);
  const forget = app.collection?.on("changed", ({ detail }) => page.redraw(detail.ids));
  page.fillGenres();
  if (isBack && last.place === here().place) page.showAgain();
  else page.search();
  return () => {
    page.asking?.abort(new DOMException("left", "AbortError"));
    forget?.();
  };
}

class DiscoverPage {
  /** @type {Anime[]} */
  found = [];
  /** @type {string | null} */
  cursor = null;
  total = 0;
  /** @type {AbortController | undefined} */
  asking = undefined;
  /** @type {Map<string, TitleCard>} */
  items = new Map();
  count = h("p", { class: "count muted", role: "status" });
  results = h("ul", { class: "cards found" });
  more = h("button", { type: "button", class: "button", hidden: true }, t("Show more"));

  /** @param {Frame} app */
  constructor(app) {
    this.app = app;
    const { query } = here();
    this.input = h("input", {
      type: "search", class: "search large", value: query.get("search") ?? "", maxlength: 200,
      placeholder: t("Title in any language"), "aria-label": t("Search the catalogue"),
      role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list", autocomplete: "off",
      oninput: () => (this.suggestions?.show(), this.searchSoon()),
      onfocus: () => this.suggestions?.show(),
      onkeydown: (event) => this.suggestions?.press(event),
    });
    /** @type {Suggestions | null} */
    this.suggestions = app.collection ? new Suggestions(/** @type {App} */ (app), this.input, (text) => this.choose(text)) : null;
    this.menus = menus(!app.collection).map(([name, label, options]) => this.menu(name, label, options, query.get(name) ?? ""));
    this.year = h("input", { type: "number", name: "year", min: 1900, max: 2200, placeholder: t("Year"), "aria-label": t("Year"), class: "short", oninput: later(() => this.search(), 400), value: query.get("year") ?? "" });
    this.more.onclick = () => this.fetchPage();
  }

  /** @param {string} name @param {string} label @param {[string, string][]} options @param {string} value */
  menu(name, label, options, value) {
    if (name === "genre" && value) options.push([value, value]); // others come when they are known
    const box = select([["", label], ...options], { "aria-label": label, name, onchange: () => this.search() });
    box.value = value;
    return box;
  }

  form() {
    const box = h("div", { class: "search-box" }, this.input, this.suggestions?.box);
    return h("form", {
      class: "search-form", role: "search",
      onfocusout: () => setTimeout(() => box.contains(document.activeElement) || this.suggestions?.hide()),
      onsubmit: (event) => (event.preventDefault(), this.choose(this.input.value)),
    }, box, h("div", { class: "tools" }, this.menus, this.year, this.count));
  }

  // --- Asking ------------------------------------------------------------------------

  /** @returns {Record<string, string>} */
  filters() {
    return Object.fromEntries([...this.menus, this.year].map((box) => [box.name, box.value]).filter(([, value]) => value));
  }

  /** @returns {Record<string, string>} */
  query() {
    const search = this.input.value.trim();
    return { ...(search && { search }), ...this.filters() };
  }

  async search() {
    if (!this.results.isConnected) return; // left meanwhile
    keepQuery(this.query());
    this.found = [];
    this.cursor = null;
    return this.fetchPage();
  }

  searchSoon = later(() => this.search(), 220);

  /** @param {string} text */
  choose(text) {
    this.input.value = text;
    this.suggestions?.hide();
    this.search().then(() => this.keepSearch());
  }

  keepSearch() {
    this.suggestions?.keep(this.filters(), this.total);
  }

  /** @returns {Promise<void>} */
  async fetchPage() {
    this.asking?.abort(new DOMException("overtaken", "AbortError"));
    this.asking = new AbortController();
    const isMore = Boolean(this.cursor);
    this.more.disabled = true;
    if (this.results.querySelector(".failed") || !this.results.children.length) this.instead(h("li", { class: "whole" }, loading()));
    else this.count.textContent = t("Searching…");
    try {
      const { data, meta } = await this.ask(this.asking.signal);
      this.found.push(...data);
      this.cursor = meta.next_cursor ?? null;
      Object.assign(last, { place: here().place, found: this.found, cursor: this.cursor });
      this.draw(isMore ? data : this.found, isMore);
      if (data.length && !isMore) this.total = meta.total ?? data.length;
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") return;
      this.count.textContent = "";
      this.more.disabled = false;
      if (isMore) return sayFailure(error, () => this.fetchPage());
      this.instead(h("li", { class: "whole" }, failed(error, () => this.fetchPage(), t("Searching the catalogue needs a connection."))));
    }
  }

  /** @param {AbortSignal} signal @returns {Promise<Answer<Anime[]>>} */
  ask(signal) {
    const wanted = this.query();
    // Found by words, the best match is first; browsed, what most people know.
    const parameters = new URLSearchParams({ ...(!wanted.search && { ordering: "-popularity" }), ...wanted, limit: "48", ...(this.cursor && { cursor: this.cursor }) });
    return askOpenly(this.app, `/api/animes?${parameters}`, { signal, check: Array.isArray });
  }

  async fillGenres() {
    const [genres] = this.menus;
    try {
      /** @type {Answer<{name: string}[]>} */
      const { data } = await askOpenly(this.app, "/api/genres");
      genres.append(...data.filter(({ name }) => name !== genres.value).map(({ name }) => h("option", { value: name }, name)));
    } catch {
      genres.hidden = true;
    }
  }

  // --- Drawing -----------------------------------------------------------------------

  /** What was found before one left. */
  showAgain() {
    ({ found: this.found, cursor: this.cursor } = last);
    this.draw(this.found, false);
  }

  /** @param {Anime[]} titles @param {boolean} isMore */
  draw(titles, isMore) {
    if (!isMore) this.items.clear();
    const made = titles.map((anime) => new TitleCard(this.app, anime, { chosen: () => this.keepSearch() }));
    for (const result of made) this.items.set(result.anime.id, result);
    if (!isMore) this.results.replaceChildren();
    this.results.append(...made.map(({ item }) => item));
    if (!this.found.length) this.instead(h("li", { class: "empty" }, t("No results. Typos are fine; try fewer letters.")));
    this.more.hidden = !this.cursor;
    this.more.disabled = false;
    this.count.textContent = this.cursor ? "" : titleCount(this.found.length);
  }

  /** In the place of results. @param {HTMLElement} item */
  instead(item) {
    this.items.clear();
    this.results.replaceChildren(item);
  }

  /** @param {string[] | null} ids  what changed; null: anything */
  redraw(ids) {
    for (const id of ids ?? this.items.keys()) this.items.get(id)?.redraw();
  }
}
