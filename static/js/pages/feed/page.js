/** What those did whom one follows, the latest first. */

import { pageOf } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { failed, h, loading, pageHead } from "../../ui/dom.js";
import { since } from "../../ui/more_words.js";
import { openEntry } from "../../ui/on_demand.js";
import { day, t } from "../../ui/words.js";
import { doingsOf } from "./doings.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, FeedItem } from "../../types.js" */

const EMPTY_PAGES = 5; // a page may have nothing that is seen, while there is more

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new FeedPage(app);
  main.append(pageHead(t("Feed"), h("a", { class: "button", href: "/following" }, t("Following"))), page.list, page.more);
  page.fetchMore();
}

class FeedPage {
  list = h("div", { class: "history feed" }, loading());
  more = h("button", { type: "button", class: "button", hidden: true }, t("Show earlier"));
  /** @type {string | null} */
  cursor = null;
  lastDay = "";

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.more.onclick = () => this.fetchMore();
  }

  async fetchMore() {
    this.more.disabled = true;
    try {
      for (let asked = 0; asked < EMPTY_PAGES; asked += 1) {
        const query = this.cursor ? `?cursor=${encodeURIComponent(this.cursor)}` : "";
        /** @type {Answer<FeedItem[]>} */
        const { data, meta } = await this.app.collection.api.ask("GET", `/api/user/feed${query}`, undefined, { tries: 2, check: Array.isArray });
        this.list.querySelectorAll(":scope > .busy, :scope > .failed").forEach((instead) => instead.remove());
        data.forEach((item) => this.append(item));
        this.cursor = meta.next_cursor ?? null;
        if (data.length || !this.cursor) break;
      }
      this.more.hidden = !this.cursor;
      if (!this.list.children.length && !this.cursor) this.list.append(this.nothing());
    } catch (error) {
      this.list.querySelectorAll(":scope > .busy, :scope > .failed").forEach((instead) => instead.remove());
      this.list.append(failed(error, () => this.fetchMore(), t("The feed needs a connection.")));
    } finally {
      this.more.disabled = false;
    }
  }

  nothing() {
    return h("div", { class: "empty" },
      h("p", {}, t("Nothing yet. What the people whom you follow watch appears here, as far as they show it to followers.")),
      h("a", { class: "button", href: "/following" }, t("Follow somebody")));
  }

  /** @param {FeedItem} item */
  append(item) {
    const itsDay = day(item.at);
    if (itsDay !== this.lastDay) this.list.append(h("h2", {}, itsDay), h("ol", {}));
    this.lastDay = itsDay;
    this.list.lastElementChild?.append(this.row(item));
  }

  /** @param {FeedItem} item */
  row(item) {
    const { user_name: name, anime_id: id, title, at } = item;
    const doings = doingsOf(item, this.app.preferences.scoreFormat).join(", ");
    return h("li", { class: "doing" },
      h("a", { class: "doing-cover", href: pageOf(id), tabindex: -1, "aria-hidden": "true" }, cover(item)),
      h("div", {},
        h("p", {}, h("a", { href: `/u/${encodeURIComponent(name)}` }, h("strong", {}, name)), " ", doings),
        h("p", {}, h("a", { class: "doing-title", href: pageOf(id), onclick: (/** @type {MouseEvent} */ event) => this.open(event, id) }, title)),
        h("time", { class: "muted", datetime: at }, since(at))));
  }

  /** The panel of what is on the list; a new tab gets the title's page. @param {MouseEvent} event @param {string} animeId */
  open(event, animeId) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button || !this.app.collection.entries.has(animeId)) return;
    event.preventDefault();
    openEntry(this.app, animeId);
  }
}
