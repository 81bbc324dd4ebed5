/** Titles to wander through: shelves, or a ranking of what one chooses. For visitors too. */

import { here, keepQuery } from "../../shell/address.js";
import { dayIn } from "../../ui/airs.js";
import { h, pageHead, select } from "../../ui/dom.js";
import { airingName, seasonName } from "../../ui/more_words.js";
import { askOpenly, exploreLinks } from "../../ui/open.js";
import { t } from "../../ui/words.js";
import { decadeName, decades, formatName, headingOf, isOpenEnded, queryOf, shelvesOf, wantedBy } from "./choosing.js";
import { Ranking } from "./ranking.js";
import { Shelves, waysOn } from "./shelves.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { Anime, Frame } from "../../types.js" */
/** @import { RankedTitle, Tile } from "../../ui/title_card.js" */
/** @import { Genre, Wanted } from "./choosing.js" */

const FORMATS = ["TV", "Movie", "OVA", "ONA", "Special"];
const STATUSES = ["airing", "finished", "upcoming"];

/** @param {HTMLElement} main @param {Frame} app @param {{isBack: boolean}} how */
export function show(main, app, { isBack }) {
  const page = new BrowsePage(app);
  const head = pageHead("", exploreLinks("/browse", Boolean(app.collection)));
  head.firstElementChild?.replaceWith(page.heading);
  main.append(head, page.form(), page.body);
  page.fillGenres();
  page.draw(isBack);
  const forget = app.collection?.on("changed", ({ detail }) => page.redraw(detail.ids));
  return () => {
    page.leave();
    forget?.();
  };
}

class BrowsePage {
  heading = h("h1", { tabindex: -1 });
  body = h("div", { class: "browse" });
  /** By title, for one may be on several shelves. @type {Map<string, (Tile | RankedTitle)[]>} */
  shown = new Map();
  asking = new AbortController();
  /** @type {Shelves | null} */
  shelves = null;

  /** @param {Frame} app */
  constructor(app) {
    this.app = app;
    this.wanted = wantedBy(here().query);
    this.today = dayIn(new Date(), app.preferences.timezone);
    this.year = Number(this.today.slice(0, 4));
    /** @type {Promise<Genre[]>} */
    this.genres = askOpenly(app, "/api/genres").then(({ data }) => data, () => []);
    this.menus = [
      this.menu("by", t("Order"), [["rating", t("Best rated")], ["popularity", t("Most popular")]]),
      this.menu("genre", t("Genre"), this.wanted.genre ? [[this.wanted.genre, this.wanted.genre]] : []),
      this.menu("decade", t("Decade"), decades(this.year).map((decade) => [decade, decadeName(decade)])),
      this.menu("format", t("Format"), FORMATS.map((format) => [format, formatName(format)])),
      this.menu("status", t("Airing"), STATUSES.map((status) => [status, airingName(status)])),
    ];
    this.studio = h("button", { type: "button", class: "button", onclick: () => this.choose({ studio: "" }) });
    this.unlisted = h("input", { type: "checkbox", onchange: ({ target }) => this.choose({ new: /** @type {HTMLInputElement} */ (target).checked ? "1" : "" }) });
  }

  leave() {
    this.asking.abort(new DOMException("left", "AbortError"));
    this.shelves?.watcher.disconnect();
  }

  // --- What is wanted ------------------------------------------------------------------

  /** @param {keyof Wanted} name @param {string} label @param {[string, string][]} options */
  menu(name, label, options) {
    const box = select([["", label], ...options], { name, "aria-label": label, onchange: () => this.choose({ [name]: box.value }) });
    return box;
  }

  form() {
    return h("form", { class: "tools browse-tools", onsubmit: (event) => event.preventDefault() },
      this.menus, this.studio,
      this.app.collection && h("label", { class: "check" }, this.unlisted, t("Hide what is on my list")));
  }

  /** @param {Partial<Wanted>} more */
  choose(more) {
    this.wanted = { ...this.wanted, ...more };
    keepQuery(this.wanted);
    this.draw(false);
  }

  async fillGenres() {
    const [, menu] = this.menus;
    for (const { name } of await this.genres) if (name !== this.wanted.genre) menu.append(h("option", { value: name }, name));
  }

  drawForm() {
    for (const menu of this.menus) menu.value = this.wanted[/** @type {keyof Wanted} */ (menu.name)];
    const { studio } = this.wanted;
    this.studio.hidden = !studio;
    this.studio.textContent = `${studio} ×`;
    this.studio.setAttribute("aria-label", t("All studios, not only {name}", { name: studio }));
    this.unlisted.checked = Boolean(this.wanted.new);
  }

  // --- What fits -----------------------------------------------------------------------

  /** @param {boolean} isBack */
  draw(isBack) {
    this.leave();
    this.asking = new AbortController();
    this.shown.clear();
    this.heading.textContent = headingOf(this.wanted);
    this.app.entitle();
    this.drawForm();
    if (isOpenEnded(this.wanted)) return this.drawShelves();
    const ranking = new Ranking(this.app, this.ask, queryOf(this.wanted), this.keep);
    this.body.replaceChildren(ranking.box);
    return ranking.open(isBack);
  }

  async drawShelves() {
    const { signal } = this.asking;
    const genres = await this.genres;
    if (signal.aborted) return;
    const shelves = new Shelves(this.app, this.ask, shelvesOf(genres, this.today, seasonName), this.keep, waysOn(genres, this.year));
    this.shelves = shelves;
    this.body.replaceChildren(shelves.box);
    shelves.open();
  }

  /** @type {(query: Record<string, string>) => Promise<Answer<Anime[]>>} */
  ask = (query) => askOpenly(this.app, `/api/animes?${new URLSearchParams(query)}`, { signal: this.asking.signal, check: Array.isArray });

  /** To be marked when the list changes. @param {Tile | RankedTitle} made */
  keep = (made) => {
    const { id } = made.anime;
    this.shown.set(id, [...(this.shown.get(id) ?? []), made]);
    return made.item;
  };

  /** @param {string[] | null} ids  what changed; null: anything */
  redraw(ids) {
    for (const id of ids ?? this.shown.keys()) for (const made of this.shown.get(id) ?? []) made.redraw();
  }
}
