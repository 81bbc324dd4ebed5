/** Episodes counted, from wherever: what was done and what followed from it is said. */

import { scoreInput } from "./score.js";
import { t, typeName } from "./words.js";

/** @import { Entry } from "../collection/types.js" */
/** @import { App } from "../types.js" */

/** @param {App} app @param {string} animeId @param {number} [by] */
export function watched(app, animeId, by = 1) {
  const { collection } = app;
  const before = collection.entries.get(animeId);
  if (!before || (by < 0 && !before.progress)) return;
  const change = collection.increment(animeId, by);
  const after = collection.entries.get(animeId) ?? before; // shown at once, before it is sent
  const isFinished = after.type === "Completed" && before.type !== "Completed";
  app.done(change, sentence(before, after, by), isFinished ? rating(app, after) : undefined);
}

/** What was done and what followed. @param {Entry} before @param {Entry} after @param {number} by */
function sentence({ title, type, state }, after, by) {
  if (after.type === "Completed" && type !== "Completed") {
    return after.score === null ? t("Finished {title}. Rate it?", { title }) : t("Finished {title}. Moved to Completed.", { title });
  }
  const counted = by > 0 ? t("{title}: episode {n} watched.", { title, n: after.progress }) : t("{title}: back to episode {n}.", { title, n: after.progress });
  if (after.type !== type) return `${counted} ${t("Moved to {type}.", { type: typeName(after.type) })}`;
  return state === "on_hold" && after.state === "active" ? `${counted} ${t("No longer on hold.")}` : counted;
}

/** The score at hand, where there is none yet. @param {App} app @param {Entry} entry */
export function rating(app, { anime_id: id, score }) {
  if (score !== null) return undefined;
  const input = scoreInput(app.preferences.scoreFormat, (value) => {
    app.collection.update(id, { score: value }).then(() => input.put(value));
  });
  input.put(null);
  return input.box;
}
