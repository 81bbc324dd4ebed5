/** What belongs together: a series in watch order, and what else is related. */

import { pageOf } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { h } from "../../ui/dom.js";
import { titleIn } from "../../ui/more_words.js";
import { factsOf, statusName, statusOf, t } from "../../ui/words.js";
import { MOST, around, besides, relationName } from "./order.js";

/** @import { Anime, Frame, RelatedAnime } from "../../types.js" */

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
