/** A week: what airs on which day, of one's own list or of all titles. For visitors too. */

import { here, keepQuery, pageOf } from "../../shell/address.js";
import { about, dayIn, hasPassed, isMinute } from "../../ui/airs.js";
import { timeIn, weekdayIn } from "../../ui/airs_at.js";
import { cover } from "../../ui/covers.js";
import { failed, focused, h, iconButton, loading, nodes, pageHead } from "../../ui/dom.js";
import { loadLater } from "../../ui/on_demand.js";
import { askForAll } from "../../ui/open.js";
import { titleIn } from "../../ui/more_words.js";
import { day as dayText, monthOf, t } from "../../ui/words.js";
import { dayAfter, dayAsked, laidOut, placeByKey, weekOf } from "./week.js";

/** @import { Airing, App, Frame } from "../../types.js" */

/** @param {HTMLElement} main @param {Frame} app */
export function show(main, app) {
  const page = new CalendarPage(app);
  main.append(...nodes([page.head, page.body, page.feeds()]));
  page.open(page.day);
  const forget = app.collection?.on("changed", () => page.isThere && page.draw());
  return () => {
    page.isThere = false;
    forget?.();
  };
}

class CalendarPage {
  week = h("div", { class: "week", onkeydown: (event) => this.walk(event) });
  title = h("h2", { "aria-live": "polite" });
  body = h("div", { class: "calendar-page", onkeydown: (event) => this.turn(event) });
  /** @type {Airing[]} */
  airings = [];
  isThere = false; // there is something to draw
  asking = 0; // an answer to what was asked before comes too late

  /** @param {Frame} app */
  constructor(app) {
    this.app = app;
    const { query } = here();
    this.day = dayAsked(query.get("week") ?? "", this.today);
    this.isMine = Boolean(app.collection) && query.get("show") !== "all";
    this.mine = h("button", { type: "button", onclick: () => this.choose(true) }, t("My list"));
    this.all = h("button", { type: "button", onclick: () => this.choose(false) }, t("All titles"));
    this.head = pageHead(t("Calendar"), h("div", { class: "tools calendar-tools" },
      app.collection && h("div", { class: "segments", role: "group", "aria-label": t("Which titles") }, this.mine, this.all),
      iconButton("left", t("Previous week"), { onclick: () => this.open(dayAfter(this.day, -7)) }),
      h("button", { type: "button", class: "button", onclick: () => this.open(this.today) }, t("This week")),
      iconButton("right", t("Next week"), { onclick: () => this.open(dayAfter(this.day, 7)) })));
  }

  get zone() {
    return this.app.preferences.timezone;
  }

  get today() {
    return dayIn(new Date(), this.zone);
  }

  /** @param {boolean} isMine */
  choose(isMine) {
    this.isMine = isMine;
    this.open(this.day);
  }

  /** @param {string} day  one of the week @returns {Promise<void>} */
  async open(day) {
    const asked = ++this.asking;
    this.day = day;
    const days = weekOf(day);
    keepQuery({ week: days.includes(this.today) ? "" : days[0], show: this.isMine || !this.app.collection ? "" : "all" });
    this.mine.setAttribute("aria-pressed", String(this.isMine));
    this.all.setAttribute("aria-pressed", String(!this.isMine));
    this.isThere = false;
    this.body.replaceChildren(loading());
    try {
      const airings = await this.ask(days);
      if (asked !== this.asking) return;
      this.airings = airings;
      this.isThere = true;
      this.body.replaceChildren(this.title, this.week);
      this.draw();
    } catch (error) {
      if (asked === this.asking) this.body.replaceChildren(failed(error, () => this.open(this.day), t("The calendar needs a connection.")));
    }
  }

  /** A day more at both ends: a visitor's day is not the server's. @param {string[]} days @returns {Promise<Airing[]>} */
  ask(days) {
    const query = new URLSearchParams({ from: dayAfter(days[0], -1), to: dayAfter(days[6], 1), ...(this.isMine && { mine: "true" }) });
    return askForAll(this.app, `/api/calendar?${query}`);
  }

  // --- Drawing -------------------------------------------------------------------------

