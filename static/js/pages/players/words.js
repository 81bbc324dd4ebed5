/** What players told, in words. Pure functions. */

import { t } from "../../ui/words.js";

/** @import { Scrobble } from "../../types.js" */

/** "Attack on Titan, season 3, episode 13". @param {Pick<Scrobble, "series" | "title" | "type" | "season" | "episode" | "year">} one */
export function calledThere({ series, title, type, season, episode, year }) {
  const name = series || title || t("Without a name");
  if (type === "film") return year ? `${name} (${year})` : name;
  const parts = [name];
  if (season === 0) parts.push(t("specials"));
  else if (season !== null) parts.push(t("season {n}", { n: season }));
  if (episode !== null) parts.push(t("episode {n}", { n: episode }));
  return parts.join(", ");
}

/** @param {string | null} reason */
export function whyText(reason) {
  const words = /** @type {Record<string, string>} */ ({
    test: t("The player sent a test: the address works."),
    other_event: t("This is no event of playing."),
    no_video: t("Neither an episode nor a film was played."),
    other_account: t("Somebody else watched: their account is not taken."),
    other_library: t("It is in a library that is not taken."),
    below_percent: t("Too little of it was played."),
    told_before: t("It was told before, in the same hours."),
    no_episode: t("The player tells no number of the episode."),
    unknown: t("The catalogue has no title of this name."),
    ambiguous: t("It may be several titles."),
    beyond: t("The title has no such episode."),
    special: t("It is a special, and no source says which."),
    title_gone: t("The catalogue has the title no more."),
    done: t("Written to your list."),
    already: t("Your list had it already."),
    waiting: t("Not recognised: it waits for you."),
    dismissed: t("No anime, you said."),
    undone: t("Undone."),
    playing: t("Something is being played."),
  });
  return words[reason ?? ""] ?? "";
}

/** @param {string | null} rule */
export function ruleText(rule) {
  const words = /** @type {Record<string, string>} */ ({
    remembered: t("by a rule of yours"),
    site_id: t("by an id"),
    season_map: t("by an id and the map of seasons"),
    name_and_map: t("by its name and the map of seasons"),
    name: t("by its name"),
    redirect: t("by its number"),
    by_hand: t("by you"),
  });
  return words[rule ?? ""] ?? "";
}
