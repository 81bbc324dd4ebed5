/** Statistics: a few figures, and charts; of all time, or of one year. */

import { here, keepQuery } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { failed, h, loading, nodes, pageHead, select } from "../../ui/dom.js";
import { monthName } from "../../ui/more_words.js";
import { dayName, episodeCount, monthOf, t } from "../../ui/words.js";
import { bars, calendar, columns, figures, shelf } from "./charts.js";
import { daysIn, fiveYears, monthsOf, scoreCounts, statuses, weekdays } from "./figures.js";

/** @import { App, NamedTitle, Review, Statistics } from "../../types.js" */

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new StatisticsPage(app);
  main.append(pageHead(t("Statistics"), h("div", { class: "periods" }, page.year, page.month), h("a", { class: "button", href: "/diary" }, t("Diary")), page.share), page.body);
  page.fetchThem();
}

class StatisticsPage {
  body = h("div", { class: "statistics" });
  asked = ""; // of what is shown, or is on its way
  year = h("select", { "aria-label": t("Period") }, h("option", { value: "" }, t("All time")));

  share = h("a", { class: "button" }, t("Share"));

  month = select([["", t("Whole year")], ...Array.from({ length: 12 }, (_, at) => /** @type {[number, string]} */ ([at + 1, monthName(at)]))], { "aria-label": t("Month") });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const { query } = here();
    this.offer([new Date().getFullYear(), Number(query.get("year"))]);
    this.year.value = query.get("year") ?? "";
    this.month.value = query.get("month") ?? "";
    this.year.onchange = this.month.onchange = () => this.fetchThem();
    if (this.year.value) this.ask("").then((data) => this.offerAll(data), () => {}); // for the years
  }

  /** All years of which anything is known. @param {Statistics} data */
  offerAll(data) {
    this.offer([...data.watched.years, ...data.by_year_finished].map(({ year }) => year));
  }

  /** Years to choose, the latest first; of what was watched long ago too. @param {(number | null)[]} years */
  offer(years) {
    const options = [...this.year.options];
    const there = new Set(options.map(({ value }) => Number(value)));
    for (const year of years) {
      if (!year || year < 0 || there.has(year)) continue;
      there.add(year);
      const after = [...this.year.options].find(({ value }) => value && Number(value) < year);
      this.year.insertBefore(h("option", { value: year }, String(year)), after ?? null);
    }
  }

  async fetchThem() {
    this.month.hidden = !this.year.value;
    if (!this.year.value) this.month.value = "";
    const period = { year: this.year.value, month: this.month.value };
    keepQuery(period);
    this.share.href = period.year ? `/sharing?of=year&id=${period.year}` : "/sharing?of=stats";
    const asked = String(new URLSearchParams(Object.entries(period).filter(([, value]) => value)));
    this.asked = asked;
    this.body.replaceChildren(loading());
    try {
      const data = await this.ask(asked);
      if (!asked) this.offerAll(data);
      if (asked === this.asked) this.body.replaceChildren(...nodes(asked ? this.ofPeriod(data) : this.ofAll(data)));
    } catch (error) {
      if (asked === this.asked) this.body.replaceChildren(failed(error, () => this.fetchThem(), t("Statistics need a connection.")));
    }
  }

  /** @param {string} query */
  async ask(query) {
    const { data } = await this.app.collection.api.ask("GET", `/api/user/stats${query && `?${query}`}`, undefined, { tries: 2, check: hasFigures });
    return data;
  }

  /** @param {Statistics} data */
  ofAll(data) {
    const { totals, watched, streaks } = data;
    if (!totals.titles) return nothing();
    return [
      figures([
        [t("Titles"), totals.titles], [t("Completed"), totals.completed], [t("Episodes"), totals.episodes],
        [t("Days watched"), totals.minutes / 1440], [t("Mean score"), totals.mean_score],
      ]),
      columns(t("My scores"), scoreCounts(data.scores), t("titles")),
      columns(t("Episodes by month"), monthsOf(watched.months), t("episodes")),
      watched.years.length > 1 && columns(t("Episodes by year"), watched.years.map(({ year, episodes }) => [String(year), episodes]), t("episodes")),
      calendar(watched.calendar),
      bars(t("Genres"), data.by_genre, "genre"),
      bars(t("Studios"), data.by_studio, "studio"),
      bars(t("Lists"), statuses(data), "status"),
      bars(t("Formats"), data.by_format, "format"),
      columns(t("Finished by year"), data.by_year_finished.map((row) => [String(row.year), row.titles]), t("titles")),
      columns(t("By release year"), fiveYears(data.by_year), t("titles")),
      columns(t("Weekdays"), weekdays(watched.weekdays), t("episodes")),
      streaks.longest && figures([
        [t("Longest streak (days)"), streaks.longest.days],
        [t("Current streak"), streaks.current?.days ?? 0], [t("Active days"), watched.days],
      ]),
    ];
  }

  /** A year, or a month. @param {Review} data */
  ofPeriod(data) {
    const { totals, month } = data;
    if (!totals.titles && !totals.added && !totals.finished) return nothing();
    return [
      this.review(data),
      shelf(t("Most watched"), this.named(data.most_watched), (row) => episodeCount(row.episodes)),
      month ? columns(t("Episodes by day"), daysIn(data), t("episodes")) : columns(t("Episodes by month"), monthsOf(data.months), t("episodes")),
      !month && calendar(data.calendar),
      columns(t("Weekdays"), weekdays(data.weekdays), t("episodes")),
      bars(t("Genres"), data.by_genre, "genre"),
      shelf(t("Finished"), this.named(data.finished), (row) => dayName(row.finished_on)),
      bars(t("Studios"), data.by_studio, "studio"),
    ];
  }

  /** What one shows others of it. @param {Review} data */
  review(data) {
    const { totals } = data;
    return h("section", { class: "review" },
      h("h2", {}, t("{year} in review", { year: nameOf(data) })),
      figures([
        [t("Episodes"), totals.episodes], [t("Hours"), Math.round(totals.minutes / 60)], [t("Titles"), totals.titles],
        [t("Finished"), totals.finished], [t("Active days"), totals.days],
      ]),
      h("div", { class: "review-covers", "aria-hidden": "true" }, this.named(data.most_watched).slice(0, 6).map((row) => cover(row))),
      h("div", { class: "review-said" }, this.sentences(data).map((sentence) => h("p", {}, sentence))));
  }

  /** @param {Review} data @returns {string[]} */
  sentences({ most_watched: most, busiest_day: busiest, longest_streak: streak, first_watched: first, by_genre: genres }) {
    const [favourite] = this.named(most);
    const [genre] = genres.toSorted((one, other) => other.titles - one.titles);
    return [
      favourite && t("Most watched: {title}, {episodes}.", { title: favourite.title, episodes: episodeCount(favourite.episodes) }),
      busiest && t("Your busiest day was {day}: {episodes}.", { day: dayName(busiest.day), episodes: episodeCount(busiest.episodes) }),
      streak && streak.days > 1 && t("Your longest streak was {n} days, from {day}.", { n: streak.days, day: dayName(streak.first) }),
      genre?.genre && t("Top genre: {genre}.", { genre: genre.genre }),
      first && t("You started with {title} on {day}.", { title: this.named([first])[0].title, day: dayName(first.day) }),
    ].flatMap((sentence) => sentence || []);
  }

  /** In the language of the list. @template {NamedTitle} Row @param {Row[]} rows */
  named(rows) {
    return rows.map((row) => ({ ...row, title: this.app.collection.entries.get(row.anime_id)?.title ?? row.title }));
  }
}

/** "2026", or "November 2026". @param {Review} data */
const nameOf = ({ year, month }) => (month ? monthOf(`${year}-${String(month).padStart(2, "0")}`) : String(year));

/** @param {unknown} data */
const hasFigures = (data) => data && typeof data === "object";

const nothing = () => h("div", { class: "empty" }, h("p", {}, t("No statistics yet.")), h("a", { class: "button", href: "/discover" }, t("Find anime")));
