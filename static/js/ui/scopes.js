/** What an app may do, in words; the same as animecollections/scopes.py says. */

import { t } from "./words.js";

/** @type {() => Record<string, string>} */
const words = () => ({
  export: t("Export the lists."),
  feeds: t("See which feeds there are of what airs of the list, and end them."),
  "following:read": t("See who is followed, who follows, asks and is blocked; and what the followed show to followers."),
  "following:write": t("Follow people, end it, decline requests, and block."),
  "history:read": t("Read the search history."),
  "history:write": t("Add to the search history, and clear it."),
  import: t("Plan and apply imports of lists."),
  "list:read": t("Read the list and its history."),
  "list:write": t("Change the list, and undo changes."),
  "lists:read": t("Read the lists of one's own."),
  "lists:write": t("Make lists of one's own, and change them."),
  live: t("Receive changes live."),
  "profile:read": t("Read the profile, the preferences and the uploaded pictures."),
  "profile:write": t("Change the profile, the preferences and the pictures."),
  sandbox: t("Be tried out in an account that counts nowhere, fail there on demand, and empty it."),
  scrobble: t("Tell what a player plays, and nothing else."),
  sharing: t("Decide who sees what; see which links there are to it, and end them."),
  "stats:read": t("Read the statistics."),
  "watched:write": t("Add to the diary of what was watched when, and correct it."),
  webhooks: t("See which webhooks there are, what came of them, test and end them."),
});

/** @param {string} scope */
export const scopeText = (scope) => words()[scope] ?? scope;
