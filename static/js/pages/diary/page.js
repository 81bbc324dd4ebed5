/** The diary: what was watched when, by month, to be corrected. Without network it shows the months that this device has seen. */

import { here, keepQuery } from "../../shell/address.js";
import { Refused } from "../../collection/index.js";
import { isSame } from "../../collection/rules.js";
import { cover } from "../../ui/covers.js";
import { DIARY, waitingIn, withWaiting } from "../../ui/diary_edits.js";
import { diaryRow, titleOf } from "../../ui/diary_row.js";
import { failed, focused, h, iconButton, later, loading, nodes, pageHead, select } from "../../ui/dom.js";
import { companyIn, placeOf } from "../../ui/together.js";
import { daysBack } from "../../ui/watched_on.js";
import { monthName, weekdayName } from "../../ui/more_words.js";
import { dayName, episodeCount, monthOf, t, titleCount } from "../../ui/words.js";
import { addingForm } from "./adding.js";
import { keepMonth, keptMonth } from "./kept.js";
import { Undated } from "./undated.js";
import { byDay, dayByKey, levelOf, monthAfter, monthIn, totalsOf, weeksOf } from "./month.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Watched } from "../../types.js" */

const COVERS = 3; // that a day shows

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new DiaryPage(app);
  main.append(page.head, page.body);
  page.open(page.month);
  return page.listen();
}

