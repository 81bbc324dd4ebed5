/** What webhooks and deliveries are called. No page, no network. */

import { moment } from "../../ui/more_words.js";
import { t } from "../../ui/words.js";

/** @import { Delivery, Webhook } from "../../types.js" */

export const FORMATS = ["standard", "discord", "ntfy"];
const PARTS = ["entries", "lists", "viewings", "notices", "profile", "preferences", "searches"];

/** What a webhook of this format can be sent. @param {string} format */
export const partsOf = (format) => (format === "standard" ? PARTS : ["entries", "notices"]);

/** @param {string} format */
export const formatName = (format) => ({ standard: t("A server of mine"), discord: "Discord", ntfy: "ntfy" })[format] ?? format;

/** @param {string} part */
export const partName = (part) => ({
  entries: t("My list"), lists: t("My lists"), viewings: t("Viewings"), notices: t("Notices"),
  profile: t("Profile"), preferences: t("Settings"), searches: t("Search history"),
})[part] ?? part;

/** @param {Pick<Webhook, "state" | "paused_why" | "failing_since" | "next_try_at">} one */
export function stateText({ state, paused_why: why, failing_since: since, next_try_at: next }) {
  if (state === "paused") {
    return why === "failing" ? t("Paused: it took nothing for a day.")
      : why === "gone" ? t("Paused: it answered that it is gone.") : t("Paused.");
  }
  return state === "failing" ? t("Has taken nothing since {when}. Next try: {next}.", { when: moment(since ?? ""), next: moment(next ?? "") }) : t("Works.");
}

/** @param {Pick<Delivery, "status" | "is_asked" | "attempts" | "status_code" | "failure">} one */
export function outcomeText({ status, is_asked: isAsked, attempts, status_code: code, failure }) {
  const why = code ? `HTTP ${code}` : failure ? failureName(failure) : "";
  const what = isAsked ? t("Leaves in a moment") : status === "delivered" ? t("Taken") : status === "failed" ? t("Not taken")
    : attempts ? t("Not taken yet") : t("Waits");
  const tries = attempts > 1 ? t("{n} tries", { n: attempts }) : "";
  return [what, why, tries].filter(Boolean).join(" · ");
}

/** @param {string} failure */
const failureName = (failure) => ({
  not_reached: t("no connection"), not_public: t("no address of the public internet"),
  certificate: t("its certificate is not good"), too_slow: t("no answer in 10 seconds"),
})[failure] ?? failure;
