/** A season: what starts in it, by popularity or by weekday, to be added from here. For visitors too. */

import { here, keepQuery } from "../../shell/address.js";
import { dayIn } from "../../ui/airs.js";
import { failed, h, icon, loading, nodes, pageHead, select } from "../../ui/dom.js";
import { seasonName } from "../../ui/more_words.js";
import { askForAll, askOpenly, exploreLinks } from "../../ui/open.js";
import { TitleCard } from "../../ui/title_card.js";
import { episodeCount, language, t, titleCount } from "../../ui/words.js";
import { FIRST_YEAR, SEASONS, byFormat, byWeekday, hourNote, noteOf, pathOf, seasonAfter, seasonAsked, seasonOn, weekdayName } from "./seasons.js";

/** @import { Anime, Frame } from "../../types.js" */
/** @import { Season } from "./seasons.js" */

const MOST = 24; // of a kind, before one asks for all
const FIELDS = "id,title,english_title,native_title,imageUrl,thumbnailUrl,rating,votes,episodes,format,airing_status,season,year,genres"
  + ",first_airs_at,first_airs_estimated,episodes_aired,next_airs_at,next_airs_estimated";

/** @param {HTMLElement} main @param {Frame} app */
export function show(main, app) {
  const page = new SeasonPage(app);
  main.append(page.head(), page.body);
  page.fetchIt();
  const forget = app.collection?.on("changed", ({ detail }) => page.redraw(detail.ids));
  return () => {
    page.asking.abort(new DOMException("left", "AbortError"));
    forget?.();
  };
}

/** @param {Season} season */
const nameOf = ({ season, year }) => `${seasonName(season)} ${year}`;

class SeasonPage {
  body = h("div", { class: "season" });
  /** @type {Anime[]} */
  titles = [];
  /** @type {Map<string, TitleCard>} */
  cards = new Map();
  asking = new AbortController();

  /** @param {Frame} app */
  constructor(app) {
    this.app = app;
    this.today = seasonOn(dayIn(new Date(), this.zone));
    this.season = seasonAsked(location.pathname, dayIn(new Date(), this.zone));
    this.isByDay = here().query.get("by") === "day";
    this.popular = h("button", { type: "button", onclick: () => this.arrange(false) }, t("By popularity"));
    this.daily = h("button", { type: "button", onclick: () => this.arrange(true) }, t("By weekday"));
  }

  get zone() {
    return this.app.preferences.timezone;
  }

  // --- Which season --------------------------------------------------------------------

  head() {
    const { season } = this;
    return h("div", {}, pageHead(nameOf(season), exploreLinks("/season", Boolean(this.app.collection))),
      h("div", { class: "tools season-tools" },
        h("nav", { class: "season-steps", "aria-label": t("Season") },
          this.step(-1, "left", t("Previous season: {season}", { season: nameOf(seasonAfter(season, -1)) })),
          SEASONS.map((name) => this.link({ ...season, season: name })),
          this.step(1, "right", t("Next season: {season}", { season: nameOf(seasonAfter(season, 1)) }))),
        this.years(),
        h("div", { class: "segments", role: "group", "aria-label": t("Order") }, this.popular, this.daily)));
  }

  /** With the order that one has chosen. @param {Season} season */
  address = (season) => pathOf(season) + (this.isByDay ? "?by=day" : "");

  /** @param {number} by @param {string} name @param {string} label */
  step = (by, name, label) => h("a", { class: "icon-button", href: this.address(seasonAfter(this.season, by)), "aria-label": label, title: label, "data-by": by }, icon(name));

  /** @param {Season} season */
  link = (season) => h("a", { class: "tab", href: this.address(season), "aria-current": season.season === this.season.season ? "page" : null }, seasonName(season.season));

  years() {
    const { season, today } = this;
    const last = Math.max(today.year + 1, season.year);
    const years = Array.from({ length: last - Math.min(FIRST_YEAR, season.year) + 1 }, (_, back) => last - back);
    const box = select(years.map((year) => [year, String(year)]), { "aria-label": t("Year"), name: "year", onchange: () => {
      // A link that is followed: so the page, its scroll and Back are the router's.
      const link = h("a", { href: this.address({ ...season, year: Number(box.value) }), hidden: true });
      this.body.append(link);
      link.click();
    } });
    box.value = String(season.year);
    return box;
  }

