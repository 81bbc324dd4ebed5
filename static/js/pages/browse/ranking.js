/** Titles by rank, a page at a time. */

import { here } from "../../shell/address.js";
import { failed, h, loading, sayFailure } from "../../ui/dom.js";
import { RankedTitle } from "../../ui/title_card.js";
import { t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { Anime, Frame } from "../../types.js" */
/** @import { Tile } from "../../ui/title_card.js" */

const A_PAGE = "50";

/** What was ranked last, for who comes back to it. */
const last = { place: "", found: /** @type {Anime[]} */ ([]), cursor: /** @type {string | null} */ (null) };

export class Ranking {
  list = h("ol", { class: "ranking" });
  more = h("button", { type: "button", class: "button", hidden: true, onclick: () => { this.fetchMore(); } }, t("Show more"));
  box = h("div", { class: "ranking-box" });
  /** @type {Anime[]} */
  found = [];
  /** @type {string | null} */
  cursor = null;

  /**
   * @param {Frame} app @param {(query: Record<string, string>) => Promise<Answer<Anime[]>>} ask
   * @param {Record<string, string>} query @param {(item: RankedTitle | Tile) => HTMLElement} keep
   */
  constructor(app, ask, query, keep) {
    this.app = app;
    this.ask = () => ask({ ...query, limit: A_PAGE, ...(this.cursor && { cursor: this.cursor }) });
    this.keep = keep;
  }

  /** @param {boolean} isBack  as it was left, where that is still known */
  async open(isBack) {
    if (isBack && last.place === here().place) {
      this.append(last.found, last.cursor);
      return this.box.replaceChildren(this.list, this.more);
    }
    this.box.replaceChildren(loading());
    try {
      await this.fetchPage();
      if (this.found.length) this.box.replaceChildren(this.list, this.more);
      else this.box.replaceChildren(h("p", { class: "empty muted" }, t("No titles fit. Choose less at once.")));
    } catch (error) {
      if (/** @type {Error} */ (error).name === "AbortError") return;
      this.box.replaceChildren(failed(error, () => this.open(false), t("Browsing needs a connection.")));
    }
  }

  async fetchPage() {
    const { data, meta } = await this.ask();
    this.append(data, meta.next_cursor ?? null);
  }

  async fetchMore() {
    this.more.disabled = true;
    await this.fetchPage().catch((error) => sayFailure(error, () => this.fetchMore()));
    this.more.disabled = false;
  }

  /** @param {Anime[]} titles @param {string | null} cursor */
  append(titles, cursor) {
    const rank = this.found.length + 1;
    this.list.append(...titles.map((anime, at) => this.keep(new RankedTitle(this.app, anime, rank + at))));
    this.found = [...this.found, ...titles];
    this.cursor = cursor;
    Object.assign(last, { place: here().place, found: this.found, cursor });
    this.more.hidden = !cursor;
  }
}
