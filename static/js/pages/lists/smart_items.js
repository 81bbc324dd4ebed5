/** What the rules of a smart list find, as the server answers it: it needs a connection. */

import { failed, h, later, loading, nodes, sayFailure } from "../../ui/dom.js";
import { LISTS } from "../../ui/own_lists.js";
import { TitleCard } from "../../ui/title_card.js";
import { t } from "../../ui/words.js";

/** @import { Answer, OwnList } from "../../collection/types.js" */
/** @import { AnsweredItem, App, Progress } from "../../types.js" */

const A_PAGE = 48;
const SETTLED = 1_500; // milliseconds after a change of the list: it is sent first, then asked

/** @param {App} app @param {AnsweredItem[]} items */
export const cardsOf = (app, items) => items.map(({ anime }) => new TitleCard(app, anime).item);

export class SmartItems {
  list = h("ul", { class: "cards found" });
  more = h("button", { type: "button", class: "button", hidden: true, onclick: () => this.showMore() }, t("Show more"));
  picked = h("div", { role: "status" });
  found = h("div", {}, loading());
  box = h("div", {}, this.picked, this.found);
  /** @type {string | null} */
  cursor = null;
  again = later(() => this.box.isConnected && this.open(), SETTLED);

  /** @param {App} app @param {OwnList} list @param {(progress: Progress) => void} tell */
  constructor(app, list, tell) {
    this.app = app;
    this.url = `${LISTS}/${encodeURIComponent(list.id)}/items`;
    this.tell = tell;
    this.open();
  }

  /** @param {Record<string, string>} query @returns {Promise<Answer<AnsweredItem[]>>} */
  ask(query) {
    return this.app.api.ask("GET", `${this.url}?${new URLSearchParams(query)}`, undefined, { tries: 2, check: Array.isArray });
  }

  /** As many as are shown, anew. */
  async open() {
    const limit = Math.min(500, Math.max(A_PAGE, this.list.children.length));
    try {
      const { data, meta } = await this.ask({ limit: String(limit) });
      if (meta.progress) this.tell(meta.progress);
      this.list.replaceChildren(...cardsOf(this.app, data));
      this.put(meta.next_cursor);
      if (data.length) this.found.replaceChildren(this.list, this.more);
      else this.found.replaceChildren(h("p", { class: "empty muted" }, t("No title fits these rules yet.")));
    } catch (error) {
      if (!this.list.isConnected) this.found.replaceChildren(failed(error, () => this.open(), t("What is on a smart list is looked up by the server: it needs a connection.")));
    }
  }

  /** @param {string | null | undefined} cursor */
  put(cursor) {
    this.cursor = cursor ?? null;
    this.more.hidden = !this.cursor;
  }

  async showMore() {
    this.more.disabled = true;
    try {
      const { data, meta } = await this.ask({ limit: String(A_PAGE), cursor: this.cursor ?? "" });
      this.list.append(...cardsOf(this.app, data));
      this.put(meta.next_cursor);
    } catch (error) {
      sayFailure(error);
    }
    this.more.disabled = false;
  }

  /** One of them, whichever. */
  async pick() {
    try {
      const { data } = await this.ask({ pick: "random" });
      this.picked.replaceChildren(...nodes(data.length && [h("h2", {}, t("How about this one?")), h("ul", { class: "cards found" }, cardsOf(this.app, data))]));
    } catch (error) {
      sayFailure(error);
    }
  }
}