  draw() {
    const at = focused()?.dataset.airing;
    const week = weekOf(this.day);
    const { days, months } = laidOut(this.airings, week, this.zone);
    this.title.replaceChildren(`${dayText(`${week[0]}T12:00`)} – ${dayText(`${week[6]}T12:00`)}`, " ",
      h("small", { class: "muted" }, this.zone ? t("Times in {zone}", { zone: this.zone.replaceAll("_", " ") }) : ""));
    const isEmpty = !months.length && days.every(([, airings]) => !airings.length);
    this.week.replaceChildren(...nodes([
      isEmpty && h("p", { class: "empty muted" }, this.isMine ? t("Nothing of your list airs in this week, as far as is known.") : t("Nothing airs in this week, as far as is known.")),
      !isEmpty && days.map(([day, airings]) => this.ofDay(day, airings)),
      months.length > 0 && h("section", { class: "week-months" }, h("h3", {}, t("Sometime in {month}", { month: monthOf(months[0].airs_at) })), this.list(months))]));
    if (at) /** @type {HTMLElement | null} */ (this.week.querySelector(`[data-airing="${at}"]`))?.focus();
  }

  /** @param {string} day @param {Airing[]} airings */
  ofDay(day, airings) {
    const isToday = day === this.today;
    return h("section", { class: isToday ? "week-day today" : airings.length ? "week-day" : "week-day none", "aria-current": isToday ? "date" : null },
      h("h3", {}, h("span", { class: "week-name" }, weekdayIn(day)), " ", h("span", { class: "figure" }, String(Number(day.slice(8)))), isToday && h("span", { class: "unseen" }, ` ${t("Today")}`)),
      airings.length ? this.list(airings) : h("p", { class: "muted", "aria-label": t("Nothing") }, "–"));
  }

  /** @param {Airing[]} airings */
  list = (airings) => h("ul", {}, airings.map((airing) => this.item(airing)));

  /** @param {Airing} airing */
  item(airing) {
    const { anime_id: id, airs_at: at, episode, episodes, estimated } = airing;
    const { collection, preferences } = this.app;
    const title = titleIn(preferences.titleLanguage, { english_title: null, native_title: null, ...collection?.titles.get(id), title: airing.title });
    const isWatched = (collection?.entries.get(id)?.progress ?? 0) >= episode;
    const isPast = hasPassed(at, this.zone, Date.now());
    const number = episodes && episode === episodes ? t("Episode {n}, the last", { n: episode }) : t("Episode {n}", { n: episode });
    return h("li", { class: isPast ? "airing past" : "airing" },
      cover({ anime_id: id, title, imageUrl: airing.imageUrl }),
      h("div", { class: "airing-text" },
        h("span", { class: "figure airing-time" }, isMinute(at) ? about(timeIn(at, this.zone), estimated) : t("time not known")),
        h("a", { href: pageOf(id), "data-airing": `${id}-${episode}` }, title),
        h("span", { class: "muted facts" }, number, isWatched && h("span", { class: "seen-mark" }, ` · ${t("watched")}`))));
  }

  // --- Keys ----------------------------------------------------------------------------

  /** Weeks. @param {KeyboardEvent} event */
  turn(event) {
    const by = { PageUp: -7, PageDown: 7 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.open(dayAfter(this.day, by)).then(() => /** @type {HTMLElement | null} */ (this.week.querySelector("a"))?.focus());
  }

  /** What airs. @param {KeyboardEvent} event */
  walk(event) {
    const links = /** @type {HTMLElement[]} */ ([...this.week.querySelectorAll("[data-airing]")]);
    const counts = [...this.week.querySelectorAll("section")].map((of) => of.querySelectorAll("[data-airing]").length);
    const at = links.findIndex((link) => link === focused());
    const to = at < 0 || event.ctrlKey || event.metaKey || event.altKey ? null : placeByKey(counts, at, event.key);
    if (to === null) return;
    event.preventDefault();
    links[to].focus();
  }

  // --- Feeds ---------------------------------------------------------------------------

  /** For who is signed in; what they are made of is loaded when it is opened. */
  feeds() {
    if (!this.app.collection) return null;
    const load = () => import("./feeds.js");
    const box = h("details", { class: "sheet feeds" }, h("summary", {}, h("strong", {}, t("In your calendar program")), " ",
      h("span", { class: "muted" }, t("Feeds of what airs, for calendars and feed readers"))));
    loadLater(load);
    box.addEventListener("toggle", async () => {
      if (!box.open || box.childElementCount > 1) return;
      const place = h("div", {}, loading());
      box.append(place);
      await load().then(({ feeds }) => place.replaceWith(feeds(/** @type {App} */ (this.app))), (error) => (place.remove(), box.append(failed(error, () => (box.lastElementChild?.remove(), (box.open = false))))));
    });
    return box;
  }
}
