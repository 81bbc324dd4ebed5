/** Why a title is recommended, and one at random. */

import { language, t } from "../../ui/words.js";

/** @import { Recommendation } from "../../types.js" */

/** "Because of One Piece and Naruto" @param {Recommendation["because"]} because */
export function reasonOf(because) {
  if (!because.length) return t("Many people know it.");
  const names = new Intl.ListFormat(language).format(because.slice(0, 2).map(({ title }) => title));
  return because[0].kind === "people" ? t("People with {titles} have it too.", { titles: names }) : t("Its genres and studios are like those of {titles}.", { titles: names });
}

/** One of them, and not the last one again where there is another. @template Row @param {Row[]} rows @param {Row | undefined} last @param {() => number} [chance] @returns {Row | undefined} */
export function pick(rows, last, chance = Math.random) {
  const others = rows.length > 1 ? rows.filter((row) => row !== last) : rows;
  return others[Math.floor(chance() * others.length)];
}
