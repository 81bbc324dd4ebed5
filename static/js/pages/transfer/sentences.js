/** What was imported, or would be, in sentences: pure functions. */

import { formatName } from "../../ui/changes.js";
import { t, titleCount } from "../../ui/words.js";

/** @import { Outcome, Plan, Summary, Values } from "../../types.js" */

/** What becomes of a row. @returns {Record<Outcome, string>} */
export const outcomes = () => ({
  add: t("New"), update: t("Changed"), conflict: t("Needs your choice"), unmatched: t("No match"),
  refused: t("Unreadable"), unchanged: t("Already up to date"),
});

/** @param {Summary} summary @returns {Outcome[]} the outcomes that there are, in the order of the tabs */
export const outcomesIn = (summary) =>
  /** @type {Outcome[]} */ (Object.keys(outcomes())).filter((name) => summary[name]);

/** Where it is from. @param {Plan} plan */
export const origin = ({ summary, format, file_name: name }) =>
  t("{titles} from {format}", { titles: titleCount(summary.rows), format: name ? `${name} (${formatName(format)})` : formatName(format) });

/** @param {Plan} plan */
export function leadOf({ summary, status }) {
  if (summary.add + summary.update === 0) {
    return summary.unchanged === summary.rows ? t("Your list is already up to date.") : t("Nothing to import.");
  }
  return status === "applied" ? done(summary) : planned(summary);
}

/** What was done, in one sentence. @param {Summary} summary */
export function done({ add, update }) {
  if (!add) return t("Updated {titles}.", { titles: titleCount(update) });
  return update ? t("Added {titles} and updated {update}.", { titles: titleCount(add), update }) : t("Added {titles}.", { titles: titleCount(add) });
}

/** What would be done. @param {Summary} summary */
const planned = ({ add, update }) => [
  add && (add === 1 ? t("1 new title") : t("{n} new titles", { n: add })),
  update && (update === 1 ? t("1 change") : t("{n} changes", { n: update })),
].filter(Boolean).join(", ");

/** The fields in which an entry would change; of a new entry, what it does not say is no news. @param {Values | null} before @param {Values | null} after */
export function changedFields(before, after) {
  const isEmpty = (/** @type {unknown} */ value) => !value || value === "active" || (Array.isArray(value) && !value.length);
  return Object.entries(after ?? {}).flatMap(([name, value]) => ((before && name in before) || !isEmpty(value) ? [name] : []));
}
