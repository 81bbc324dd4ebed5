/** What was done to the list, newest first, and undo. */

import { here, keepQuery } from "./address.js";
import { failed, h, loading } from "./dom.js";
import { historyItem } from "./panel.js";
import { day, t } from "./words.js";

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const kind = h("select", { "aria-label": t("Kind of change"), onchange: () => begin() }, [
    ["", t("All changes")], ["add", t("Added")], ["update", t("Changed")], ["remove", t("Removed")],
    ["watched", t("Diary")], ["import", t("Imported")], ["undo", t("Undone")],
  ].map(([value, text]) => h("option", { value }, text)));
  const { query: asked } = here();
  kind.value = asked.get("kind") ?? "";
  const until = h("input", { type: "date", value: asked.get("until") ?? "", min: "1900-01-01", max: "2200-12-31", "aria-label": t("Changes until"), title: t("Changes until"), onchange: () => begin() });
  const list = h("div", { class: "history" });
  const more = h("button", { type: "button", class: "button", hidden: true, onclick: () => fetchMore() }, t("Show earlier"));
  main.append(
    h("header", { class: "page-head" }, h("h1", {}, t("History"))),
    h("p", { class: "muted" }, t("Every change to your list, from any device. You can undo them.")),
    h("div", { class: "tools" }, kind, until), list, more);
  /** @type {string | null} */
  let cursor = null;
  let lastDay = "";
  let asking = 0; // an answer to an older choice comes too late

  function begin() {
    keepQuery({ kind: kind.value, until: until.value });
    list.replaceChildren(loading());
    cursor = null;
    lastDay = "";
    fetchMore();
  }

  async function fetchMore() {
    const asked = ++asking;
    try {
      const query = new URLSearchParams({ limit: "50", kind: kind.value, until: until.value, ...(cursor && { cursor }) });
      const { data, meta } = await app.collection.api.ask("GET", `/api/user/operations?${query}`, undefined, { tries: 2, check: Array.isArray });
      if (asked !== asking) return;
      list.querySelector(".busy, .failed")?.remove();
      for (const told of data) {
        const itsDay = day(told.at);
        if (itsDay !== lastDay) list.append(h("h2", {}, itsDay), h("ol", {}));
        lastDay = itsDay;
        list.lastElementChild.append(historyItem(app, told, { isLinked: true }));
      }
      cursor = meta.next_cursor;
      more.hidden = !cursor;
      if (!list.children.length) list.append(h("p", { class: "empty" }, t("No changes.")));
    } catch (error) {
      if (asked !== asking) return;
      list.querySelector(".busy, .failed")?.remove();
      list.append(failed(error, fetchMore, t("History needs a connection.")));
    }
  }
  begin();
}
