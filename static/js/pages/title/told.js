/** What sources say of a title: what it is about, its names, when it airs, where it streams. */

import { h } from "../../ui/dom.js";
import { about, hasPassed, isMinute } from "../../ui/airs.js";
import { airsAt, dateIn, timeIn, weekdayIn } from "../../ui/airs_at.js";
import { episodeCount, language, number, t } from "../../ui/words.js";

/** @import { AiringFacts, Anime, EpisodeOf, NamesIn, StreamingLink } from "../../types.js" */

const MOST_REGIONS = 3; // that are named
/** Names of sources, where they differ from their word. @type {Record<string, string>} */
const SOURCES = { jikan: "MyAnimeList", anilist: "AniList", starter: "animecollections", staff: "animecollections" };

/** @param {string} source */
const sourceLine = (source) => h("p", { class: "muted hint" }, t("Source: {name}", { name: SOURCES[source] ?? source }));

/** Of a language or a country, in the reader's language. @param {"language" | "region"} type @param {string} code */
export function nameOf(type, code) {
  try {
    return new Intl.DisplayNames(language, { type }).of(code) ?? code;
  } catch {
    return code; // it is none
  }
}

/** @param {NonNullable<Anime["description"]>} description */
export const description = ({ text, language: lang, source }) => h("section", { class: "title-told" },
  h("h2", {}, t("What it is about")),
  h("div", { class: "prose", lang }, text.split(/\n{2,}/).map((part) => h("p", {}, part.trim()))), sourceLine(source));

// --- Names ---------------------------------------------------------------------------

/** The reader's own language first. @param {NamesIn[]} names @param {string} [reader] */
export const namesInOrder = (names, reader = language) =>
  [...names].sort((one, other) => Number(other.language.startsWith(reader)) - Number(one.language.startsWith(reader)));

/** @param {NamesIn[]} names */
export const names = (names) => names.length > 0 && h("section", {}, h("h2", {}, t("Names")),
  h("dl", { class: "title-names" }, namesInOrder(names).map(({ language: lang, names: texts }) => h("div", {},
    h("dt", { class: "muted" }, nameOf("language", lang)), h("dd", { lang }, texts.join(" · "))))));

// --- When it airs --------------------------------------------------------------------

/** From its first to its last day. @param {AiringFacts} airing @param {string | undefined} zone */
export function period({ begin, end }, zone) {
  if (!begin) return end ? t("until {when}", { when: dateIn(end.at, zone) }) : "";
  const [first, last] = [begin, end].map((moment) => moment && dateIn(moment.at, zone));
  if (first === last) return first ?? "";
  return last ? `${first} – ${last}` : t("since {when}", { when: first });
}

/** Its regular times. @param {AiringFacts} airing @param {string | undefined} zone */
export function regularly({ broadcast }, zone) {
  if (!broadcast) return "";
  const { start: { at }, every_days: days } = broadcast;
  if (days !== 7) return days === 1 ? t("every day") : t("every {n} days", { n: days });
  if (at.length < 10) return t("every week");
  const weekday = weekdayIn(at, zone);
  return isMinute(at) ? t("every {weekday} at {time}", { weekday, time: timeIn(at, zone) }) : t("every {weekday}", { weekday });
}

/** When the next episode airs. @param {Anime} anime @param {string | undefined} zone @param {number} now */
export function nextOf({ next_airs_at: at, next_airs_estimated: isGuessed, episodes_aired: aired }, zone, now) {
  if (!at || hasPassed(at, zone, now)) return "";
  const when = about(airsAt(at, zone), isGuessed);
  return typeof aired === "number" ? t("Episode {n}: {when}", { n: aired + 1, when }) : when;
}

/**
 * @param {AiringFacts | null | undefined} airing @param {Anime} anime
 * @param {string | undefined} zone @param {number} now
 */
export function airing(airing, anime, zone, now) {
  const { airing_status: status, episodes_aired: aired } = anime;
  const isOver = status === "finished";
  const begins = airing?.begin && !hasPassed(airing.begin.at, zone, now);
  /** @type {[string, string | false | null | undefined][]} */
  const lines = [
    [t("Next"), !isOver && nextOf(anime, zone, now)],
    [begins ? t("Begins") : isOver ? t("Aired") : t("Airs"), airing && (begins && airing.begin ? airsAt(airing.begin.at, zone) : period(airing, zone))],
    [t("Regularly"), !isOver && airing && regularly(airing, zone)],
    [t("So far"), !isOver && Boolean(aired) && episodeCount(Number(aired))],
  ];
  const there = lines.filter(([, text]) => text);
  return there.length > 0 && h("dl", { class: "title-airs" }, there.map(([name, text]) => h("div", {},
    h("dt", { class: "muted" }, name), h("dd", {}, String(text)))));
}

// --- Where it streams ----------------------------------------------------------------

/** What a reader can be sent to: https alone. @template {{url: string}} Link @param {Link[]} links @returns {Link[]} */
export const safeLinks = (links) => links.filter(({ url }) => url.startsWith("https://"));

/** @param {string[]} regions */
export const regionsText = (regions) => regions.length > MOST_REGIONS ? t("{n} countries", { n: regions.length })
  : regions.map((code) => nameOf("region", code)).join(", ");

/** Its own site and trailers stand last. @param {Pick<Anime, "links" | "trailers">} anime */
export function streaming({ links = [], trailers = [] }) {
  const safe = safeLinks(links);
  const isOfficial = (/** @type {StreamingLink} */ { site }) => site === "official";
  const ordered = [...safe.filter((link) => !isOfficial(link)), ...safe.filter(isOfficial)];
  const items = [
    ...ordered.map((link) => out(link.url, isOfficial(link) ? t("Official site") : link.name, regionsText(link.regions))),
    ...safeLinks(trailers).map(({ url, site }) => out(url, t("Trailer"), site === "youtube" ? "YouTube" : site))];
  return items.length > 0 && h("section", {}, h("h2", {}, t("Where to watch")), h("ul", { class: "streams" }, items));
}

/** @param {string} url @param {string} name @param {string} more */
const out = (url, name, more) => h("li", {},
  h("a", { class: "button stream", href: url, rel: "noopener noreferrer" }, name, more && h("span", { class: "muted hint" }, more)));

// --- Its episodes --------------------------------------------------------------------

/** Written when they are opened, for there may be a thousand. @param {EpisodeOf[]} episodes @param {string | undefined} zone */
export function episodeList(episodes, zone) {
  if (!episodes.length) return null;
  const list = h("ol", { class: "episodes" });
  const box = h("details", { class: "title-episodes", ontoggle: () => list.firstChild || list.append(...episodes.map(({ number: n, title, airs }) =>
    h("li", {}, h("span", { class: "figure muted" }, String(n)), h("span", {}, title ?? t("Episode {n}", { n })), airs && h("span", { class: "muted hint" }, dateIn(airs.at, zone))))) },
    h("summary", {}, h("h2", {}, t("Episodes"))), list);
  return box;
}
