/** Who sees what: its words. */

import { t, typeName } from "./words.js";

/** @import { Audience } from "../collection/types.js" */

/** Each has those before it too. */
export const AUDIENCES = /** @type {const} */ (["nobody", "link", "followers", "everyone"]);

/** @param {string} audience */
export const audienceName = (audience) => ({
  nobody: t("Only you"), link: t("People with a link"), followers: t("People who follow you"), everyone: t("Everyone"),
})[audience] ?? audience;

/** @type {Record<string, string>} */
export const TYPE_OF_THING = { watching: "Watching", completed: "Completed", to_watch: "To Watch", collection: "Collection" };

/** Of what has its audience in the preferences. @param {string} thing */
export const thingName = (thing) => (thing in TYPE_OF_THING ? typeName(TYPE_OF_THING[thing])
  : { profile: t("Profile"), stats: t("Statistics"), year: t("Years in review"), history: t("When you watched") }[thing] ?? thing);

/**
 * What an audience means, as a sentence.
 * @param {Audience} audience @param {boolean} [hasLinks]  whether a link can lead to the thing
 */
export const audienceHint = (audience, hasLinks = true) => ({
  nobody: hasLinks ? t("Nobody else sees it. Links to it stop working until you change this.") : t("Nobody else sees it."),
  link: hasLinks ? t("Anyone you give a link to, without an account. Nobody finds it by your name.") : t("They see it in what their link leads to."),
  followers: t("They see it under your name, and so do people with a link."),
  everyone: t("Anyone sees it under your name, without an account. Search engines may list it."),
})[audience];
