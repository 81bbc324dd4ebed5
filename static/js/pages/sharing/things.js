/** What can be shown to others, and what of it is seen: pure functions. */

import { TYPE_OF_THING, thingName } from "../../ui/audiences.js";
import { t } from "../../ui/words.js";

/** @import { Audience, OwnList } from "../../collection/types.js" */
/** @import { Share, Thing } from "../../types.js" */

const OWN = ["profile", "stats", "year", "history"];
/** What a link may name beyond what others see, by what it leads to. @type {Record<string, string[]>} */
const FIELDS = {
  profile: ["person", "watched_animes"], list: ["notes", "dates"], type: ["notes", "dates", "episodes", "rewatches", "tags"],
  stats: ["dates", "rewatches", "tags"], year: ["dates", "rewatches", "tags"],
};

/** @param {string} thing  of those in the preferences @param {number} year @returns {Thing} */
function asThing(thing, year) {
  const name = thingName(thing);
  if (thing in TYPE_OF_THING) return { of: "type", id: TYPE_OF_THING[thing], thing, name };
  return { of: thing, id: thing === "year" ? String(year) : "", thing, name };
}

/** Those that everybody has. @param {number} year  to look at */
export const ownThings = (year) => OWN.map((thing) => asThing(thing, year));
export const typeThings = () => Object.keys(TYPE_OF_THING).map((thing) => asThing(thing, 0));
/** @param {OwnList} list @returns {Thing} */
export const listThing = ({ id, name }) => ({ of: "list", id, thing: "", name });

/**
 * What an address asks for; undefined: nothing that there is.
 * @param {URLSearchParams} query @param {OwnList[]} lists @param {number} thisYear @returns {Thing | undefined}
 */
export function thingOf(query, lists, thisYear) {
  const [of, id] = [query.get("of"), query.get("id") ?? ""];
  if (of === "list") return lists.filter((list) => list.kind === "manual" && [list.id, list.client_key].includes(id)).map(listThing)[0];
  if (of === "type") return typeThings().find((one) => one.id === id);
  return ownThings(Number(id) || thisYear).find((one) => one.of === of);
}

/** @param {Thing} thing */
export const addressOf = ({ of, id }) => `/sharing?${new URLSearchParams({ of, ...(id && { id }) })}`;

/** Whether a link can lead there. @param {Pick<Thing, "of">} thing */
export const hasLinks = ({ of }) => of in FIELDS;
/** @param {Pick<Thing, "of">} thing */
export const fieldsOf = ({ of }) => FIELDS[of] ?? [];

/** @param {Pick<Share, "of" | "which">} share @param {Thing} thing */
export const leadsTo = (share, thing) => share.of === thing.of && (thing.of === "year" || share.which === thing.id);

/** What a link leads to, by name. @param {Share} share @param {OwnList[]} lists */
export function nameOf({ of, which }, lists) {
  if (of === "list") return lists.find(({ id }) => id === which)?.name ?? t("A list that was removed");
  if (of === "year") return t("{year} in review", { year: which });
  return of === "type" ? thingName(Object.keys(TYPE_OF_THING).find((thing) => TYPE_OF_THING[thing] === which) ?? which) : thingName(of);
}

/** Whether a link answers no more by itself. @param {Pick<Share, "expires_at" | "max_uses" | "uses">} share @param {number} now */
export const hasEnded = ({ expires_at: end, max_uses: most, uses }, now) =>
  (end !== null && Date.parse(end) <= now) || (most !== null && uses >= most);

/** @param {string} field */
export const sharedFieldName = (field) => ({
  notes: t("Notes"), dates: t("Dates"), episodes: t("Which episodes were watched"), rewatches: t("Rewatches"), tags: t("Tags"),
  person: t("Your name, birthday and gender"), watched_animes: t("Anime you said you have watched"),
})[field] ?? field;

/** What is seen of it, as a sentence. @param {Pick<Thing, "of">} thing */
export const whatIsSeen = ({ of }) => ({
  profile: t("your username, pictures, favourites and habits."),
  type: t("titles with their status, progress and score."),
  list: t("its name, its description and its titles."),
  stats: t("the numbers of your whole list, whoever sees the list itself."),
  year: t("the numbers and the most watched titles of each year, whoever sees the list itself."),
  history: t("when you started, watched, finished and added something, in everything else that is seen."),
})[of] ?? "";

/** And what never is. @param {Pick<Thing, "of">} thing */
export const whatIsNot = ({ of }) => [
  t("Never shown: private titles, your e-mail address, priorities. Mature titles: only to those who let them be shown."),
  of === "list" || of === "type" ? t("Notes: only where a link names them.")
    : of === "profile" ? t("Your name, birthday and gender: only where a link names them.") : "",
].filter(Boolean).join(" ");

/** @param {Audience} audience @param {string} name */
export const shownNow = (audience, name) => ({
  nobody: t("{name}: only you see it now.", { name }), link: t("{name}: people with a link see it now.", { name }),
  followers: t("{name}: people who follow you see it now.", { name }), everyone: t("{name}: everyone sees it now.", { name }),
})[audience];
