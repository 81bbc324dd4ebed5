/** What the catalogue knows of a title, in words and links. */

import { h } from "../../ui/dom.js";
import { airingName, seasonName } from "../../ui/more_words.js";
import { episodeCount, number, t } from "../../ui/words.js";

/** @import { AnimeFacts } from "../../collection/types.js" */
/** @import { Anime } from "../../types.js" */

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

/** @param {AnimeFacts & Partial<Anime>} anime */
export const factsLine = (anime) => [
  h("p", {}, [
    anime.format !== "Unknown" && anime.format, seasonOf(anime),
    anime.episodes && episodeCount(anime.episodes), anime.episode_minutes && t("{n} min", { n: anime.episode_minutes }),
    airingName(anime.airing_status)].filter(Boolean).flatMap((fact, at) => (at ? [" · ", fact] : [fact]))),
  anime.rating && h("p", { class: "rating" }, h("strong", {}, number(anime.rating)), " ", h("span", { class: "muted" }, ratingText(anime)))];

/** With the way to what else began then. @param {AnimeFacts} anime */
const seasonOf = ({ season, year }) => (season && year ? h("a", { href: `/season/${year}/${season}` }, `${seasonName(season)} ${year}`) : year && String(year));

/** Few votes say little: then the weighted one stands there too. @param {Partial<Anime>} anime */
function ratingText({ rating, votes, weighted_rating: weighted }) {
  const isFar = votes && weighted && rating && Math.abs(weighted - rating) >= 0.1;
  return [t("out of 10"), votes && (votes === 1 ? t("1 vote") : t("{n} votes", { n: votes })),
    isFar && t("weighted {rating}", { rating: weighted })].filter(Boolean).join(" · ");
}

/** @param {Record<string, string>} ids */
export function links(ids) {
  const there = Object.entries(SITES).filter(([site]) => ids[site]);
  return there.length > 0 && h("section", {}, h("h2", {}, t("On other sites")), h("ul", { class: "title-links", "aria-label": t("On other sites") }, there.map(([site, [name, address]]) =>
    h("li", {}, h("a", { href: address + encodeURIComponent(ids[site]), rel: "noopener noreferrer" }, name)))));
}
