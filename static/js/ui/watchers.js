/** Who of those one follows has a title, and how far they are. */

import { h, nodes } from "./dom.js";
import { episodeCount, scoreText, statusName, statusOf, t } from "./words.js";

/** @import { Answer } from "../collection/types.js" */
/** @import { App, Watcher } from "../types.js" */

export class TitleWatchers {
  box = h("section", { class: "panel-watchers" });

  /** @param {App} app @param {string} animeId @param {"h2" | "h3"} [level]  of its heading */
  constructor(app, animeId, level = "h3") {
    this.app = app;
    this.animeId = animeId;
    this.level = level;
  }

  async draw() {
    try {
      /** @type {Answer<Watcher[]>} */
      const { data } = await this.app.collection.api.send("GET", `/api/animes/${this.animeId}/following`);
      this.box.replaceChildren(...nodes(data.length > 0 && [h(this.level, {}, t("People you follow")), h("ul", { class: "watchers" }, data.map((one) => this.row(one)))]));
    } catch {
      // what else is shown says why
    }
  }

  /** @param {Watcher} one */
  row(one) {
    const { user_name: name, type, progress, score } = one;
    const about = [statusName(statusOf(one)), type !== "Completed" && progress > 0 && episodeCount(progress), scoreText(score, this.app.preferences.scoreFormat)];
    return h("li", {}, h("strong", {}, name), " ", h("span", { class: "muted" }, about.filter(Boolean).join(" · ")));
  }
}
