/** Episodes counted, from wherever: what was done and what followed from it is said. */

import { afterFinishing, offerAgain } from "./on_demand.js";
import { dayName, t, typeName } from "./words.js";

/** @import { Entry } from "../collection/types.js" */
/** @import { App } from "../types.js" */

/** @param {App} app @param {string} animeId @param {number} [by] @param {string} [day]  on which; now, if not said */
export function watched(app, animeId, by = 1, day) {
  const { collection } = app;
  const before = collection.entries.get(animeId);
  if (!before || (by < 0 && !before.progress)) return;
  const { type, progress, episodes } = before;
  if (by > 0 && type === "Completed" && episodes && progress >= episodes) return offerAgain(app, animeId);
  const again = (/** @type {string | undefined} */ on) => collection.increment(animeId, by, on);
  const change = again(day);
  const after = collection.entries.get(animeId) ?? before; // shown at once, before it is sent
  const isFinished = after.type === "Completed" && type !== "Completed";
  app.done(change, sentence(before, after, by, day), isFinished ? (made) => afterFinishing(app, after, made, again) : undefined);
}

/** What was done and what followed. @param {Entry} before @param {Entry} after @param {number} by @param {string} [day] */
function sentence({ title, type, state }, after, by, day) {
  if (after.type === "Completed" && type !== "Completed") {
    return after.score === null ? t("Finished {title}. Rate it?", { title }) : t("Finished {title}. Moved to Completed.", { title });
  }
  const counted = by > 0 ? day ? t("{title}: episode {n} watched ({day}).", { title, n: after.progress, day: dayName(day) })
    : t("{title}: episode {n} watched.", { title, n: after.progress }) : t("{title}: back to episode {n}.", { title, n: after.progress });
  if (after.type !== type) return `${counted} ${t("Moved to {type}.", { type: typeName(after.type) })}`;
  return state === "on_hold" && after.state === "active" ? `${counted} ${t("No longer on hold.")}` : counted;
}
