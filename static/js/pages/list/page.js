/** My list: covers or a table, narrowed as one types, any number of entries. */

import { here, keepQuery } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { $, failed, h, icon, iconButton, later, loading, onceAFrame } from "../../ui/dom.js";
import { HeldOrder, holdFromFirstTouch } from "../../ui/held_order.js";
import { openEntry } from "../../ui/panel.js";
import { moveTo, scoreButton, statusButton } from "../../ui/quick.js";
import { remembered } from "../../shell/remembered.js";
import { watched } from "../../ui/watched.js";
import { STATUSES, TYPES, day, factsOf, number, statusHint, statusName, statusOf, t, titleCount } from "../../ui/words.js";
import { Windowed } from "../../ui/windowed.js";

/**
 * Name, what is compared (null: comes last either way), and which end comes first.
 * @returns {Record<string, [string, (entry: any) => any, number]>}
 */
const sorts = () => ({
  added_at: [t("Last added"), (entry) => entry.added_at, -1],
  updated_at: [t("Last changed"), (entry) => entry.updated_at, -1],
  title: [t("Title"), (entry) => entry.title.toLocaleLowerCase(), 1],
  score: [t("My score"), (entry) => entry.score, -1],
  rating: [t("Rating"), (entry) => entry.rating, -1],
  year: [t("Year"), (entry) => entry.year, -1],
  progress: [t("Progress"), (entry) => entry.progress, -1],
  status: [t("Status"), (entry) => STATUSES.indexOf(statusOf(entry)), 1],
  priority: [t("Priority"), (entry) => entry.priority, -1],
  started_on: [t("Started"), (entry) => entry.started_on, -1],
  finished_on: [t("Finished"), (entry) => entry.finished_on, -1],
});

/** Folds case and accents, as the server's search does. @param {string} text */
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** What the page shows unless it is asked for something else; `type` is a status. @type {Record<string, string>} */
const USUAL = { type: "Watching", search: "", sort: "updated_at", reversed: "", format: "", tag: "", genre: "", from: "", to: "", least: "" };

/** As the address says; where that says nothing, as on the last visit. */
function asked() {
  const kept = remembered.get("list") ?? {};
  const said = Object.fromEntries([...here().query].filter(([name]) => name in USUAL));
  const wanted = { view: "grid", ...USUAL, ...(Object.keys(said).length ? { view: kept.view ?? "grid" } : kept), search: "", ...said };
  if (![...STATUSES, "all"].includes(wanted.type)) wanted.type = USUAL.type;
  return wanted;
}

