/** A title: what the catalogue knows of it, and what one keeps of it. For visitors too. */

import { Refused } from "../../collection/index.js";
import { pageOf } from "../../shell/address.js";
import { Controls } from "../../ui/controls.js";
import { cover } from "../../ui/covers.js";
import { failed, h, loading, nodes, sayFailure } from "../../ui/dom.js";
import { openEntry } from "../../ui/on_demand.js";
import { askOpenly, join } from "../../ui/open.js";
import { OnLists } from "../../ui/on_lists.js";
import { addTo } from "../../ui/quick.js";
import { titleIn } from "../../ui/more_words.js";
import { STATUSES, statusHint, statusName, t } from "../../ui/words.js";
import { TitleDiary } from "../../ui/title_diary.js";
import { TitleWatchers } from "../../ui/watchers.js";
import { factsLine, links, namesOf } from "./facts.js";
import { related, watchOrder } from "./series.js";
import { airing, description, episodeList, names, streaming } from "./told.js";

/** @import { Sent } from "../../collection/types.js" */
/** @import { Anime, App, Frame } from "../../types.js" */

const PARTS = "schedule,airing,links,names,relations,franchise,description,episode_list,trailers"; // that the page shows besides

/** To all that is alike. @param {"genre" | "studio"} by @param {string} name */
const browseLink = (by, name) => h("a", { href: `/browse?${new URLSearchParams({ [by]: name })}` }, name);

/** @param {Anime} data */
const isTitle = (data) => Boolean(data?.id && data.title);

/** @param {HTMLElement} main @param {Frame} app */
export function show(main, app) {
  const page = new TitlePage(main, app);
  const forget = app.collection?.on("changed", ({ detail }) => page.redraw(detail.ids));
  const forgetLists = app.collection?.on("wholes", ({ detail }) => detail.names.includes("lists") && page.onLists?.draw());
  page.draw();
  page.fetchIt();
  return () => {
    page.isLeft = true;
    forget?.();
    forgetLists?.();
  };
}

class TitlePage {
  cover = h("div", { class: "title-cover" });
  head = h("div", { class: "title-head" });
  mine = h("section", { class: "title-mine", "aria-label": t("On my list"), hidden: true });
  diaryPlace = h("div", { class: "title-diary" });
  facts = h("div", { class: "title-facts" });
  side = h("aside", { class: "title-side", "aria-label": t("Facts") });
  box = h("article", { class: "title-page" }, this.cover, h("div", { class: "title-text" }, this.head, this.mine, this.facts, this.diaryPlace), this.side);
  /** What the catalogue answered. @type {Anime | null} */
  known = null;
  isLeft = false;
  /** @type {Controls | undefined} */
  controls = undefined;
  /** @type {TitleDiary | undefined} */
  diary = undefined;
  /** @type {OnLists | undefined} */
  onLists = undefined;

  /** @param {HTMLElement} main @param {Frame} app */
  constructor(main, app) {
    this.main = main;
    this.app = app;
    this.id = location.pathname.split("/")[2] ?? "";
  }

  /** Where somebody is signed in. */
  get signedIn() {
    return this.app.collection ? /** @type {App} */ (this.app) : null;
  }

  /** What is kept of it. */
  get entry() {
    return this.app.collection?.entries.get(this.id);
  }

  // --- What the catalogue knows --------------------------------------------------------

  /** @returns {Promise<void>} */
  async fetchIt() {
    try {
      const anime = await this.ask();
      if (this.isLeft) return;
      this.known = anime;
      if (this.id !== anime.id) history.replaceState(history.state, "", pageOf(anime.id) + location.search);
      this.id = anime.id;
      this.draw();
      this.drawDiary();
    } catch (error) {
      if (this.isLeft) return;
      if (this.entry) return this.facts.append(failed(error, () => this.fetchIt(), t("More of this title needs a connection."))); // the list knows enough to show it
      const isNowhere = error instanceof Refused && [400, 404].includes(error.status);
      this.main.replaceChildren(isNowhere ? this.nowhere() : failed(error, () => (this.draw(), this.fetchIt()), t("This title needs a connection.")));
    }
    this.app.entitle();
  }

  /** @returns {Promise<Anime>} */
  async ask() {
    const { data } = await askOpenly(this.app, `/api/animes/${this.id}?include=${PARTS}`, { check: isTitle }); // as the address has it
    return data;
  }

