/** One thing as others see it, by the server's own rule. */

import { Refused } from "../../collection/index.js";
import { failed, h, loading } from "../../ui/dom.js";
import { dayName, number, scoreText, statusName, statusOf, t, titleCount } from "../../ui/words.js";

/** @import { Answer, Entry } from "../../collection/types.js" */
/** @import { App, Child, Seen, Thing } from "../../types.js" */

const SHOWN = 12; // titles

/** The question that `view-as` takes for a thing. @param {Thing} thing @param {string} viewer */
function queryOf({ of, id }, viewer) {
  const query = new URLSearchParams({ viewer, of: { type: "watchList", history: "watchList", list: "lists" }[of] ?? of });
  if (of === "type") query.set("type", id);
  if (of === "year") query.set("year", id);
  if (query.get("of") === "watchList") for (const [name, value] of [["limit", String(SHOWN)], ["ordering", "-score,title"]]) query.set(name, value);
  return query;
}

export class AsOthers {
  viewer = "visitor";
  body = h("div", { class: "seen", "aria-live": "polite" });
  asking = 0; // an answer to an older question comes too late

  /** @param {App} app @param {Thing} thing */
  constructor(app, thing) {
    this.app = app;
    this.thing = thing;
    /** @type {[string, string][]} */
    const viewers = [["visitor", t("A visitor")], ["follower", t("Someone who follows you")]];
    this.buttons = viewers.map(([viewer, text]) => h("button", { type: "button", value: viewer, onclick: () => this.look(viewer) }, text));
    this.box = h("section", { class: "sheet" }, h("h2", {}, t("As others see it")),
      h("div", { class: "segments", role: "group", "aria-label": t("Who looks") }, this.buttons), this.body);
  }

  /** @param {string} [viewer] @returns {Promise<void>} */
  async look(viewer = this.viewer) {
    this.viewer = viewer;
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.value === viewer));
    const asked = ++this.asking;
    if (!this.body.childElementCount) this.body.replaceChildren(loading());
    try {
      /** @type {Answer<Seen>} */
      const { data, meta } = await this.app.collection.api.ask("GET", `/api/user/view-as?${queryOf(this.thing, viewer)}`, undefined, { tries: 2 });
      if (asked === this.asking) this.draw(data, Boolean(meta.next_cursor));
    } catch (error) {
      if (asked !== this.asking) return;
      if (error instanceof Refused && error.status === 404) this.body.replaceChildren(h("p", { class: "muted" }, this.nothing()));
      else this.body.replaceChildren(failed(error, () => this.look(), t("What others see needs a connection.")));
    }
  }

  nothing = () => (this.viewer === "visitor" ? t("Nothing. A visitor sees the same as for a name that nobody has.") : t("Nothing."));

  /** @param {Seen} seen @param {boolean} hasMore */
  draw({ profile, entries, lists, stats, year, user_name: name }, hasMore) {
    const list = lists?.find(({ id }) => id === this.thing.id);
    const parts = profile ? this.profile(profile, name)
      : entries ? this.entries(entries, hasMore)
      : list ? [h("h3", {}, list.name), list.description && h("p", {}, list.description), h("p", { class: "muted" }, titleCount(list.size))]
      : stats ? figures([[t("Titles"), stats.totals.titles], [t("Completed"), stats.totals.completed], [t("Episodes"), stats.totals.episodes], [t("Mean score"), stats.totals.mean_score]])
      : year ? figures([[t("Episodes"), year.totals.episodes], [t("Hours"), Math.round(year.totals.minutes / 60)], [t("Titles"), year.totals.titles], [t("Finished"), year.totals.finished]])
      : h("p", { class: "muted" }, this.nothing());
    this.body.replaceChildren(h("div", { class: "seen-body" }, parts));
  }

  /** @param {NonNullable<Seen["profile"]>} profile @param {string} name @returns {Child} */
  profile({ avatar, favorite_animes: animes, favorite_genres: genres, favorite_studios: studios }, name) {
    const known = animes.map((id) => this.app.collection.entries.get(id)?.title).filter(Boolean);
    const favourites = known.length === animes.length ? known.join(", ") : titleCount(animes.length);
    /** @type {[string, string][]} */
    const facts = [[t("Favourite anime"), animes.length ? favourites : ""], [t("Genres"), genres.join(", ")], [t("Studios"), studios.join(", ")]];
    return [h("p", { class: "seen-person" }, avatar && h("img", { src: avatar, alt: "", class: "avatar" }), h("strong", {}, name)),
      h("dl", { class: "seen-facts" }, facts.filter(([, text]) => text).map(([label, text]) => h("div", {}, h("dt", { class: "muted" }, label), h("dd", {}, text))))];
  }

  /** @param {Partial<Entry>[]} entries @param {boolean} hasMore @returns {Child} */
  entries(entries, hasMore) {
    if (!entries.length) return h("p", { class: "muted" }, t("No titles."));
    const format = this.app.preferences.scoreFormat;
    return [h("ul", { class: "seen-titles" }, entries.map((entry) => h("li", {}, h("span", {}, entry.title), h("span", { class: "muted facts" }, factsOf(entry, format))))),
      hasMore && h("p", { class: "muted" }, t("and more"))];
  }
}

/** What is shown of an entry, and no more than that. @param {Partial<Entry>} entry @param {string} format */
function factsOf({ type = "Watching", state, progress, episodes, score, started_on: started, finished_on: finished }, format) {
  return [
    statusName(statusOf({ type, state })), progress !== undefined && (episodes ? `${number(progress)} / ${number(episodes)}` : number(progress)),
    score && `★ ${scoreText(score, format)}`, started && t("Started {day}", { day: dayName(started) }), finished && t("Finished {day}", { day: dayName(finished) }),
  ].filter(Boolean).join(" · ");
}

/** @param {[string, number | null][]} pairs */
const figures = (pairs) => h("dl", { class: "figures" }, pairs.map(([name, value]) =>
  h("div", {}, h("dt", { class: "muted" }, name), h("dd", {}, value === null ? "–" : number(value)))));
