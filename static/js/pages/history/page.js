/** What was done to the list, newest first, and undo. */

import { here, keepQuery } from "../../shell/address.js";
import { failed, h, loading, pageHead, select } from "../../ui/dom.js";
import { historyItem } from "../../ui/history_item.js";
import { day, t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Told } from "../../types.js" */

/** @returns {[string, string][]} */
const kinds = () => [
  ["", t("All changes")], ["add", t("Added")], ["update", t("Changed")], ["remove", t("Removed")],
  ["watched", t("Diary")], ["preferences", t("Preferences")], ["import", t("Imported")], ["undo", t("Undone")],
];

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new HistoryPage(app);
  main.append(pageHead(t("History")),
    h("p", { class: "muted" }, t("Every change to your list, from any device. You can undo them.")),
    h("div", { class: "tools" }, page.kind, page.until), page.ofApp, page.list, page.more);
  page.begin();
}

class HistoryPage {
  kind = select(kinds(), { "aria-label": t("Kind of change") });
  until = h("input", { type: "date", min: "1900-01-01", max: "2200-12-31", "aria-label": t("Changes until"), title: t("Changes until") });
  list = h("div", { class: "history" });
  more = h("button", { type: "button", class: "button", hidden: true }, t("Show earlier"));
  /** @type {string | null} */
  cursor = null;
  lastDay = "";
  /** Of one app or token, where a link asks for it. */
  ofApp = h("p", { hidden: true });
  asking = 0; // an answer to an older choice comes too late

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const { query } = here();
    this.kind.value = query.get("kind") ?? "";
    this.until.value = query.get("until") ?? "";
    this.appId = query.get("app") ?? "";
    this.kind.onchange = this.until.onchange = () => this.begin();
    this.more.onclick = () => this.fetchMore();
  }

  begin() {
    keepQuery({ kind: this.kind.value, until: this.until.value, app: this.appId });
    this.list.replaceChildren(loading());
    this.cursor = null;
    this.lastDay = "";
    this.fetchMore();
  }

  async fetchMore() {
    const asked = ++this.asking;
    const instead = () => this.list.querySelector(".busy, .failed");
    try {
      const query = new URLSearchParams({ limit: "50", kind: this.kind.value, until: this.until.value, app: this.appId, ...(this.cursor && { cursor: this.cursor }) });
      /** @type {Answer<Told[]>} */
      const { data, meta } = await this.app.collection.api.ask("GET", `/api/user/operations?${query}`, undefined, { tries: 2, check: Array.isArray });
      if (asked !== this.asking) return;
      instead()?.remove();
      if (this.appId) this.nameApp(data[0]?.token_name);
      data.forEach((told) => this.append(told));
      this.cursor = meta.next_cursor ?? null;
      this.more.hidden = !this.cursor;
      if (!this.list.children.length) this.list.append(h("p", { class: "empty" }, t("No changes.")));
    } catch (error) {
      if (asked !== this.asking) return;
      instead()?.remove();
      this.list.append(failed(error, () => this.fetchMore(), t("History needs a connection.")));
    }
  }

  /** Whose changes these are, with a way to all of them. @param {string} [name] */
  nameApp(name) {
    if (!this.ofApp.hidden) return;
    this.ofApp.replaceChildren(name ? t("Only changes of {name}.", { name }) : t("Only changes of one app."), " ", h("a", { href: "/history" }, t("Show all")));
    this.ofApp.hidden = false;
  }

  /** @param {Told} told */
  append(told) {
    const itsDay = day(told.at);
    if (itsDay !== this.lastDay) this.list.append(h("h2", {}, itsDay), h("ol", {}));
    this.lastDay = itsDay;
    this.list.lastElementChild?.append(historyItem(this.app, told, { isLinked: true }));
  }
}
