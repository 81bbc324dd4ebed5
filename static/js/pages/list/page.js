/** My list: covers or a table, narrowed as one types, any number of entries. */

import { here, keepQuery } from "../../shell/address.js";
import { remembered } from "../../shell/remembered.js";
import { failed, h, icon, iconButton, later, loading, nodes, onceAFrame, pageHead, select } from "../../ui/dom.js";
import { HeldOrder, holdFromFirstTouch } from "../../ui/held_order.js";
import { openEntry } from "../../ui/on_demand.js";
import { moveTo } from "../../ui/quick.js";
import { watched } from "../../ui/watched.js";
import { Windowed } from "../../ui/windowed.js";
import { TYPES, placeOf, statusHint, statusName, statusOf, t, titleCount } from "../../ui/words.js";
import { SORT_NAMES, choose, directionOf, fold, isFiltered, queryOf, wantedBy } from "./choosing.js";
import { COLUMNS, card, row } from "./items.js";
import { Filters, Tabs, selectionBar } from "./tools.js";

/** @import { Answer, Entry } from "../../collection/types.js" */
/** @import { App, Shown } from "../../types.js" */
/** @import { Wanted } from "./choosing.js" */

/** Which lists say what they are for. */
const EXPLAINED = ["To Watch", "on_hold", "dropped", "Collection", "rewatching"];
const BY_KEY = [...TYPES, "on_hold", "dropped"];
const UNFILTERED = { search: "", format: "", tag: "", genre: "", from: "", to: "", least: "" };

/** @param {string} name @returns {string} */
const sortName = (name) => ({
  added_at: t("Last added"), updated_at: t("Last changed"), title: t("Title"), score: t("My score"), rating: t("Rating"),
  year: t("Year"), progress: t("Progress"), status: t("Status"), priority: t("Priority"), started_on: t("Started"), finished_on: t("Finished"),
})[name] ?? name;
/** @param {string} name */
const heading = (name) => ({ added_at: t("Added"), updated_at: t("Last change") })[name] ?? sortName(name);

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new ListPage(app);
  main.append(...page.parts);
  const ends = page.listen(main);
  page.draw();
  if (page.wanted.search) page.askServer();
  return () => ends.forEach((end) => end());
}

