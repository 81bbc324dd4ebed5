/** What of a series is shown, and what besides: pure functions. */

import { t } from "../../ui/words.js";

/** @import { RelatedAnime, TypedRelation } from "../../types.js" */

export const MOST = 8; // of a series that are shown before one asks for all

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
