/** Shelves, one below the other as far as one looks: each is added below, so that nothing moves. */

import { failed, h, iconButton, loading, nodes } from "../../ui/dom.js";
import { Tile } from "../../ui/title_card.js";
import { t } from "../../ui/words.js";
import { decadeName, decades } from "./choosing.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { Anime, Frame } from "../../types.js" */
/** @import { RankedTitle } from "../../ui/title_card.js" */
/** @import { Genre, Shelf } from "./choosing.js" */

const A_SHELF = "18";
const AHEAD = 800; // pixels: a shelf comes before one sees where it will be

export class Shelves {
  end = h("div", { class: "shelves-end" });
  wait = loading();
  box = h("div", {}, this.wait, this.end);
  isFilling = false;
  watcher = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && this.fill(), { rootMargin: `${AHEAD}px 0px` });

  /**
   * @param {Frame} app @param {(query: Record<string, string>) => Promise<Answer<Anime[]>>} ask
   * @param {Shelf[]} wanted @param {(item: RankedTitle | Tile) => HTMLElement} keep
   * @param {HTMLElement} below  what comes after the last
   */
  constructor(app, ask, wanted, keep, below) {
    this.app = app;
    this.ask = ask;
    this.wanted = [...wanted];
    this.keep = keep;
    this.below = below;
  }

  open() {
    this.watcher.observe(this.end);
  }

  get isNear() {
    return this.end.isConnected && this.end.getBoundingClientRect().top < innerHeight + AHEAD;
  }

  async fill() {
    if (this.isFilling) return;
    this.isFilling = true;
    try {
      while (this.wanted.length && this.isNear) await this.fillOne(this.wanted[0]);
      if (!this.wanted.length) this.finish();
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") return;
      this.wait.remove();
      const box = failed(error, () => (box.remove(), this.fill()), t("Browsing needs a connection."));
      this.end.before(box);
    } finally {
      this.isFilling = false;
    }
  }

  /** One of which there is nothing is left out. @param {Shelf} shelf */
  async fillOne(shelf) {
    const { data } = await this.ask({ ...shelf.query, limit: A_SHELF });
    this.wanted.shift();
    this.wait.remove();
    if (data.length) this.end.before(this.draw(shelf, data));
  }

  finish() {
    this.watcher.disconnect();
    this.end.replaceWith(this.below);
  }

  /** @param {Shelf} shelf @param {Anime[]} titles */
  draw({ name, path }, titles) {
    const row = h("ul", { class: "shelf-row" }, titles.map((anime) => this.keep(new Tile(this.app, anime))));
    const turn = (/** @type {number} */ by) => row.scrollBy({ left: by * row.clientWidth * 0.9, behavior: "smooth" });
    // For a mouse: keys walk along the covers, fingers move the shelf.
    const arrows = h("div", { class: "shelf-turn", "aria-hidden": "true" },
      iconButton("left", t("Back"), { tabindex: -1, onclick: () => turn(-1) }), iconButton("right", t("Further"), { tabindex: -1, onclick: () => turn(1) }));
    return h("section", { class: "shelf-section" },
      h("header", {}, h("h2", {}, h("a", { href: path }, name)), h("a", { class: "all", href: path, "aria-label": t("All of {name}", { name }) }, t("See all")), arrows),
      row);
  }
}

/** Where else one can go. @param {Genre[]} genres @param {number} year  this one */
export function waysOn(genres, year) {
  const link = (/** @type {string} */ by, /** @type {string} */ value, /** @type {string} */ text) =>
    h("li", {}, h("a", { href: `/browse?${new URLSearchParams({ [by]: value })}` }, text));
  return h("div", { class: "browse-all" }, ...nodes([
    h("section", {}, h("h2", {}, t("Decades")), h("ul", { class: "chips large" }, decades(year).map((decade) => link("decade", decade, decadeName(decade))))),
    genres.length > 0 && h("section", {}, h("h2", {}, t("Genres")), h("ul", { class: "chips large" }, genres.map(({ name }) => link("genre", name, name))))]));
}
