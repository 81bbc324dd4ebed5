/** What somebody did to a title, in words. */

import { scoreText, t } from "../../ui/words.js";

/** @import { FeedItem } from "../../types.js" */

/** @type {Record<string, () => string>} */
const SENTENCES = {
  added: () => t("added it"),
  planned: () => t("plans to watch it"),
  started: () => t("started watching"),
  completed: () => t("completed it"),
  paused: () => t("put it on hold"),
  dropped: () => t("dropped it"),
  rewatching: () => t("watches it again"),
};

/** @param {FeedItem["episodes"]} episodes */
function watched(episodes) {
  if (!episodes) return t("watched episodes");
  const { first, last } = episodes;
  return first === last ? t("watched episode {n}", { n: last }) : t("watched episodes {first}–{last}", { first, last });
}

/**
 * The sentences of one item, in order: where it was planned, started or completed, nothing
 * says that it was added; and of a film that was completed, nothing which episode that was.
 * @param {Pick<FeedItem, "did" | "episodes" | "score" | "total_episodes">} item @param {string} format  of scores
 */
export function doingsOf({ did, episodes, score, total_episodes: total }, format) {
  const goesFurther = did.some((one) => ["planned", "started", "completed", "dropped"].includes(one));
  const isWhole = did.includes("completed") && episodes?.first === 1 && episodes.last === total;
  return did.flatMap((one) => {
    if (one === "added" && goesFurther) return [];
    if (one === "started" && (did.includes("watched") || did.includes("completed"))) return [];
    if (one === "watched") return isWhole ? [] : [watched(episodes)];
    if (one === "scored") return score === null ? [] : [t("gave it {score}", { score: scoreText(score, format) })];
    return SENTENCES[one]?.() ?? [];
  });
}