  // --- What starts in it ---------------------------------------------------------------

  /** @returns {Promise<void>} */
  async fetchIt() {
    this.mark();
    this.body.replaceChildren(loading());
    const { year, season } = this.season;
    const query = new URLSearchParams({ year: String(year), season, ordering: "-popularity", include: "schedule", fields: FIELDS, limit: "500" });
    try {
      this.titles = await askForAll(this.app, `/api/animes?${query}`, { signal: this.asking.signal });
      if (this.titles.length) return this.draw();
      this.body.replaceChildren(await this.nothing());
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") return;
      this.body.replaceChildren(failed(error, () => this.fetchIt(), t("Seasons need a connection.")));
    }
  }

  /** A catalogue that ends earlier says where. */
  async nothing() {
    const query = new URLSearchParams({ ordering: "-year", fields: "season,year", limit: "1" });
    for (const name of SEASONS) query.append("season", name);
    const { data } = await askOpenly(this.app, `/api/animes?${query}`, { signal: this.asking.signal, check: Array.isArray });
    const [newest] = /** @type {Season[]} */ (data);
    return h("div", { class: "empty" },
      h("p", { class: "muted" }, t("This catalogue has no titles of {season}.", { season: nameOf(this.season) })),
      newest && h("a", { class: "button primary", href: this.address(newest) }, t("Go to {season}", { season: nameOf(newest) })));
  }

  /** @param {boolean} isByDay */
  arrange(isByDay) {
    this.isByDay = isByDay;
    keepQuery({ by: isByDay ? "day" : "" });
    this.mark();
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".season-steps a"))) link.search = isByDay ? "?by=day" : "";
    if (this.titles.length) this.draw();
  }

  mark() {
    this.popular.setAttribute("aria-pressed", String(!this.isByDay));
    this.daily.setAttribute("aria-pressed", String(this.isByDay));
  }

  draw() {
    this.cards.clear();
    this.body.replaceChildren(...nodes(this.isByDay ? this.week() : byFormat(this.titles).map(([format, titles]) => this.group(groupName(format), titles, noteOf))));
  }

  week() {
    const { days, others } = byWeekday(this.titles, this.zone);
    return [
      days.map(([weekday, titles]) => this.group(weekdayName(weekday, language), titles, hourNote)),
      others.length > 0 && this.group(t("Films, specials and what has no day yet"), others, noteOf)];
  }

  /** @param {string} name @param {Anime[]} titles @param {typeof noteOf} note */
  group(name, titles, note) {
    const now = Date.now();
    const card = (/** @type {Anime} */ anime) => {
      const made = new TitleCard(this.app, anime, { note: note(anime, this.zone, now), facts: factsHere(anime) });
      this.cards.set(anime.id, made);
      return made.item;
    };
    const list = h("ul", { class: "cards found" }, titles.slice(0, MOST).map(card));
    /** @type {HTMLElement | false} */
    const more = titles.length > MOST && h("button", { type: "button", class: "button", onclick: () => {
      const rest = titles.slice(MOST).map(card);
      list.append(...rest);
      if (more) more.remove();
      rest[0].querySelector("a")?.focus();
    } }, t("Show all {n}", { n: titles.length }));
    return h("section", {}, h("h2", {}, h("span", { class: "week-name" }, name), " ", h("small", { class: "muted" }, titleCount(titles.length))), list, more);
  }

  /** @param {string[] | null} ids  what changed; null: anything */
  redraw(ids) {
    for (const id of ids ?? this.cards.keys()) this.cards.get(id)?.redraw();
  }
}

/** All are of this year, and most are series. @param {Anime} anime */
const factsHere = ({ format, episodes }) => [format !== "TV" && format, format !== "Movie" && episodes && episodeCount(episodes)].filter(Boolean).join(" · ");

/** @param {string} format */
const groupName = (format) => ({ TV: t("TV"), Movie: t("Films"), ONA: t("Online (ONA)"), OVA: t("OVA and specials"), Music: t("Other") })[format] ?? format;
