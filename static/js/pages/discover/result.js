/** One title that was found, and the menu that adds it. */

import { pageOf } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { h } from "../../ui/dom.js";
import { addTo, moveTo } from "../../ui/quick.js";
import { titleIn } from "../../ui/more_words.js";
import { STATUSES, factsOf, number, statusHint, statusName, statusOf, t } from "../../ui/words.js";

/** @import { Anime, App } from "../../types.js" */

export class Result {
  /** @param {App} app @param {Anime} anime @param {() => unknown} keepSearch  the search led somewhere */
  constructor(app, anime, keepSearch) {
    this.app = app;
    this.anime = anime;
    this.keepSearch = keepSearch;
    this.title = titleIn(app.preferences.titleLanguage, anime);
    this.foot = h("div", { class: "card-foot" }, this.menu());
    this.item = h("li", { class: "card", "data-anime": anime.id },
      h("a", { class: "open", href: pageOf(anime.id), onclick: () => { keepSearch(); } }, cover({ ...anime, title: this.title }), h("span", { class: "card-title" }, this.title)),
      h("p", { class: "muted facts split" }, h("span", {}, factsOf({ ...anime, episodes: null })), anime.rating && h("span", { "aria-label": t("Rated {n} out of 10", { n: anime.rating }), role: "img" }, number(anime.rating))),
      this.foot);
  }

  redraw() {
    const had = this.foot.contains(document.activeElement);
    this.foot.replaceChildren(this.menu());
    if (had) this.foot.querySelector("summary")?.focus();
  }

  /** On which list it is, or shall be; nothing is written before one is chosen. */
  menu() {
    const listed = this.app.collection.entries.get(this.anime.id);
    const name = listed ? statusName(statusOf(listed)) : t("Add to…");
    const choices = h("div", { class: "menu-list" });
    const summary = h("summary", { class: listed ? "button small listed" : "button small", "aria-label": `${name} – ${this.title}` }, name);
    const menu = h("details", { class: "menu add" }, summary, choices);
    const choose = (/** @type {string} */ status) => {
      menu.open = false;
      this.choose(status);
    };
    // Filled when it is reached, for most of them never are; before a key can pass by.
    const fill = () => choices.firstChild || choices.append(...STATUSES.slice(0, -1).map((status) =>
      h("button", { type: "button", title: statusHint(status), "aria-pressed": listed ? String(status === statusOf(listed)) : null, onclick: () => choose(status) }, statusName(status))));
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

  /** @param {string} status */
  choose(status) {
    this.keepSearch();
    const { app, anime } = this;
    if (app.collection.entries.has(anime.id)) moveTo(app, [anime.id], status);
    else addTo(app, anime, status, this.title);
  }
}
