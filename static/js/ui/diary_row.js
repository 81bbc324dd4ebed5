/** A row of the diary, and what corrects it: the day, the number, or it goes. Each is undone from its toast. */

import { Refused, makeId } from "../collection/index.js";
import { pageOf } from "../shell/address.js";
import { cover } from "./covers.js";
import { h, iconButton, sayFailure, toast } from "./dom.js";
import { undoOperation } from "./history_item.js";
import { dayName, episodeCount, t } from "./words.js";
import { whenSelect } from "./watched_on.js";

/** @import { App, Watched } from "../types.js" */

const DIARY = "/api/user/watched";

/**
 * A write on the diary, said with the way back.
 * @param {App} app @param {"POST" | "PATCH" | "DELETE"} method @param {unknown} body @param {string} sentence
 * @param {{row?: Watched, revision?: number, changed: () => unknown}} about
 *   revision: that one decided on, where a newer one is not to be overwritten; changed: what draws it again
 */
export async function write(app, method, body, sentence, { row, revision, changed }) {
  try {
    const { api } = app.collection;
    const { meta } = await api.ask(method, row ? `${DIARY}/${row.id}` : DIARY, body, { key: makeId(), ifMatch: revision });
    const { operation_id: id } = meta;
    toast(sentence, id ? { label: t("Undo"), run: () => undoOperation(app, id).then(changed, sayFailure) } : null);
  } catch (error) {
    const isOvertaken = error instanceof Refused && error.code === "revision_mismatch";
    sayFailure(isOvertaken ? new Refused({ error: t("This day has changed meanwhile. Try again.") }, error.status) : error);
  }
  app.collection.settle();
  changed();
}

/** In the language of the list. @param {App} app @param {Watched} row */
export const titleOf = (app, { anime_id: id, title }) => app.collection.entries.get(id)?.title ?? title ?? `№ ${id}`;

/**
 * @param {App} app @param {Watched} row @param {() => unknown} changed
 * @param {{isOfTitle?: boolean}} [how]  under its title: the day stands there instead
 */
export function diaryRow(app, row, changed, { isOfTitle = false } = {}) {
  const title = titleOf(app, row);
  const about = { row, revision: row.revision, changed };
  const episodes = h("input", {
    type: "number", min: 1, max: 100000, required: true, inputmode: "numeric", value: row.episodes, "aria-label": t("Episodes of {title}", { title }), "data-row": `${row.id} number`,
    onchange: () => {
      if (!episodes.reportValidity() || Number(episodes.value) === row.episodes) return;
      write(app, "PATCH", { episodes: Number(episodes.value) }, t("{title}: {episodes}.", { title, episodes: episodeCount(Number(episodes.value)) }), about);
    },
  });
  const when = whenSelect(t("Watched on: {title}", { title }), (day) =>
    write(app, "PATCH", { watched_on: day }, t("Moved {title} to {type}.", { title, type: dayName(day) }), { row, changed })); // however many there are by now
  when.begin(dayName(row.watched_on), row.watched_on);
  when.box.dataset.row = `${row.id} day`;
  return h("li", { class: "diary-row" },
    !isOfTitle && cover({ anime_id: row.anime_id, title, imageUrl: row.imageUrl }),
    h("div", { class: "diary-text" },
      !isOfTitle && h("a", { href: pageOf(row.anime_id) }, title),
      h("div", { class: "diary-fields" },
        h("label", {}, episodes, h("span", { class: "muted" }, row.episodes === 1 ? t("episode") : t("episodes"))), when.box)),
    iconButton("close", t("Remove {title} from the diary", { title }), {
      "data-row": `${row.id} remove`,
      onclick: () => write(app, "DELETE", undefined, t("Removed {title} from the diary.", { title }), about),
    }));
}
