/** What belongs together: a series in watch order, and what else is related. */

import { pageOf } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { h } from "../../ui/dom.js";
import { factsOf, statusName, statusOf, t, titleIn } from "../../ui/words.js";

/** @import { Anime, Frame, RelatedAnime, TypedRelation } from "../../types.js" */

const MOST = 8; // of a series that are shown before one asks for all

/** What another title is to this one. @param {string | null | undefined} relation */
export const relationName = (relation) => ({
  prequel: t("Prequel"), sequel: t("Sequel"), parent_story: t("Parent story"), side_story: t("Side story"), full_story: t("Full story"),
  summary: t("Summary"), spin_off: t("Spin-off"), alternative_version: t("Alternative version"), alternative_setting: t("Alternative setting"),
  character: t("Same characters"),
})[relation ?? ""] ?? "";

/** Those around one place. @template Item @param {Item[]} items @param {number} at @param {number} [most] */
export function around(items, at, most = MOST) {
  const first = Math.max(0, Math.min(at - Math.floor(most / 2), items.length - most));
  return items.slice(first, first + most);
}

/** Related titles that the series does not show. @param {TypedRelation[]} relations @param {RelatedAnime[]} series */
export function besides(relations, series) {
  const shown = new Set(series.length > 1 ? series.map(({ id }) => id) : []);
  return relations.filter(({ id }) => !shown.has(id));
}

/** What one keeps of it. @param {Frame} app @param {string} id */
function kept({ collection }, id) {
  const entry = collection?.entries.get(id);
  return entry && statusName(statusOf(entry));
}

/** @param {Anime} anime @param {Frame} app */
export function watchOrder({ id, franchise = [], relations }, app) {
  if (franchise.length < 2) return null;
  const types = new Map(relations.map((one) => [one.id, relationName(one.relation)]));
  const item = (/** @type {RelatedAnime} */ one) => {
    const title = titleIn(app.preferences.titleLanguage, one);
    const isHere = one.id === id;
    const facts = [!isHere && types.get(one.id), factsOf(one), kept(app, one.id)].filter(Boolean).join(" · ");
    return h("li", { class: isHere ? "here" : "", value: franchise.indexOf(one) + 1 },
      cover({ ...one, title }),
      h("span", { class: "series-text" },
        isHere ? h("strong", { "aria-current": "true" }, title) : h("a", { href: pageOf(one.id) }, title),
        h("span", { class: "muted facts" }, facts)));
  };
  const list = h("ol", { class: "series" }, around(franchise, franchise.findIndex((one) => one.id === id)).map(item));
  const all = () => {
    list.replaceChildren(...franchise.map(item));
    more.remove();
    list.querySelector("a")?.focus();
  };
  /** @type {HTMLElement} */
  const more = h("button", { type: "button", class: "link", onclick: all }, t("Show all {n}", { n: franchise.length }));
  return h("section", {}, h("h2", {}, t("In watch order")), list, franchise.length > MOST && more);
}

/** @param {Anime} anime @param {Frame} app */
export function related({ franchise = [], relations }, app) {
  const titles = besides(relations, franchise);
  return titles.length > 0 && h("section", {}, h("h2", {}, t("Related")),
    h("ul", { class: "cards strip" }, titles.map((anime) => {
      const title = titleIn(app.preferences.titleLanguage, anime);
      return h("li", { class: "card" },
        h("a", { class: "open", href: pageOf(anime.id) }, cover({ ...anime, title }), h("span", { class: "card-title" }, title)),
        h("span", { class: "muted facts" }, [relationName(anime.relation), factsOf({ ...anime, episodes: null }), kept(app, anime.id)].filter(Boolean).join(" · ")));
    })));
}
