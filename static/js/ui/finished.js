/** What may be said of a title that is finished: a score, when it was, and that it is watched again. */

import { h, sayFailure, toast } from "./dom.js";
import { scoreInput } from "./score.js";
import { whenSelect } from "./watched_on.js";
import { dayName, t } from "./words.js";

/** @import { Entry } from "../collection/types.js" */
/** @import { AfterFinishing, App } from "../types.js" */

/** For the toast: the score where there is none yet, and another day. @type {AfterFinishing} */
export async function afterFinishing(app, entry, made, again) {
  const { title, finished_on: day } = entry;
  const change = async (/** @type {string} */ other) => {
    box.closest(".toast")?.remove();
    try {
      if (made) await app.collection.undo(made);
      await app.done(again(other), t("Finished {title} ({day}).", { title, day: dayName(other) }));
    } catch (error) {
      sayFailure(error);
    }
  };
  const when = whenSelect(t("Finished"), change);
  when.begin(day ? dayName(day) : t("Day not known"), day ?? "unknown");
  const box = h("span", { class: "finished" }, rating(app, entry, made?.isQuiet), h("label", {}, t("Finished"), when.box));
  return box;
}

/** The score at hand, where there is none yet. @param {App} app @param {Entry} entry @param {boolean} [quiet]  followers are not told */
function rating(app, { anime_id: id, score }, quiet) {
  if (score !== null) return undefined;
  const input = scoreInput(app.preferences.scoreFormat, (value) => {
    app.collection.update(id, { score: value, ...(quiet && { quiet }) }).then(() => input.put(value));
  });
  input.put(null);
  return input.box;
}

/** More of what is completed: it is watched again, then. @param {App} app @param {string} animeId */
export function offerAgain(app, animeId) {
  const title = app.collection.entries.get(animeId)?.title ?? "";
  toast(t("You have finished {title}. Watch again?", { title }),
    { label: t("Watch again"), run: () => watchAgain(app, animeId) });
}

/** @param {App} app @param {string} animeId */
export function watchAgain(app, animeId) {
  const title = app.collection.entries.get(animeId)?.title ?? "";
  const begun = app.collection.watchAgain(animeId);
  return app.done(begun, t("Rewatching {title} from episode 1.", { title }));
}
