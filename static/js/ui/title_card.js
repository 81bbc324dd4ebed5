/** A title of the catalogue that was found, and the menu that adds it. For visitors too. */

import { pageOf } from "../shell/address.js";
import { cover } from "./covers.js";
import { h } from "./dom.js";
import { titleIn } from "./more_words.js";
import { join } from "./open.js";
import { addTo, moveTo } from "./quick.js";
import { STATUSES, factsOf, language, statusHint, statusName, statusOf, t } from "./words.js";

/** @import { Anime, App, Frame } from "../types.js" */

/** How a title is called, and what one keeps of it. */
class Found {
  /** @param {Frame} app @param {Anime} anime @param {() => unknown} [chosen]  when one goes on from it */
  constructor(app, anime, chosen = () => {}) {
    this.app = app;
    this.anime = anime;
    this.chosen = chosen;
    this.title = titleIn(app.preferences.titleLanguage, anime);
  }

  get entry() {
    return this.app.collection?.entries.get(this.anime.id);
  }

  cover() {
    return cover({ ...this.anime, title: this.title });
  }

  /** @param {string} status */
  choose(status) {
    this.chosen();
    const app = /** @type {App} */ (this.app);
    if (this.entry) moveTo(app, [this.anime.id], status);
    else addTo(app, this.anime, status, this.title);
  }
}

/** With a menu in `foot`: on which list it is, or shall be. Nothing is written before one is chosen. */
class Addable extends Found {
  foot = h("div", { class: "card-foot" });

  redraw() {
    const had = this.foot.contains(document.activeElement);
    this.foot.replaceChildren(this.app.collection ? this.menu() : this.joining());
    if (had) this.foot.querySelector("summary")?.focus();
  }

  /** For visitors. */
  joining() {
    return h("button", { type: "button", class: "button small add", "aria-label": `${t("Add to…")} – ${this.title}`, onclick: () => join(this.app) }, t("Add to…"));
  }

  menu() {
    const { entry, title } = this;
    const name = entry ? statusName(statusOf(entry)) : t("Add to…");
    const choices = h("div", { class: "menu-list" });
    const summary = h("summary", { class: entry ? "button small listed" : "button small", "aria-label": `${name} – ${title}` }, name);
    const menu = h("details", { class: "menu add" }, summary, choices);
    const choose = (/** @type {string} */ status) => {
      menu.open = false;
      this.choose(status);
    };
    // Filled when it is reached, for most of them never are; before a key can pass by.
    const fill = () => choices.firstChild || choices.append(...STATUSES.slice(0, -1).map((status) =>
      h("button", { type: "button", title: statusHint(status), "aria-pressed": entry ? String(status === statusOf(entry)) : null, onclick: () => choose(status) }, statusName(status))));
    menu.addEventListener("focusin", fill);
    menu.addEventListener("toggle", () => {
      fill();
      choices.classList.remove("leftward");
      choices.classList.toggle("leftward", choices.getBoundingClientRect().right > document.documentElement.clientWidth);
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") ((menu.open = false), summary.focus());
    });
    return menu;
  }
}

const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
/** "9.0", so that many stand well below each other. @param {{rating: number | null}} anime */
const ratingMark = ({ rating }) => rating && h("span", { "aria-label": t("Rated {n} out of 10", { n: rating }), role: "img" }, tenths.format(rating));
const shortly = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
/** "1.9M votes" @param {number} votes */
const votesText = (votes) => (votes === 1 ? t("1 vote") : t("{n} votes", { n: shortly.format(votes) }));

/** A cover with what is said of it. */
export class TitleCard extends Addable {
  /**
   * @param {Frame} app @param {Anime} anime
   * @param {{chosen?: () => unknown, note?: string, facts?: string}} [how]  note: when it airs
   */
  constructor(app, anime, { chosen, note, facts = factsOf({ ...anime, episodes: null }) } = {}) {
    super(app, anime, chosen);
    this.item = h("li", { class: "card", "data-anime": anime.id },
      h("a", { class: "open", href: pageOf(anime.id), onclick: () => { this.chosen(); } }, this.cover(), h("span", { class: "card-title" }, this.title), note && h("span", { class: "airs-note" }, note)),
      h("p", { class: "muted facts split" }, h("span", {}, facts), ratingMark(anime)),
      this.foot);
    this.redraw();
  }
}

/** A row with its rank. */
export class RankedTitle extends Addable {
  /** @param {Frame} app @param {Anime} anime @param {number} rank */
  constructor(app, anime, rank) {
    super(app, anime);
    this.item = h("li", { class: "ranked", "data-anime": anime.id },
      h("span", { class: "rank", "aria-hidden": "true" }, String(rank)),
      h("a", { class: "open", href: pageOf(anime.id), tabindex: -1, "aria-hidden": "true" }, this.cover()),
      h("div", { class: "ranked-text" },
        h("h3", {}, h("a", { href: pageOf(anime.id) }, this.title)),
        h("p", { class: "muted facts" }, factsOf(anime)),
        h("p", { class: "muted facts" }, anime.genres.slice(0, 3).join(", "))),
      h("div", { class: "ranked-end" }, h("strong", {}, ratingMark(anime)), h("span", { class: "muted hint" }, anime.votes && votesText(anime.votes))),
      this.foot);
    this.redraw();
  }
}

/** On a shelf: a cover, and a mark where it is on the list. */
export class Tile extends Found {
  mark = h("span", { class: "badge", hidden: true });

  /** @param {Frame} app @param {Anime} anime */
  constructor(app, anime) {
    super(app, anime);
    this.item = h("li", { class: "card", "data-anime": anime.id },
      h("a", { class: "open", href: pageOf(anime.id) }, this.cover(), h("span", { class: "card-title" }, this.title), this.mark),
      h("p", { class: "muted facts split" }, h("span", {}, factsOf({ ...anime, episodes: null })), ratingMark(anime)));
    this.redraw();
  }

  redraw() {
    this.mark.hidden = !this.entry;
    this.mark.textContent = this.entry ? statusName(statusOf(this.entry)) : "";
  }
}
