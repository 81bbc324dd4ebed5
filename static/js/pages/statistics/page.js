/** Statistics: a few figures, and charts; of all time, or of one year. */

import { here, keepQuery } from "../../shell/address.js";
import { failed, h, loading, nodes, pageHead } from "../../ui/dom.js";
import { episodeCount, t } from "../../ui/words.js";
import { bars, calendar, columns, figures, shelf } from "./charts.js";
import { fiveYears, monthsOf, scoreCounts, statuses, weekdays } from "./figures.js";

/** @import { App, NamedTitle, Review, Statistics } from "../../types.js" */

const YEARS = 12; // that are always offered

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new StatisticsPage(app);
  main.append(pageHead(t("Statistics"), page.year), page.body);
  page.fetchThem();
}

class StatisticsPage {
  body = h("div", { class: "statistics" });
  year = h("select", { "aria-label": t("Period") }, h("option", { value: "" }, t("All time")));

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const asked = here().query.get("year") ?? "";
    const thisYear = new Date().getFullYear();
    this.offer(Array.from({ length: YEARS }, (_, back) => thisYear - back));
    this.offer([Number(asked)]);
    this.year.value = asked;
    this.year.onchange = () => (keepQuery({ year: this.year.value }), this.fetchThem());
  }

  /** Years to choose, the latest first; of what was watched long ago too. @param {(number | null)[]} years */
  offer(years) {
    const options = [...this.year.options];
    const there = new Set(options.map(({ value }) => Number(value)));
    for (const year of years) {
      if (!year || year < 0 || there.has(year)) continue;
      const after = [...this.year.options].find(({ value }) => value && Number(value) < year);
      this.year.insertBefore(h("option", { value: year }, String(year)), after ?? null);
    }
  }

  async fetchThem() {
    const year = this.year.value;
    this.body.replaceChildren(loading());
    try {
      const { data } = await this.app.collection.api.ask("GET", `/api/user/stats${year ? `?year=${year}` : ""}`, undefined, { tries: 2, check: hasFigures });
      this.offer((data.by_year_finished ?? []).map((/** @type {{year: number}} */ row) => row.year));
      if (year === this.year.value) this.body.replaceChildren(...nodes(year ? this.ofYear(data) : this.ofAll(data)));
    } catch (error) {
      if (year === this.year.value) this.body.replaceChildren(failed(error, () => this.fetchThem(), t("Statistics need a connection.")));
    }
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

  /** @param {Review} data */
  ofYear(data) {
    const { totals } = data;
    if (!totals.titles && !totals.added && !totals.finished) return nothing();
    return [
      h("p", { class: "lead review" }, t("{year} in review", { year: String(data.year) })),
      figures([
        [t("Episodes"), totals.episodes], [t("Hours"), totals.minutes / 60], [t("Titles"), totals.titles],
        [t("Finished"), totals.finished], [t("Active days"), totals.days],
      ]),
      shelf(t("Most watched"), this.named(data.most_watched), (row) => episodeCount(row.episodes)),
      columns(t("Episodes by month"), monthsOf(data.months), t("episodes")),
      calendar(data.calendar),
      bars(t("Genres"), data.by_genre, "genre"),
      shelf(t("Finished"), this.named(data.finished), (row) => row.finished_on),
      bars(t("Studios"), data.by_studio, "studio"),
    ];
  }

  /** In the language of the list. @template {NamedTitle} Row @param {Row[]} rows */
  named(rows) {
    return rows.map((row) => ({ ...row, title: this.app.collection.entries.get(row.anime_id)?.title ?? row.title }));
  }
}

/** @param {unknown} data */
const hasFigures = (data) => data && typeof data === "object";

const nothing = () => h("div", { class: "empty" }, h("p", {}, t("No statistics yet.")), h("a", { class: "button", href: "/discover" }, t("Find anime")));