class ListPage {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.collection = app.collection;
    /** @type {Wanted} */
    this.wanted = wantedBy(here().query, remembered.get("list") ?? {});
    /** @type {Set<string>} */
    this.selected = new Set();
    this.quiet = h("input", { type: "checkbox" }); // of what is done with the bar
    this.isSelecting = false; // from the first one chosen, or the button, on
    /** All names of each anime, folded, until others are known. @type {Map<string, string>} */
    this.folded = new Map();
    /** Found by the server under another name of theirs. @type {Set<string>} */
    this.byOtherNames = new Set();
    /** @type {Shown[]} */
    this.shown = [];
    this.size = 0; // of what is shown, without what left
    this.order = new HeldOrder();
    this.tabs = new Tabs({ choose: (type) => this.set({ type }), drop: (ids, status) => this.move(ids, status) });
    this.filters = new Filters({
      wanted: () => this.wanted, set: (changes) => this.set(changes), clear: () => this.clearFilters(),
      entries: () => [...this.collection.entries.values()], genresOf: this.genresOf,
    });
    this.hint = h("p", { class: "muted tab-hint" });
    this.count = h("p", { class: "count muted", role: "status" });
    this.body = h("div", { class: "list-body" });
    this.bar = h("div", { class: "selection-bar", role: "region", "aria-label": t("Selected"), hidden: true });
    this.parts = [pageHead(t("My list"), this.tabs.box, this.hint), this.tools(), this.body, this.bar];
    this.list = new Windowed(this.body, {
      make: (entry) => (this.wanted.view === "grid" ? card(entry, this) : row(entry, this)),
      head: () => this.tableHead(),
    });
  }

  tools() {
    const focusList = () => /** @type {HTMLElement | null} */ (this.body.querySelector("button"))?.focus();
    this.search = h("input", {
      type: "search", class: "search", value: this.wanted.search, placeholder: t("Search my list"), "aria-label": t("Search my list"),
      oninput: () => { this.searchFor(this.search?.value ?? ""); },
    });
    this.sort = select(SORT_NAMES.map((name) => [name, sortName(name)]), { "aria-label": t("Sort by"), onchange: () => { this.set({ sort: this.sort?.value, reversed: "" }); } });
    this.view = h("button", { type: "button", class: "icon-button", onclick: () => (this.set({ view: this.wanted.view === "grid" ? "table" : "grid" }), focusList()) });
    this.selecting = h("button", { type: "button", class: "button", "aria-pressed": "false", onclick: () => this.toggleSelecting() }, t("Select"));
    this.share = h("a", { class: "icon-button", href: "/sharing", "aria-label": t("Share"), title: t("Share") }, icon("share"));
    this.again = h("button", { type: "button", class: "link", hidden: true, onclick: () => (this.sortAgain(), focusList()) }, t("Sort again"));
    return h("div", { class: "tools" }, this.search, this.filters.box, this.sort,
      iconButton("reverse", t("Reverse order"), { onclick: () => this.sortBy(this.wanted.sort) }),
      this.view, this.selecting, this.share, this.count, this.again);
  }

  tableHead() {
    return h("tr", {}, COLUMNS.map((name) => h("th", { scope: "col", class: name, "data-sort": name || null },
      name ? h("button", { type: "button", class: "link", onclick: () => this.sortBy(name) }, heading(name)) : h("span", { class: "unseen" }, t("Actions")))));
  }

  /** @param {HTMLElement} main @returns {(() => void)[]} what ends it */
  listen(main) {
    const redraw = onceAFrame(() => this.draw());
    const rename = () => {
      this.folded = new Map();
      if (this.wanted.search || this.wanted.genre) redraw();
    };
    const { collection } = this;
    return [
      collection.on("changed", redraw), collection.on("wholes", redraw),
      collection.on("status", () => this.drawCount()), collection.on("titles", rename),
      holdFromFirstTouch(main, [this.order], () => this.draw()), () => this.list.end()];
  }

  // --- What is asked for ---------------------------------------------------------------

  /** A column, or the other way round where it sorts already. @param {string} name */
  sortBy(name) {
    this.set({ sort: name, reversed: name === this.wanted.sort && !this.wanted.reversed ? "1" : "" });
  }

  /** @param {Partial<Wanted>} changes */
  set(changes) {
    Object.assign(this.wanted, changes);
    remembered.set("list", this.wanted);
    keepQuery(queryOf(this.wanted));
    this.sortAgain();
  }

  sortAgain() {
    this.order.release();
    this.draw();
  }

  /** @param {string} search */
  searchFor(search) {
    this.byOtherNames = new Set();
    this.set({ search });
    this.askServer();
  }

  askServer = later(() => this.findByOtherNames(), 250);

  async findByOtherNames() {
    const asked = this.wanted.search.trim();
    if (asked.length < 2) return;
    try {
      const query = new URLSearchParams({ search: asked, fields: "anime_id" });
      /** @type {Answer<Entry[]>} */
      const { data } = await this.collection.api.send("GET", `/api/user/watchList?${query}`);
      if (asked !== this.wanted.search.trim()) return;
      this.byOtherNames = new Set(data.map(({ anime_id }) => anime_id));
      this.sortAgain();
    } catch {
      // Titles are searched here all the same.
    }
  }

  clearFilters() {
    if (this.search) this.search.value = "";
    this.set(UNFILTERED);
    this.filters.draw();
  }

  /** @param {Entry} entry */
  genresOf = (entry) => this.collection.titles.get(entry.anime_id)?.genres ?? [];

  /** @param {Entry} entry @param {string[]} words */
  isFound = ({ anime_id: id }, words) => {
    const names = this.folded.get(id) ?? fold(this.collection.namesOf(id).join("\n"));
    this.folded.set(id, names);
    return words.every((word) => names.includes(word)) || this.byOtherNames.has(id);
  };

  // --- Drawing -------------------------------------------------------------------------

  draw() {
    const { collection, wanted, selected } = this;
    const { found, ofType } = choose(collection.entries.values(), wanted, this);
    this.shown = this.order.arrange(ofType, (id) => collection.entries.get(id));
    this.size = ofType.length;
    for (const id of selected) if (!collection.entries.has(id)) selected.delete(id);
    this.isSelecting ||= selected.size > 0;
    this.tabs.draw(found, wanted.type);
    this.drawTools();
    this.drawCount();
    this.drawBar();
    this.drawList();
    this.body.querySelector(".empty")?.remove();
    if (!this.shown.length) this.body.append(this.nothing(collection.entries.size === 0, found.length));
  }

  drawTools() {
    const { wanted, view, sort, again, selecting, share } = this;
    if (!view || !sort || !again || !selecting || !share) return;
    this.filters.mark();
    this.hint.textContent = EXPLAINED.includes(wanted.type) ? statusHint(wanted.type) : "";
    again.hidden = !this.order.isStale;
    share.href = wanted.type === "all" ? "/sharing" : `/sharing?${new URLSearchParams({ of: "type", id: placeOf(wanted.type).type })}`;
    sort.value = wanted.sort;
    view.title = wanted.view === "grid" ? t("Show as a table") : t("Show as covers");
    view.setAttribute("aria-label", view.title);
    view.replaceChildren(icon(wanted.view === "grid" ? "rows" : "grid"));
    selecting.setAttribute("aria-pressed", String(this.isSelecting));
  }

  /** As long as a first load is under way: how much of it is there. */
  drawCount() {
    const { isLoaded, isPartial, entries, total } = this.collection;
    this.count.textContent = !isLoaded && !isPartial ? "" : !isPartial ? titleCount(this.size)
      : total ? t("{n} of {total}", { n: Math.min(entries.size, total), total }) : t("{n} so far…", { n: entries.size });
    this.count.classList.toggle("busy", isPartial);
    if (!isLoaded) this.body.querySelector(".empty")?.replaceWith(this.nothing(true));
  }

  drawList() {
    const { wanted, selected } = this;
    this.list.show(this.shown, wanted.view === "grid" ? "grid" : "table",
      (entry) => [entry.away ?? entry, entry.updated_at, this.marks(entry), selected.has(entry.anime_id), this.isSelecting]);
    for (const th of this.body.querySelectorAll("th[data-sort]")) {
      if (th.getAttribute("data-sort") === wanted.sort) th.setAttribute("aria-sort", directionOf(wanted) > 0 ? "ascending" : "descending");
      else th.removeAttribute("aria-sort");
    }
  }

  /** @param {boolean} isAllEmpty @param {number} [elsewhere]  how many other lists have */
  nothing(isAllEmpty, elsewhere = 0) {
    const { isLoaded, problem } = this.collection;
    if (!isLoaded) return problem ? failed(problem, () => this.collection.retry()) : loading(t("Loading your list…"));
    return isAllEmpty ? emptyList() : this.noMatch(elsewhere);
  }

  /** @param {number} elsewhere */
  noMatch(elsewhere) {
    const { wanted } = this;
    const isNarrowed = Boolean(wanted.search) || isFiltered(wanted);
    return h("div", { class: "empty" },
      h("p", {}, !isNarrowed ? t("Nothing here yet.") : wanted.type === "all" ? t("No matches.") : t("No matches in {list}.", { list: statusName(wanted.type) })),
      isNarrowed && (elsewhere ? h("button", { type: "button", class: "button", onclick: () => this.set({ type: "all" }) }, t("Search all lists ({n})", { n: elsewhere }))
        : h("button", { type: "button", class: "button", onclick: () => this.clearFilters() }, t("Clear filters"))));
  }

  /** What became of one that is here no longer. @param {Shown} entry */
  whereTo = (entry) => {
    if (entry.away === "removed") return t("Removed");
    const status = statusOf(entry);
    return this.wanted.type === "all" || status === this.wanted.type ? t("No longer matches") : t("Now in {type}", { type: statusName(status) });
  };

  /** @param {Shown} entry */
  marks = (entry) => `${entry.away ? " away" : ""}${this.order.hasChanged(entry) ? " changed" : ""}`;

  // --- Changes -------------------------------------------------------------------------

  /** @param {Shown} entry */
  open = (entry) => (this.isSelecting ? this.select(entry.anime_id) : openEntry(this.app, entry.anime_id));

  /** @param {string[]} ids @param {string} status */
  move(ids, status) {
    const quiet = this.isSelecting && this.quiet.checked;
    this.endSelecting();
    moveTo(this.app, ids, status, undefined, quiet);
    this.draw();
  }

  /** @param {string[]} ids */
  remove(ids) {
    const title = this.collection.entries.get(ids[0])?.title;
    const what = ids.length === 1 ? t("Removed {title}.", { title }) : t("Removed {n} titles.", { n: ids.length });
    this.endSelecting();
    this.app.done(this.collection.remove(ids), what);
  }

  // --- The selection -------------------------------------------------------------------

  /** @param {string} id */
  select = (id) => {
    if (!this.selected.delete(id)) this.selected.add(id);
    this.draw();
  };

  toggleSelecting() {
    this.isSelecting = !this.isSelecting;
    if (!this.isSelecting) this.selected.clear();
    this.draw();
  }

  endSelecting() {
    this.isSelecting = false;
    this.quiet.checked = false;
    this.selected.clear();
  }

  drawBar() {
    const ids = [...this.selected];
    this.bar.hidden = !ids.length;
    this.bar.replaceChildren(...nodes(ids.length > 0 && selectionBar(ids.length, {
      quiet: this.quiet,
      selectAll: () => (this.shown.forEach(({ anime_id }) => this.selected.add(anime_id)), this.draw()),
      move: (status) => this.move(ids, status), remove: () => this.remove(ids), end: () => (this.endSelecting(), this.draw()),
    })));
  }

  /** Keys on a cover: + and − count, 1 to 6 move, x selects, arrows go around. @param {KeyboardEvent} event @param {Shown} entry */
  press = (event, entry) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const { columns } = this.list;
    const { anime_id: id } = entry;
    const chosen = this.selected.size ? [...this.selected] : [id];
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[key];
    if (step) this.list.focus(this.shown.findIndex(({ anime_id }) => anime_id === id) + step);
    else if (key === "Home") this.list.focus(0);
    else if (key === "End") this.list.focus(this.shown.length - 1);
    else if (key === "+" || key === "=") watched(this.app, id);
    else if (key === "-") watched(this.app, id, -1);
    else if (key === "x") this.select(id);
    else if (key === "Delete") this.remove(chosen);
    else if (/^[1-6]$/.test(key)) this.move(chosen, BY_KEY[Number(key) - 1]);
    else return;
    event.preventDefault();
  };
}

const emptyList = () => h("div", { class: "empty" },
  h("h2", {}, t("Your list is empty")),
  h("p", {}, t("Find what you're watching, or import your list from another site.")),
  h("p", { class: "actions" },
    h("a", { class: "button primary", href: "/discover" }, t("Find anime")),
    h("a", { class: "button", href: "/transfer" }, t("Import a list"))));
