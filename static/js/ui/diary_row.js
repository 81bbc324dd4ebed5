/** A row of the diary, and what corrects it: the day, the number, or it goes. Each is undone from its toast, and done without network too. */

import { pageOf } from "../shell/address.js";
import { cover } from "./covers.js";
import { correct } from "./diary_edits.js";
import { h, iconButton } from "./dom.js";
import { dayName, episodeCount, t } from "./words.js";
import { whenSelect } from "./watched_on.js";

/** @import { App, Watched } from "../types.js" */

/** In the language of the list. @param {App} app @param {Watched} row */
export const titleOf = (app, { anime_id: id, title }) => app.collection.entries.get(id)?.title ?? title ?? `№ ${id}`;

/**
 * @param {App} app @param {Watched} row @param {() => unknown} changed
 * @param {{isOfTitle?: boolean}} [how]  under its title: the day stands there instead
 */
export function diaryRow(app, row, changed, { isOfTitle = false } = {}) {
  const title = titleOf(app, row);
  const about = { revision: row.revision, changed };
  const episodes = h("input", {
    type: "number", min: 1, max: 100000, required: true, inputmode: "numeric", value: row.episodes, "aria-label": t("Episodes of {title}", { title }), "data-row": `${row.id} number`,
    onchange: () => {
      if (!episodes.reportValidity() || Number(episodes.value) === row.episodes) return;
      correct(app, row, "PATCH", { episodes: Number(episodes.value) }, t("{title}: {episodes}.", { title, episodes: episodeCount(Number(episodes.value)) }), about);
    },
  });
  const when = whenSelect(t("Watched on: {title}", { title }), (day) =>
    correct(app, row, "PATCH", { watched_on: day }, t("Moved {title} to {type}.", { title, type: dayName(day) }), { changed })); // however many there are by now
  when.begin(dayName(row.watched_on), row.watched_on);
  when.box.dataset.row = `${row.id} day`;
  return h("li", { class: "diary-row" },
    !isOfTitle && cover({ anime_id: row.anime_id, title, imageUrl: row.imageUrl }),
    h("div", { class: "diary-text" },
      !isOfTitle && h("a", { href: pageOf(row.anime_id) }, title),
      h("div", { class: "diary-fields" },
        h("label", {}, episodes, h("span", { class: "muted" }, row.episodes === 1 ? t("episode") : t("episodes"))), when.box),
      row.company && h("span", { class: "muted" }, t("with {names}", { names: row.company.join(", ") })),
      row.isWaiting && h("span", { class: "muted" }, t("Waiting to be sent"))),
    iconButton("close", t("Remove {title} from the diary", { title }), {
      "data-row": `${row.id} remove`,
      onclick: () => correct(app, row, "DELETE", undefined, t("Removed {title} from the diary.", { title }), about),
    }));
}
