/** Notices in words: the same as in mails and pushes (profiles/notifications/sentences.py). */

import { airsAt } from "../../ui/airs_at.js";
import { t } from "../../ui/words.js";

/** @import { Notice } from "../../collection/types.js" */

/** @param {Notice} notice @param {string} [zone] */
export function sentenceOf(notice, zone) {
  const { kind, episode: n, related_title: title } = notice;
  const time = notice.airs_at ? airsAt(notice.airs_at, zone) : "";
  if (kind === "moved") return time ? t("Episode {n} moved to {time}.", { n, time }) : t("Episode {n} has no date any more.", { n });
  if (kind === "merged") return t("{title} is the same title: your entries are one now.", { title });
  if (kind === "sequel") {
    return notice.added ? t("Sequel of {title}, from {time}. Added to To Watch.", { title, time }) : t("Sequel of {title}, from {time}.", { title, time });
  }
  if (kind === "follow_request") return t("Somebody asks to follow you.");
  if (kind === "follower") return t("Somebody follows you now.");
  if (kind === "together") return t("Somebody says that you watched something together.");
  return n === null ? notice.text ?? "" : airedOf(notice);
}

/** @param {Notice} notice */
function airedOf({ kind, first_episode: first, episode: last, episodes: total }) {
  if (last === 1 && total === 1) return t("Out now.");
  if (kind === "finale") return t("The last episode aired: {n}.", { n: last });
  if (first !== last) return t("Episodes {first} to {last} aired.", { first, last });
  return kind === "first" ? t("The first episode aired.") : t("Episode {n} aired.", { n: last });
}