class DiaryPage {
  body = h("div", { class: "diary" });
  heading = h("h2", { "aria-live": "polite" });
  totals = h("p", { class: "muted" });
  calendar = h("table", { class: "month", role: "grid", onkeydown: (event) => this.press(event) });
  ofDay = h("section", { class: "sheet of-day" });
  dayTitle = h("h3", { tabindex: "-1" });
  rowsOfDay = h("div");
  partly = h("section", { class: "sheet partly" });
  /** As the server told them. @type {Watched[]} */
  rows = [];
  /** @type {Map<string, Watched[]>} */
  days = new Map();
  /** With whom, as far as it is known. @type {Map<string, string[]>} */
  company = new Map();
  old = h("p", { class: "muted", role: "status" });
  isWalking = false; // the focus goes to the day that was chosen
  asking = 0; // an answer to what was asked before comes too late

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.month = monthIn(here().query.get("month") ?? "", daysBack(0));
    this.day = this.firstOf(this.month);
    this.cursor = app.collection.cursor;
    this.next = iconButton("right", t("Next month"), { onclick: () => this.open(monthAfter(this.month, 1)) });
    const choose = () => this.open(monthIn(`${this.ofYear.value}-${this.ofMonth.value}`, daysBack(0)));
    this.ofMonth = select(Array.from({ length: 12 }, (_, at) => [String(at + 1).padStart(2, "0"), monthName(at)]), { "aria-label": t("Month"), onchange: choose });
    this.ofYear = h("input", { type: "number", "aria-label": t("Year"), min: 1950, max: 2200, onchange: choose });
    this.review = h("a", {}, t("In review"));
    this.head = pageHead(t("Diary"), h("div", { class: "tools diary-tools" },
      iconButton("left", t("Previous month"), { onclick: () => this.open(monthAfter(this.month, -1)) }), this.ofMonth, this.ofYear, this.next,
      h("button", { type: "button", class: "button", onclick: () => this.go(daysBack(0)) }, t("Today"))));
    this.adding = addingForm(app, () => this.day, this.again);
    this.undated = new Undated(app, this.again);
    this.ofDay.append(this.dayTitle, this.rowsOfDay, this.adding);
  }

  /** What is chosen where a month opens: today, or its first day. @param {string} month */
  firstOf = (month) => (daysBack(0).startsWith(month) ? daysBack(0) : `${month}-01`);

  /** News of the list may be of the diary. */
  listen() {
    const again = later(() => this.body.isConnected && this.again(), 300);
    const { collection } = this.app;
    const forget = collection.on("status", () => {
      if (this.cursor === collection.cursor) return;
      this.cursor = collection.cursor;
      again();
    });
    const forgetRefused = collection.on("refused", again); // what waited is not laid over it any more
    return () => (forget(), forgetRefused());
  }

  /** What was changed here is shown at once, also where the server cannot say so yet. */
  again = () => {
    if (this.calendar.isConnected) this.lay();
    this.undated.draw();
    this.undated.refresh();
    return this.fetch();
  };

  /** @param {string} month @param {string} [day] */
  open(month, day = this.firstOf(month)) {
    [this.month, this.day] = [month, day];
    keepQuery({ month: month === daysBack(0).slice(0, 7) ? "" : month });
    [this.ofYear.value, this.ofMonth.value] = month.split("-");
    this.review.href = `/statistics?year=${month.slice(0, 4)}&month=${Number(month.slice(5))}`;
    [this.rows, this.days, this.company] = [[], new Map(), new Map()];
    this.body.replaceChildren(loading());
    return this.fetch();
  }

  /** @param {string} day */
  go(day) {
    const month = day.slice(0, 7);
    this.day = day;
    this.isWalking = true;
    if (month === this.month) this.draw();
    else this.open(month, day);
  }

  focusDay() {
    /** @type {HTMLElement | null} */ (this.calendar.querySelector("button[tabindex='0']"))?.focus();
  }

  async fetch() {
    const asked = ++this.asking;
    const { month, app: { collection } } = this;
    try {
      const coming = companyIn(this.app, month);
      const found = await this.rowsOf(month);
      if (asked === this.asking) this.show(withCompany(found, this.company), "");
      const rows = withCompany(found, (await coming) ?? this.company);
      keepMonth(collection, month, rows).catch(() => {}); // then not without network
      if (asked === this.asking) this.join(rows);
    } catch (error) {
      const kept = error instanceof Refused ? undefined : await keptMonth(collection, month).catch(() => {});
      if (asked !== this.asking) return;
      if (kept || waitingIn(this.app).length) this.show(kept ?? [], t("Offline: as this device saw it last."));
      else this.body.replaceChildren(failed(error, () => this.open(month, this.day), t("The diary needs a connection.")));
    }
  }

  /** With whom it was comes later: drawn again only where it is new. @param {Watched[]} rows */
  join(rows) {
    if (isSame(rows, this.rows)) return;
    this.company = new Map(rows.flatMap((row) => (row.company ? [[placeOf(row), row.company]] : [])));
    this.show(rows, "");
  }

  /** @param {Watched[]} rows @param {string} old  why they may be old */
  show(rows, old) {
    this.rows = rows;
    this.old.textContent = old;
    this.old.hidden = !old;
    this.lay();
  }

  /** Draws the rows with what waits. */
  lay() {
    const wholes = [this.month, this.month.slice(0, 4)];
    const rows = withWaiting(this.app, this.rows, (day) => day.startsWith(this.month) || wholes.includes(day));
    this.days = byDay(rows);
    this.drawTotals(rows);
    this.draw();
  }

  /** @param {string} month @returns {Promise<Watched[]>} */
  async rowsOf(month) {
    /** @type {Watched[]} */
    const rows = [];
    for (let cursor = ""; ;) {
      const query = new URLSearchParams({ from: month, to: month, limit: "500", ...(cursor && { cursor }) });
      /** @type {Answer<Watched[]>} */
      const { data, meta } = await this.app.collection.api.ask("GET", `${DIARY}?${query}`, undefined, { tries: 2, check: Array.isArray });
      rows.push(...data);
      if (!meta.next_cursor) return rows;
      cursor = meta.next_cursor;
    }
  }

  // --- Drawing -------------------------------------------------------------------------

  /** @param {Watched[]} rows */
  drawTotals(rows) {
    const { episodes, minutes, days } = totalsOf(rows, this.month);
    this.totals.textContent = !episodes ? t("Nothing in this month.")
      : [episodeCount(episodes), t("{n} hours", { n: Math.round(minutes / 60) }), days === 1 ? t("1 day") : t("{n} days", { n: days })].join(" · ");
  }

  /** The focus stays where it was, in what is drawn again. */
  draw() {
    const at = focused()?.dataset.row;
    const isInCalendar = this.calendar.contains(focused());
    this.heading.textContent = monthOf(this.month);
    this.drawCalendar();
    this.drawDay();
    this.drawPartly();
    if (!this.calendar.isConnected) {
      this.body.replaceChildren(
        h("section", { class: "of-month" }, h("header", {}, this.heading, this.totals, this.review), this.old, this.calendar),
        h("div", { class: "of-days" }, this.ofDay, this.partly, this.undated.box));
    }
    if (isInCalendar || this.isWalking) this.focusDay();
    else if (at) /** @type {HTMLElement | null} */ (this.body.querySelector(`[data-row="${at}"]`) ?? this.dayTitle)?.focus();
    this.isWalking = false;
  }

  drawCalendar() {
    const most = Math.max(1, ...[...this.days].filter(([day]) => day.length > 7).map(([, rows]) => episodesOf(rows)));
    this.calendar.setAttribute("aria-label", monthOf(this.month));
    this.calendar.replaceChildren(
      h("thead", {}, h("tr", {}, Array.from({ length: 7 }, (_, at) => h("th", { scope: "col" }, weekdayName(at))))),
      h("tbody", {}, weeksOf(this.month).map((week) => h("tr", {}, week.map((day) =>
        (day ? this.cell(day, most) : h("td", { class: "other" })))))));
  }

  /** @param {string} day @param {number} most  episodes of a day of this month */
  cell(day, most) {
    const rows = this.days.get(day) ?? [];
    const count = episodesOf(rows);
    const isChosen = day === this.day;
    return h("td", { "aria-selected": String(isChosen) },
      h("button", {
        type: "button", class: `date level-${levelOf(count, most)}`, tabindex: isChosen ? 0 : -1, "data-day": day,
        "aria-current": day === daysBack(0) ? "date" : null, "aria-label": count ? `${dayName(day)}: ${episodeCount(count)}` : dayName(day),
        onclick: () => this.go(day),
      },
        h("span", { class: "date-number" }, String(Number(day.slice(8)))),
        count > 0 && h("span", { class: "date-count figure" }, String(count)),
        h("span", { class: "date-covers", "aria-hidden": "true" }, rows.slice(0, COVERS).map((row) => cover({ anime_id: row.anime_id, title: titleOf(this.app, row), imageUrl: row.imageUrl })))));
  }

  /** The form stays where it is: what is moved in a document loses the focus. */
  drawDay() {
    const rows = this.days.get(this.day) ?? [];
    this.dayTitle.textContent = dayName(this.day);
    this.rowsOfDay.replaceChildren(rows.length ? this.list(rows) : h("p", { class: "muted" }, t("Nothing on this day.")));
    this.adding.hidden = this.day > daysBack(0);
  }

  /** What is of the month, or of the year, and of no day that is known. */
  drawPartly() {
    const wholes = [this.month, this.month.slice(0, 4)].map((when) => /** @type {const} */ ([when, this.days.get(when) ?? []]));
    this.partly.hidden = wholes.every(([, rows]) => !rows.length);
    this.partly.replaceChildren(...nodes(wholes.map(([when, rows]) => rows.length > 0 && [
      h("h3", {}, t("Sometime in {when} ({titles})", { when: dayName(when), titles: titleCount(rows.length) })), this.list(rows)])));
  }

  /** @param {Watched[]} rows */
  list = (rows) => h("ul", { class: "diary-rows" }, rows.map((row) => diaryRow(this.app, row, this.again)));

  /** @param {KeyboardEvent} event */
  press(event) {
    const day = dayByKey(this.day, event.key);
    if (!day || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.go(day);
  }
}

/** @param {Watched[]} rows @param {Map<string, string[]>} company */
const withCompany = (rows, company) => rows.map((row) => (company.has(placeOf(row)) ? { ...row, company: company.get(placeOf(row)) } : row));

/** @param {Watched[]} rows */
const episodesOf = (rows) => rows.reduce((sum, { episodes }) => sum + episodes, 0);
