/** When a title was watched, to be corrected; kept as it is while there is no network. */

import { DIARY, withWaiting } from "./diary_edits.js";
import { diaryRow } from "./diary_row.js";
import { focused, h, later, nodes } from "./dom.js";
import { t } from "./words.js";

/** @import { Answer } from "../collection/types.js" */
/** @import { App, Watched } from "../types.js" */

export class TitleDiary {
  box = h("section", { class: "panel-diary" });

  /** @param {App} app @param {string} animeId @param {"h2" | "h3"} [level]  of its heading */
  constructor(app, animeId, level = "h3") {
    this.app = app;
    this.animeId = animeId;
    this.level = level;
  }

  /** Once what was changed has reached the server. */
  drawSoon = later(() => this.box.isConnected && !this.app.collection.unsent.length && this.draw(), 300);

  async draw() {
    const at = focused()?.dataset.row;
    try {
      /** @type {Answer<Watched[]>} */
      const { data } = await this.app.collection.api.send("GET", `${DIARY}?animeId=${this.animeId}&limit=100`);
      const rows = withWaiting(this.app, data, () => true).filter(({ anime_id: id }) => id === this.animeId).map((row) => diaryRow(this.app, row, () => this.draw(), { isOfTitle: true }));
      this.box.replaceChildren(...nodes(rows.length > 0 && [h(this.level, {}, t("Diary")), h("ul", { class: "diary-rows" }, rows)]));
      if (at) /** @type {HTMLElement | null} */ (this.box.querySelector(`[data-row="${at}"]`))?.focus();
    } catch {
      // what else is shown says why
    }
  }
}
