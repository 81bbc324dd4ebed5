/** What was done to the list, newest first, and undo. */

import { h, sayFailure } from "./dom.js";
import { historyItem } from "./panel.js";
import { day, t } from "./words.js";

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const list = h("div", { class: "history" });
  const more = h("button", { type: "button", class: "button", hidden: true, onclick: () => fetchMore() }, t("Earlier"));
  main.append(
    h("header", { class: "page-head" }, h("h1", {}, t("History"))),
    h("p", { class: "muted" }, t("Everything that changed your list, on whatever device, and the way back.")), list, more);
  /** @type {string | null} */
  let cursor = null;
  let lastDay = "";

  async function fetchMore() {
    try {
      const query = new URLSearchParams({ limit: "50", ...(cursor && { cursor }) });
      const { data, meta } = await app.collection.api.ask("GET", `/api/user/operations?${query}`);
      for (const told of data) {
        const itsDay = day(told.at);
        if (itsDay !== lastDay) list.append(h("h2", {}, itsDay), h("ol", {}));
        lastDay = itsDay;
        list.lastElementChild.append(historyItem(app, told));
      }
      cursor = meta.next_cursor;
      more.hidden = !cursor;
      if (!list.children.length) list.append(h("p", { class: "empty" }, t("Nothing yet.")));
    } catch (error) {
      if (!list.children.length) list.append(h("p", { class: "empty" }, t("The history is on the server: it shows when there is network.")));
      sayFailure(error, fetchMore);
    }
  }
  fetchMore();
}
