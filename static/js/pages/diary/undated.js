/** What nobody knows the day of, to be given one. */

import { diaryRow } from "../../ui/diary_row.js";
import { DIARY, withWaiting } from "../../ui/diary_edits.js";
import { failureSentence, h, nodes } from "../../ui/dom.js";
import { t } from "../../ui/words.js";
import { keepMonth, keptMonth } from "./kept.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Watched } from "../../types.js" */

const UNKNOWN = "unknown";
const AT_ONCE = 50;

/** Asked for when it is opened. */
export class Undated {
  list = h("ul", { class: "diary-rows" });
  said = h("p", { class: "muted", role: "status" });
  more = h("button", { type: "button", class: "button", hidden: true, onclick: () => this.fetch(this.cursor) }, t("Show more"));
  box = h("details", { class: "sheet undated", ontoggle: () => { if (this.box.open && !this.isAsked) this.fetch(); } },
    h("summary", {}, h("h3", {}, t("Day not known"))), this.said, this.list, this.more);
  /** @type {Watched[]} */
  rows = [];
  cursor = "";
  isAsked = false;

  /** @param {App} app @param {() => unknown} changed */
  constructor(app, changed) {
    this.app = app;
    this.changed = changed;
  }

  /** Again, as far as it is shown. */
  refresh() {
    return this.box.open ? this.fetch() : undefined;
  }

  /** @param {string} [cursor] */
  async fetch(cursor = "") {
    this.isAsked = true;
    const { collection } = this.app;
    const query = new URLSearchParams({ watched_on: UNKNOWN, limit: String(AT_ONCE), ...(cursor && { cursor }) });
    try {
      /** @type {Answer<Watched[]>} */
      const { data, meta } = await collection.api.ask("GET", `${DIARY}?${query}`, undefined, { tries: 1, check: Array.isArray });
      this.rows = cursor ? [...this.rows, ...data] : data;
      this.cursor = meta.next_cursor ?? "";
      this.problem = "";
      keepMonth(collection, UNKNOWN, this.rows).catch(() => {}); // then not without network
    } catch (error) {
      this.rows = (await keptMonth(collection, UNKNOWN).catch(() => {})) ?? [];
      this.problem = failureSentence(error);
    }
    this.draw();
  }

  draw() {
    if (!this.isAsked) return;
    const rows = withWaiting(this.app, this.rows, (day) => day === UNKNOWN);
    this.said.textContent = rows.length ? t("Give each the day, month or year that you know.") : this.problem || t("Every episode has a day.");
    this.list.replaceChildren(...nodes(rows.map((row) => diaryRow(this.app, row, this.changed))));
    this.more.hidden = !this.cursor;
  }

  problem = "";
}
