/** What the catalogue knows of a title, in words and links. */

import { pageOf } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { h } from "../../ui/dom.js";
import { airingName, episodeCount, factsOf, number, seasonName, statusName, statusOf, t, titleIn } from "../../ui/words.js";

/** @import { AnimeFacts } from "../../collection/types.js" */
/** @import { Anime, Frame, RelatedAnime } from "../../types.js" */

/** Where other sites have it, by the name of their id. @type {Record<string, [string, string]>} */
const SITES = {
  anilist: ["AniList", "https://anilist.co/anime/"],
  mal: ["MyAnimeList", "https://myanimelist.net/anime/"],
  kitsu: ["Kitsu", "https://kitsu.app/anime/"],
  simkl: ["Simkl", "https://simkl.com/anime/"],
  anidb: ["AniDB", "https://anidb.net/anime/"],
  "anime-planet": ["Anime-Planet", "https://www.anime-planet.com/anime/"],
  anisearch: ["aniSearch", "https://www.anisearch.com/anime/"],
  livechart: ["LiveChart", "https://www.livechart.me/anime/"],
  animenewsnetwork: ["Anime News Network", "https://www.animenewsnetwork.com/encyclopedia/anime.php?id="],
  notify: ["Notify.moe", "https://notify.moe/anime/"],
};
const MOST_NAMES = 6;

/**
 * What it is called besides.
 * @param {Partial<Pick<Anime, "english_title" | "native_title" | "synonyms">>} anime
 * @param {string} main @param {string} title  as it is shown
 */
export function namesOf({ english_title: english, native_title: native, synonyms = [] }, main, title) {
  const names = new Set([main, english, native, ...synonyms]);
  names.delete(title);
  return [...names].filter(Boolean).slice(0, MOST_NAMES);
}

/** @param {AnimeFacts} anime @param {number | null} [minutes]  an episode */
export const factsLine = (anime, minutes) => [
  h("p", {}, [
    anime.format !== "Unknown" && anime.format, [seasonName(anime.season ?? ""), anime.year].filter(Boolean).join(" "),
    anime.episodes && episodeCount(anime.episodes), minutes && t("{n} min", { n: minutes }),
    airingName(anime.airing_status)].filter(Boolean).join(" · ")),
  anime.rating && h("p", { class: "rating" }, h("strong", {}, number(anime.rating)), " ", h("span", { class: "muted" }, t("out of 10")))];

/** @param {Record<string, string>} ids */
export function links(ids) {
  const there = Object.entries(SITES).filter(([site]) => ids[site]);
  return there.length > 0 && h("ul", { class: "title-links", "aria-label": t("On other sites") }, there.map(([site, [name, address]]) =>
    h("li", {}, h("a", { href: address + encodeURIComponent(ids[site]), rel: "noreferrer" }, name))));
}

/** @param {RelatedAnime[]} titles @param {Frame} app */
export const related = (titles, { collection, preferences }) => titles.length > 0 && h("section", {}, h("h2", {}, t("Related")),
  h("ul", { class: "cards strip" }, titles.map((anime) => {
    const title = titleIn(preferences.titleLanguage, anime);
    const entry = collection?.entries.get(anime.id);
    return h("li", { class: "card" },
      h("a", { class: "open", href: pageOf(anime.id) }, cover({ ...anime, title }), h("span", { class: "card-title" }, title)),
      h("span", { class: "muted facts" }, [factsOf({ ...anime, episodes: null }), entry && statusName(statusOf(entry))].filter(Boolean).join(" · ")));
  })));