/** Which lists say what they are for. */
const EXPLAINED = ["To Watch", "on_hold", "dropped", "Collection", "rewatching"];
const BY_KEY = [...TYPES, "on_hold", "dropped"];
/** Of the table, by what they sort by; the last two are of wide screens. */
const COLUMNS = ["", "title", "status", "progress", "score", "rating", "started_on", "finished_on", "added_at", "updated_at", ""];
/** @param {string} name */
const heading = (name) => ({ added_at: t("Added"), updated_at: t("Last change") })[name] ?? sorts()[name][0];

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const { collection } = app;
  /** @type {any} */
  const wanted = asked();
  /** @type {Set<string>} */
  const selected = new Set();
  let isSelecting = false; // from the first one chosen, or the button, on
  /** All names of each anime, folded, until others are known. @type {Map<string, string>} */
  let folded = new Map();
  /** Found by the server under another name of theirs. @type {Set<string>} */
  let byOtherNames = new Set();
  /** @type {any[]} */
  let shown = [];
  const order = new HeldOrder();
  let tabInSight = ""; // its type
  let size = 0; // of what is shown

  const tabs = h("div", { class: "tabs", role: "group", "aria-label": t("Lists") });
  const search = h("input", {
    type: "search", class: "search", value: wanted.search, placeholder: t("Search my list"), "aria-label": t("Search my list"),
    oninput: () => ((byOtherNames = new Set()), set({ search: search.value }), askServer()),
  });
  const sort = h("select", { "aria-label": t("Sort by"), onchange: () => set({ sort: sort.value, reversed: "" }) },
    Object.entries(sorts()).map(([name, [label]]) => h("option", { value: name }, label)));
  const reverse = iconButton("reverse", t("Reverse order"), { onclick: () => sortBy(wanted.sort) });
  const filters = h("div", { class: "popover-body" });
  const filterBox = h("details", { class: "popover" }, h("summary", { class: "button" }, icon("filter"), h("span", {}, t("Filter"))), filters);
  const view = h("button", { type: "button", class: "icon-button", onclick: () => (set({ view: wanted.view === "grid" ? "table" : "grid" }), $(".list-body button", main)?.focus()) });
  const choosing = h("button", { type: "button", class: "button", "aria-pressed": "false", onclick: () => ((isSelecting = !isSelecting), isSelecting || selected.clear(), draw()) }, t("Select"));
  const count = h("p", { class: "count muted", role: "status" });
  const hint = h("p", { class: "muted tab-hint" });
  const again = h("button", { type: "button", class: "link", hidden: true, onclick: () => (sortAgain(), $(".list-body button", main)?.focus()) }, t("Sort again"));
  const body = h("div", { class: "list-body" });
  const bar = h("div", { class: "selection-bar", role: "region", "aria-label": t("Selected"), hidden: true });
  main.append(
    h("header", { class: "page-head" }, h("h1", {}, t("My list")), tabs, hint),
    h("div", { class: "tools" }, search, filterBox, sort, reverse, view, choosing, count, again),
    body, bar);

  const list = new Windowed(body, {
    make: (/** @type {any} */ entry) => (wanted.view === "grid" ? card(entry) : row(entry)),
    head: () => h("tr", {}, COLUMNS.map((name) => h("th", { scope: "col", class: name, "data-sort": name || null },
      name ? h("button", { type: "button", class: "link", onclick: () => sortBy(name) }, heading(name)) : h("span", { class: "unseen" }, t("Actions"))))),
  });

  /** A column, or the other way round where it sorts already. @param {string} name */
  const sortBy = (name) => set({ sort: name, reversed: name === wanted.sort && !wanted.reversed ? "1" : "" });
  const direction = () => (sorts()[wanted.sort]?.[2] ?? -1) * (wanted.reversed ? -1 : 1);

  /** @param {any} changes */
  function set(changes) {
    Object.assign(wanted, changes);
    remembered.set("list", wanted);
    keepQuery(Object.fromEntries(Object.keys(USUAL).filter((name) => wanted[name] !== USUAL[name]).map((name) => [name, wanted[name]])));
    sortAgain();
  }

  function sortAgain() {
    order.release();
    draw();
  }

  const askServer = later(async () => {
    const asked = wanted.search.trim();
    if (asked.length < 2) return;
    try {
      const query = new URLSearchParams({ search: asked, fields: "anime_id" });
      const { data } = await collection.api.send("GET", `/api/user/watchList?${query}`);
      if (asked !== wanted.search.trim()) return;
      byOtherNames = new Set(data.map((/** @type {any} */ entry) => entry.anime_id));
      sortAgain();
    } catch {
      // Titles are searched here all the same.
    }
  }, 250);

  // --- Which entries -----------------------------------------------------------------

  /** @param {any} entry @returns {string} */
  function foldedNames({ anime_id: id }) {
    const known = folded.get(id) ?? fold(collection.namesOf(id).join("\n"));
    folded.set(id, known);
    return known;
  }

  /** @param {any} entry @returns {string[]} */
  const genresOf = (entry) => collection.titles.get(entry.anime_id)?.genres ?? [];

  /** @param {any} entry */
  function isWanted(entry) {
    return (!wanted.format || entry.format === wanted.format)
      && (!wanted.tag || entry.tags.includes(wanted.tag))
      && (!wanted.genre || genresOf(entry).includes(wanted.genre))
      && (!wanted.from || entry.year >= Number(wanted.from))
      && (!wanted.to || (entry.year && entry.year <= Number(wanted.to)))
      && (!wanted.least || (entry.score ?? -1) >= Number(wanted.least));
  }

  function choose() {
    const words = fold(wanted.search).split(/\s+/).filter(Boolean);
    const all = [...collection.entries.values()].filter(isWanted);
    const found = !words.length ? all : all.filter((entry) => {
      const names = foldedNames(entry);
      return words.every((word) => names.includes(word)) || byOtherNames.has(entry.anime_id);
    });
    const [, key] = sorts()[wanted.sort] ?? sorts().updated_at;
    const way = direction();
    const ofType = found.filter((entry) => wanted.type === "all" || statusOf(entry) === wanted.type)
      .map((entry) => [key(entry), entry])
      .sort(([one, a], [two, b]) => (one === two ? a.anime_id - b.anime_id
        : (one ?? null) === null ? 1 : (two ?? null) === null ? -1 : one < two ? -way : way))
      .map(([, entry]) => entry);
    return { found, ofType };
  }

  function draw() {
    const { found, ofType } = choose();
    shown = order.arrange(ofType, (id) => collection.entries.get(id));
    again.hidden = !order.isStale;
    drawTabs(found);
    size = ofType.length;
    drawCount();
    filterBox.classList.toggle("active", ["format", "tag", "genre", "from", "to", "least"].some((name) => wanted[name]));
    sort.value = wanted.sort;
    hint.textContent = EXPLAINED.includes(wanted.type) ? statusHint(wanted.type) : "";
    const isGrid = wanted.view === "grid";
    const label = isGrid ? t("Show as a table") : t("Show as covers");
    view.setAttribute("aria-label", label);
    view.title = label;
    view.replaceChildren(icon(isGrid ? "rows" : "grid"));
    for (const id of selected) if (!collection.entries.has(id)) selected.delete(id);
    isSelecting ||= selected.size > 0;
    choosing.setAttribute("aria-pressed", String(isSelecting));
    drawBar();
    list.show(shown, wanted.view, (/** @type {any} */ entry) => [entry.away ?? entry, entry.updated_at, marks(entry), selected.has(entry.anime_id), isSelecting]);
    for (const th of body.querySelectorAll("th[data-sort]")) {
      if (th.getAttribute("data-sort") === wanted.sort) th.setAttribute("aria-sort", direction() > 0 ? "ascending" : "descending");
      else th.removeAttribute("aria-sort");
    }
    body.querySelector(".empty")?.remove();
    if (!shown.length) body.append(nothing(collection.entries.size === 0, found.length));
  }

  /** As long as a first load is under way: how much of it is there. */
  function drawCount() {
    const { isLoaded, isPartial, entries, total } = collection;
    count.textContent = !isLoaded && !isPartial ? "" : !isPartial ? titleCount(size)
      : total ? t("{n} of {total}", { n: Math.min(entries.size, total), total }) : t("{n} so far…", { n: entries.size });
    count.classList.toggle("busy", isPartial);
    if (!isLoaded) body.querySelector(".empty")?.replaceWith(nothing(true));
  }

  /** @param {boolean} isAllEmpty @param {number} [elsewhere]  how many other lists have */
  function nothing(isAllEmpty, elsewhere = 0) {
    const { isLoaded, problem } = collection;
    if (!isLoaded) return problem ? failed(problem, () => collection.retry()) : loading(t("Loading your list…"));
    if (isAllEmpty) {
      return h("div", { class: "empty" },
        h("h2", {}, t("Your list is empty")),
        h("p", {}, t("Find what you're watching, or import your list from another site.")),
        h("p", { class: "actions" },
          h("a", { class: "button primary", href: "/discover" }, t("Find anime")),
          h("a", { class: "button", href: "/transfer" }, t("Import a list"))));
    }
    const isNarrowed = wanted.search || filterBox.classList.contains("active");
    return h("div", { class: "empty" },
      h("p", {}, !isNarrowed ? t("Nothing here yet.") : wanted.type === "all" ? t("No matches.") : t("No matches in {list}.", { list: statusName(wanted.type) })),
      isNarrowed && (elsewhere ? h("button", { type: "button", class: "button", onclick: () => set({ type: "all" }) }, t("Search all lists ({n})", { n: elsewhere }))
        : h("button", { type: "button", class: "button", onclick: clearFilters }, t("Clear filters"))));
  }

  function clearFilters() {
    search.value = "";
    drawFilters({ search: "", format: "", tag: "", genre: "", from: "", to: "", least: "" });
  }

  // --- Tabs, which are also where covers are dropped -----------------------------------

  /** @param {any[]} found */
  function drawTabs(found) {
    const numbers = Object.fromEntries(STATUSES.map((status) => [status, 0]));
    for (const entry of found) numbers[statusOf(entry)] += 1;
    const focused = document.activeElement?.getAttribute?.("data-type");
    const offered = STATUSES.filter((status) => status !== "rewatching" || numbers[status] || wanted.type === status);
    tabs.replaceChildren(...[...offered, "all"].map((type) => {
      const tab = h("button", {
        type: "button", class: "tab", "data-type": type, "aria-pressed": String(wanted.type === type),
        onclick: () => set({ type }), title: statusHint(type) || null,
      }, h("span", {}, type === "all" ? t("All") : statusName(type)),
        h("span", { class: "number" }, number(type === "all" ? found.length : numbers[type])));
      if (type !== "all") acceptDrops(tab, type);
      return tab;
    }));
    if (focused) $(`[data-type="${focused}"]`, tabs)?.focus();
    if (wanted.type !== tabInSight) showTab();
  }

  /** On a phone the tabs are wider than the screen. */
  function showTab() {
    tabInSight = wanted.type;
    const { offsetLeft, offsetWidth } = $('[aria-pressed="true"]', tabs);
    const before = offsetLeft - tabs.offsetLeft;
    if (before < tabs.scrollLeft || before + offsetWidth > tabs.scrollLeft + tabs.clientWidth) tabs.scrollLeft = before - (tabs.clientWidth - offsetWidth) / 2;
  }

  /** @param {HTMLElement} tab @param {string} type */
  function acceptDrops(tab, type) {
    tab.addEventListener("dragover", (event) => (event.preventDefault(), tab.classList.add("over")));
    tab.addEventListener("dragleave", () => tab.classList.remove("over"));
    tab.addEventListener("drop", (/** @type {any} */ event) => {
      event.preventDefault();
      move(event.dataTransfer.getData("text/plain").split(" ").filter(Boolean), type);
    });
  }

  // --- Changes -------------------------------------------------------------------------

  /** @param {string[]} ids @param {string} status */
  function move(ids, status) {
    endSelecting();
    moveTo(app, ids, status);
    draw();
  }

  /** @param {string[]} ids */
  function remove(ids) {
    const title = collection.entries.get(ids[0])?.title;
    const what = ids.length === 1 ? t("Removed {title}.", { title }) : t("Removed {n} titles.", { n: ids.length });
    endSelecting();
    app.done(collection.remove(ids), what);
  }

  /** @param {string} id */
  function select(id) {
    if (!selected.delete(id)) selected.add(id);
    draw();
  }

  function drawBar() {
    bar.hidden = !selected.size;
    if (!selected.size) return bar.replaceChildren();
    const ids = [...selected];
    bar.replaceChildren(
      h("strong", {}, t("{n} selected", { n: ids.length })),
      h("button", { type: "button", class: "link", onclick: () => (shown.forEach(({ anime_id }) => selected.add(anime_id)), draw()) }, t("Select all")),
      h("span", { class: "spread" }),
      ...STATUSES.slice(0, -1).map((status) => h("button", { type: "button", class: "button", onclick: () => move(ids, status) }, statusName(status))),
      h("button", { type: "button", class: "button danger", onclick: () => remove(ids) }, t("Remove")),
      iconButton("close", t("Clear selection"), { onclick: () => (endSelecting(), draw()) }));
  }

  function endSelecting() {
    isSelecting = false;
    selected.clear();
  }

  // --- One entry -----------------------------------------------------------------------

  /** @param {any} entry */
  const openIt = (entry) => (isSelecting ? select(entry.anime_id) : openEntry(app, entry.anime_id));

  /** @param {any} entry */
  const plusOne = (entry) => {
    const isAll = entry.episodes && entry.progress >= entry.episodes;
    return iconButton("plus", t("One more episode of {title}", { title: entry.title }), {
      class: "plus icon-button", "data-act": "plus", disabled: isAll || entry.away === "removed", onclick: () => watched(app, entry.anime_id),
    });
  };

  /** @param {any} entry */
  const badges = (entry) => [
    entry.away && h("span", { class: "badge" }, whereTo(entry)),
    entry.is_private && h("span", { class: "badge", title: t("Private") }, icon("lock"), h("span", { class: "unseen" }, t("Private"))),
  ];

  /** What became of one that is here no longer. @param {any} entry */
  function whereTo(entry) {
    if (entry.away === "removed") return t("Removed");
    const status = statusOf(entry);
    return wanted.type === "all" || status === wanted.type ? t("No longer matches") : t("Now in {type}", { type: statusName(status) });
  }

  /** @param {any} entry */
  const marks = (entry) => `${entry.away ? " away" : ""}${order.hasChanged(entry) ? " changed" : ""}`;

  /** @param {any} entry */
  const progressText = (entry) => `${entry.progress} / ${entry.episodes ?? "–"}`;

  /** @param {any} entry */
  function card(entry) {
    const isSelected = selected.has(entry.anime_id);
    const share = entry.episodes ? Math.min(1, entry.progress / entry.episodes) : entry.progress ? 0.5 : 0;
    const made = h("li", {
      class: `card${isSelected ? " selected" : ""}${entry.pending ? " pending" : ""}${marks(entry)}`, draggable: "true",
    },
      h("button", {
        type: "button", class: "open", "data-act": "open", "aria-keyshortcuts": "+ - 1 2 3 4 5 6 x Delete",
        "aria-pressed": isSelecting ? String(isSelected) : null,
        onclick: (/** @type {any} */ event) => (event.ctrlKey || event.metaKey ? select(entry.anime_id) : openIt(entry)),
        onkeydown: (/** @type {any} */ event) => press(event, entry),
      },
        cover(entry),
        h("span", { class: "card-title" }, entry.title)),
      badges(entry),
      h("div", { class: "card-foot" },
        h("span", { class: "bar", style: { "--share": String(share) }, "aria-hidden": "true" }),
        h("span", { class: "muted progress" }, h("span", { class: "unseen" }, t("Progress")), progressText(entry)),
        plusOne(entry)),
      h("div", { class: "card-foot" }, statusButton(app, entry), scoreButton(app, entry)));
    made.addEventListener("dragstart", (/** @type {any} */ event) => {
      const ids = isSelected ? [...selected] : [entry.anime_id];
      event.dataTransfer.setData("text/plain", ids.join(" "));
      event.dataTransfer.effectAllowed = "move";
      document.body.classList.add("dragging");
    });
    made.addEventListener("dragend", () => document.body.classList.remove("dragging"));
    return made;
  }

  /** @param {any} entry */
  function row(entry) {
    return h("tr", { class: `${selected.has(entry.anime_id) ? "selected" : ""}${marks(entry)}` },
      h("td", { class: "tiny" }, cover(entry)),
      h("td", { class: "wide" },
        h("button", { type: "button", class: "open link", "data-act": "open", "aria-keyshortcuts": "+ - 1 2 3 4 5 6 x Delete", onclick: () => openIt(entry), onkeydown: (/** @type {any} */ event) => press(event, entry) }, entry.title),
        h("span", { class: "muted facts" }, factsOf(entry)), h("span", { class: "muted where" }, statusName(statusOf(entry))), badges(entry)),
      h("td", { class: "status" }, statusButton(app, entry)),
      h("td", { class: "figure progress" }, progressText(entry)),
      h("td", { class: "figure score" }, scoreButton(app, entry)),
      h("td", { class: "figure muted rating" }, entry.rating ?? "–"),
      ["started_on", "finished_on"].map((name) => h("td", { class: `figure ${name}` }, entry[name] ?? "")),
      ["added_at", "updated_at"].map((name) => h("td", { class: `muted ${name}` }, h("time", { datetime: entry[name] }, day(entry[name])))),
      h("td", {}, plusOne(entry)));
  }

  /** Keys on a cover: + and − count, 1 to 6 move, x selects, arrows go around. */
  function press(/** @type {any} */ event, /** @type {any} */ entry) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const columns = list.columns;
    const place = shown.findIndex(({ anime_id }) => anime_id === entry.anime_id);
    const steps = /** @type {any} */ ({ ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns });
    if (key in steps) list.focus(place + steps[key]);
    else if (key === "Home") list.focus(0);
    else if (key === "End") list.focus(shown.length - 1);
    else if (key === "+" || key === "=") watched(app, entry.anime_id);
    else if (key === "-") watched(app, entry.anime_id, -1);
    else if (key === "x") select(entry.anime_id);
    else if (key === "Delete") remove(selected.size ? [...selected] : [entry.anime_id]);
    else if (/^[1-6]$/.test(key)) move(selected.size ? [...selected] : [entry.anime_id], BY_KEY[Number(key) - 1]);
    else return;
    event.preventDefault();
  }

  // --- Filters -------------------------------------------------------------------------

  /** @param {any} [changes] */
  function drawFilters(changes) {
    if (changes) set(changes);
    const all = [...collection.entries.values()];
    const formats = [...new Set(all.map(({ format }) => format))].filter(Boolean).sort();
    const genres = [...new Set(all.flatMap(genresOf))].sort();
    const tags = [...new Set(all.flatMap((entry) => entry.tags))].sort();
    const choice = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string[][]} */ options) => {
      const box = h("select", { onchange: () => set({ [name]: box.value }) },
        h("option", { value: "" }, t("Any")), options.map(([value, text]) => h("option", { value }, text)));
      box.value = wanted[name];
      return h("label", {}, label, box);
    };
    const figure = (/** @type {string} */ name, /** @type {string} */ label, /** @type {any} */ more) => {
      const box = h("input", { type: "number", value: wanted[name], oninput: () => set({ [name]: box.value }), ...more });
      return h("label", {}, label, box);
    };
    filters.replaceChildren(
      choice("format", t("Format"), formats.map((format) => [format, format])),
      genres.length ? choice("genre", t("Genre"), genres.map((genre) => [genre, genre])) : "",
      tags.length ? choice("tag", t("Tag"), tags.map((tag) => [tag, tag])) : "",
      h("div", { class: "pair" },
        figure("from", t("From year"), { min: 1900, max: 2200 }),
        figure("to", t("To year"), { min: 1900, max: 2200 })),
      figure("least", t("Minimum score"), { min: 0, max: 10, step: 0.5 }),
      h("button", { type: "button", class: "button", onclick: clearFilters }, t("Clear filters")));
  }
  filterBox.addEventListener("toggle", () => filterBox.open && drawFilters());
  filterBox.addEventListener("keydown", (/** @type {any} */ event) => {
    if (event.key === "Escape") ((filterBox.open = false), $("summary", filterBox).focus());
  });

  const redraw = onceAFrame(draw);
  collection.addEventListener("changed", redraw);
  collection.addEventListener("wholes", redraw);
  collection.addEventListener("status", drawCount);
  const letGo = holdFromFirstTouch(main, [order], draw);
  const renamed = () => {
    folded = new Map();
    if (wanted.search || wanted.genre) redraw();
  };
  collection.addEventListener("titles", renamed);
  draw();
  if (wanted.search) askServer();
  return () => {
    collection.removeEventListener("changed", redraw);
    collection.removeEventListener("wholes", redraw);
    collection.removeEventListener("status", drawCount);
    collection.removeEventListener("titles", renamed);
    letGo();
    list.end();
  };
}
