/** What can be reported, and hidden from others, in words. */

import { t } from "./words.js";

/** @import { ReportedThing } from "../types.js" */

/** @returns {Record<ReportedThing, string>} */
export const thingWords = () => ({
  profile: t("The whole profile"),
  user_name: t("The username"),
  avatar: t("The profile picture"),
  banner_image: t("The background picture"),
  profile_texts: t("The texts of the profile"),
  list: t("The whole list"),
  list_name: t("The name of the list"),
  list_description: t("The description of the list"),
  list_notes: t("The notes on the list"),
  notes: t("Notes on the watch list"),
});