  nowhere() {
    const [href, text] = this.signedIn ? ["/discover", t("Discover")] : ["/", t("Go to the home page")];
    return h("div", { class: "empty" },
      h("h1", {}, t("Not found.")),
      h("p", { class: "muted" }, t("This title doesn't exist.")),
      h("a", { class: "button primary", href }, text));
  }

  /** @param {string[] | null} ids  what changed; null: anything */
  redraw(ids) {
    if (!this.box.isConnected) return;
    if (!ids) this.draw();
    else if (ids.includes(this.id)) this.drawMine();
    this.diary?.drawSoon();
  }

  drawDiary() {
    if (!this.signedIn) return;
    this.diary = new TitleDiary(this.signedIn, this.id, "h2");
    const watchers = new TitleWatchers(this.signedIn, this.id, "h2");
    this.diaryPlace.replaceChildren(watchers.box, this.diary.box);
    watchers.draw();
    this.diary.draw();
  }

  draw() {
    const { entry, known } = this;
    const anime = known ?? entry;
    if (!anime) return this.main.replaceChildren(loading());
    const kept = this.app.collection?.titles.get(this.id);
    const title = entry?.title ?? titleIn(this.app.preferences.titleLanguage, /** @type {Anime} */ (known));
    this.cover.replaceChildren(cover({ ...anime, title, thumbnailUrl: null }));
    this.head.replaceChildren(...nodes([
      h("h1", { tabindex: "-1" }, title),
      h("p", { class: "muted other-titles" }, namesOf(known ?? { ...anime, ...kept }, anime.title, title).join(" · ")),
      factsLine(anime), this.airs()]));
    this.facts.replaceChildren(...nodes([
      known?.description && description(known.description),
      this.chips(t("Genres"), known?.genres ?? kept?.genres ?? []),
      known && [streaming(known), watchOrder(known, this.app), related(known, this.app), episodeList(known.episode_list ?? [], this.app.preferences.timezone)]]));
    this.side.replaceChildren(...nodes(known && [
      known.studios.length > 0 && h("section", {}, h("h2", {}, t("Studios")), h("ul", {}, known.studios.map((studio) => h("li", {}, browseLink("studio", studio))))),
      names(known.names ?? []), links(known.external_ids)]));
    if (!this.box.isConnected) this.main.replaceChildren(this.box);
    this.drawMine();
  }

  /** When it airs: what sources say, and when the next episode comes. */
  airs() {
    const anime = /** @type {Anime} */ (this.known ?? this.entry);
    return airing(this.known?.airing, anime, this.app.preferences.timezone, Date.now());
  }

  /** @param {string} label @param {string[]} names */
  chips(label, names) {
    return names.length > 0 && h("ul", { class: "chips", "aria-label": label }, names.map((name) => h("li", {}, browseLink("genre", name))));
  }

  // --- What one keeps of it ------------------------------------------------------------

  drawMine() {
    const { entry, known, signedIn } = this;
    this.mine.hidden = !entry && !known;
    if (this.mine.hidden) return;
    if (entry && this.controls && (this.onLists || !known)) return this.controls.put(entry);
    const title = known && titleIn(this.app.preferences.titleLanguage, known);
    if (known && signedIn) this.onLists ??= new OnLists(signedIn, known.id, () => ({ ...known, title: title ?? known.title }));
    this.controls = entry && signedIn ? new Controls(signedIn, this.id, (fields) => this.save(fields)) : undefined;
    this.mine.replaceChildren(...nodes([this.controls ? [this.controls.parts, this.more()] : this.adding(), this.onLists?.box]));
    if (entry) this.controls?.put(entry);
  }

  /** @param {Sent & {watched_on?: string}} fields @returns {Promise<unknown> | undefined} */
  save(fields) {
    return this.app.collection?.update(this.id, fields).catch((error) => sayFailure(error, () => this.save(fields)));
  }

  more() {
    return h("button", { type: "button", class: "button", onclick: () => this.signedIn && openEntry(this.signedIn, this.id) }, t("Dates, notes and tags"));
  }

  adding() {
    const { known, signedIn } = this;
    if (!signedIn || !known) return h("button", { type: "button", class: "button primary", onclick: () => join(this.app) }, t("Add to my list"));
    const title = titleIn(signedIn.preferences.titleLanguage, known);
    return h("div", { class: "actions start", role: "group", "aria-label": t("Add to…") },
      h("span", { class: "muted" }, t("Add to…")),
      STATUSES.slice(0, -1).map((status) => h("button", { type: "button", class: "button", title: statusHint(status), onclick: () => addTo(signedIn, known, status, title) }, statusName(status))));
  }
}
