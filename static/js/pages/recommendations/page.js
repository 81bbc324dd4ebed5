/** What one may like, with the reasons; what is not wanted; and one title at random. */

import { here, keepQuery, pageOf } from "../../shell/address.js";
import { failed, focused, h, loading, pageHead, sayFailure, select } from "../../ui/dom.js";
import { exploreLinks } from "../../ui/open.js";
import { TitleCard } from "../../ui/title_card.js";
import { write } from "../../ui/undoable.js";
import { titleIn } from "../../ui/more_words.js";
import { statusName, statusOf, t } from "../../ui/words.js";
import { pick, reasonOf } from "./choosing.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, HiddenTitle, Recommendation, Shown } from "../../types.js" */

const RECOMMENDED = "/api/user/recommendations";
const HIDDEN = "/api/user/hidden";
const MOST = 100;

/** @returns {[string, string][]} */
const formats = () => [["", t("Any format")], ["TV", "TV"], ["Movie", t("Movie")], ["OVA,ONA,Special", t("OVA, ONA, special")]];

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new RecommendationsPage(app);
  main.append(pageHead(t("For you"), exploreLinks("/recommendations", true)),
    h("p", { class: "muted" }, t("From your list and what people with the same titles have. Another choice every day.")),
    h("div", { class: "tools" }, page.format, page.surprises()), page.surprise, page.list, page.hidden);
  const end = app.collection.on("changed", ({ detail }) => page.redraw(detail.ids));
  page.fetch();
  return end;
}

