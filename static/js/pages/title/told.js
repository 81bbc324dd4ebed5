/** What sources say of a title: what it is about, its names, when it airs, where it streams. */

import { h } from "../../ui/dom.js";
import { about, hasPassed, isMinute } from "../../ui/airs.js";
import { airsAt, dateIn, timeIn, weekdayIn } from "../../ui/airs_at.js";
import { episodeCount, language, number, t } from "../../ui/words.js";

/** @import { Entry } from "../../collection/types.js" */
/** @import { AiringFacts, Anime, NamesIn, StreamingLink } from "../../types.js" */

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

/** When the next episode airs, as the user's list knows it. @param {Entry | undefined} entry @param {string | undefined} zone @param {number} now */
export function nextOf(entry, zone, now) {
  const at = entry?.next_airs_at;
  if (!at || hasPassed(at, zone, now)) return "";
  const when = about(airsAt(at, zone), entry.next_airs_estimated);
  return typeof entry.episodes_aired === "number" ? t("Episode {n}: {when}", { n: entry.episodes_aired + 1, when }) : when;
}

/**
 * @param {AiringFacts | null | undefined} airing @param {Anime} anime @param {Entry | undefined} entry
 * @param {string | undefined} zone @param {number} now
 */
export function airing(airing, { airing_status: status }, entry, zone, now) {
  const isOver = status === "finished";
  const begins = airing?.begin && !hasPassed(airing.begin.at, zone, now);
  /** @type {[string, string | false | null | undefined][]} */
  const lines = [
    [t("Next"), !isOver && nextOf(entry, zone, now)],
    [begins ? t("Begins") : isOver ? t("Aired") : t("Airs"), airing && (begins && airing.begin ? airsAt(airing.begin.at, zone) : period(airing, zone))],
    [t("Regularly"), !isOver && airing && regularly(airing, zone)],
    [t("So far"), !isOver && Boolean(entry?.episodes_aired) && episodeCount(Number(entry?.episodes_aired))],
  ];
  const there = lines.filter(([, text]) => text);
  return there.length > 0 && h("dl", { class: "title-airs" }, there.map(([name, text]) => h("div", {},
    h("dt", { class: "muted" }, name), h("dd", {}, String(text)))));
}

// --- Where it streams ----------------------------------------------------------------

/** What a reader can be sent to: https alone. @param {StreamingLink[]} links */
export const safeLinks = (links) => links.filter(({ url }) => url.startsWith("https://"));

/** @param {string[]} regions */
export const regionsText = (regions) => regions.length > MOST_REGIONS ? t("{n} countries", { n: regions.length })
  : regions.map((code) => nameOf("region", code)).join(", ");

/** @param {StreamingLink[]} links */
export function streaming(links) {
  const safe = safeLinks(links);
  const isOfficial = (/** @type {StreamingLink} */ { site }) => site === "official";
  const ordered = [...safe.filter((link) => !isOfficial(link)), ...safe.filter(isOfficial)];
  return ordered.length > 0 && h("section", {}, h("h2", {}, t("Where to watch")),
    h("ul", { class: "streams" }, ordered.map((link) => h("li", {},
      h("a", { class: "button stream", href: link.url, rel: "noopener noreferrer" }, isOfficial(link) ? t("Official site") : link.name,
        link.regions.length > 0 && h("span", { class: "muted hint" }, regionsText(link.regions)))))));
}