class RecommendationsPage {
  /** @type {Recommendation[]} */
  found = [];
  isFetched = false;
  /** @type {Map<string, TitleCard>} */
  cards = new Map();
  list = h("ul", { class: "cards found" });
  surprise = h("div", { role: "status" });
  hidden = h("details", { class: "hidden-titles" }, h("summary", {}, t("Titles you are not shown")));
  format = select(formats(), { "aria-label": t("Format") });
  /** @type {unknown} */
  last = undefined;
  asking = 0; // an answer to an older choice comes too late

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.format.value = here().query.get("format") ?? "";
    this.format.onchange = () => {
      keepQuery({ format: this.format.value });
      this.fetch();
    };
    this.hidden.addEventListener("toggle", () => this.hidden.open && this.fetchHidden());
  }

  get api() {
    return this.app.collection.api;
  }

  async fetch() {
    const asked = ++this.asking;
    if (!this.found.length) this.list.replaceChildren(h("li", { class: "whole" }, loading()));
    try {
      const query = new URLSearchParams({ limit: String(MOST), ...(this.format.value && { format: this.format.value }) });
      /** @type {Answer<Recommendation[]>} */
      const { data } = await this.api.ask("GET", `${RECOMMENDED}?${query}`, undefined, { tries: 2, check: Array.isArray });
      if (asked !== this.asking) return;
      this.found = data;
      this.isFetched = true;
      this.draw();
    } catch (error) {
      if (asked === this.asking) this.list.replaceChildren(h("li", { class: "whole" }, failed(error, () => this.fetch(), t("Recommendations need a connection."))));
    }
  }

  draw() {
    this.cards = new Map(this.found.map((one) => [one.anime.id, this.card(one)]));
    this.list.replaceChildren(...[...this.cards.values()].map(({ item }) => item));
    if (!this.found.length) this.list.append(h("li", { class: "whole empty" }, t("Nothing to recommend. Add titles that you like to your list.")));
  }

  /** What one put on the list stays in its place until the page is left. @param {string[] | null} ids  null: all */
  redraw(ids) {
    for (const id of ids ?? this.cards.keys()) this.cards.get(id)?.redraw();
  }

  /** @param {Recommendation} one */
  card({ anime, because }) {
    const card = new TitleCard(this.app, anime);
    const name = titleIn(this.app.preferences.titleLanguage, anime);
    const hide = (/** @type {HiddenTitle["scope"]} */ scope) => () => this.hide(anime.id, name, scope);
    card.item.append(h("p", { class: "hint muted" }, reasonOf(because)), h("p", { class: "actions start" },
      h("button", { type: "button", class: "link", "aria-label": t("Not interested: {title}", { title: name }), onclick: hide("title") }, t("Not interested")),
      h("button", { type: "button", class: "link", "aria-label": t("Nor in all of its series: {title}", { title: name }), onclick: hide("franchise") }, t("Nor in its series"))));
    return card;
  }

  // --- Not interested ------------------------------------------------------------------

  /** @param {string} id @param {string} name @param {HiddenTitle["scope"]} scope */
  hide(id, name, scope) {
    return write(this.app, "PUT", `${HIDDEN}/${id}`, { scope }, t("{title} is not recommended any more.", { title: name }), {
      changed: (became) => (became === "done" ? this.drop(id) : became === "undone" && this.again()),
    });
  }

  /** @param {string} id */
  drop(id) {
    const next = this.cards.get(id)?.item.nextElementSibling ?? this.list;
    this.found = this.found.filter(({ anime }) => anime.id !== id);
    this.cards.get(id)?.item.remove();
    this.cards.delete(id);
    /** @type {HTMLElement | null} */ (next.querySelector("a, button"))?.focus({ preventScroll: true });
    if (this.hidden.open) this.fetchHidden();
  }

  again() {
    this.fetch();
    if (this.hidden.open) this.fetchHidden();
  }

  /** @param {string} id @param {string} name */
  unhide(id, name) {
    return write(this.app, "DELETE", `${HIDDEN}/${id}`, undefined, t("{title} can be recommended again.", { title: name }), {
      changed: (became) => became !== "failed" && this.again(),
    });
  }

  async fetchHidden() {
    try {
      /** @type {Answer<HiddenTitle[]>} */
      const { data } = await this.api.ask("GET", HIDDEN, undefined, { tries: 2, check: Array.isArray });
      const old = this.hidden.querySelector("ul, p");
      const isHere = old?.contains(focused());
      old?.remove();
      this.hidden.append(data.length ? h("ul", { class: "plain" }, data.map((one) => this.hiddenRow(one))) : h("p", { class: "muted" }, t("None.")));
      if (isHere) /** @type {HTMLElement | null} */ (this.hidden.querySelector("button") ?? this.hidden.querySelector("summary"))?.focus();
    } catch (error) {
      sayFailure(error);
    }
  }

  /** @param {HiddenTitle} one */
  hiddenRow({ anime_id: id, title, scope }) {
    const name = title ?? `№ ${id}`;
    return h("li", {}, h("a", { href: pageOf(id) }, name), scope === "franchise" && ` (${t("and its series")})`, " ",
      h("button", { type: "button", class: "link", "aria-label": t("Show again: {title}", { title: name }), onclick: () => this.unhide(id, name) }, t("Show again")));
  }

  // --- One at random -------------------------------------------------------------------

  surprises() {
    const button = (/** @type {string} */ text, /** @type {() => void} */ run) => h("button", { type: "button", class: "button", onclick: run }, text);
    return [
      button(t("Surprise me: of what I plan"), () => this.surprisePlanned()),
      button(t("Surprise me: something new"), () => this.surpriseNew())];
  }

  /** Without network too. */
  surprisePlanned() {
    const planned = [...this.app.collection.entries.values()].filter((entry) => statusOf(entry) === "To Watch");
    const entry = /** @type {Shown | undefined} */ (this.last = pick(planned, this.last));
    this.surprise.replaceChildren(entry ? h("p", { class: "hint" }, h("a", { href: pageOf(entry.anime_id) }, h("strong", {}, entry.title))) : h("p", { class: "muted" }, t("Nothing is in {list}.", { list: statusName("To Watch") })));
  }

  surpriseNew() {
    const one = /** @type {Recommendation | undefined} */ (this.last = pick(this.found, this.last));
    const name = one && titleIn(this.app.preferences.titleLanguage, one.anime);
    this.surprise.replaceChildren(one
      ? h("p", { class: "hint" }, h("a", { href: pageOf(one.anime.id) }, h("strong", {}, name)), " – ", reasonOf(one.because))
      : h("p", { class: "muted" }, this.isFetched ? t("Nothing to recommend. Add titles that you like to your list.") : t("Recommendations need a connection.")));
  }
}
