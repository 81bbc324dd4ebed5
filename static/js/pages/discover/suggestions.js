/** Suggestions under the search field, from one's own searches. */

import { h, icon, iconButton, sayFailure } from "../../ui/dom.js";
import { t } from "../../ui/words.js";

/** @import { Search } from "../../collection/types.js" */
/** @import { App } from "../../types.js" */

const MOST = 8;

/** Those that go on from what is typed. @param {Search[]} searches @param {string} typed */
export const fitting = (searches, typed) => searches.filter(({ query }) =>
  query && query.toLowerCase().includes(typed) && query.toLowerCase() !== typed).slice(0, MOST);

export class Suggestions {
  kept = ""; // what was kept last

  /** @param {App} app @param {HTMLInputElement} input @param {(text: string) => unknown} choose */
  constructor(app, input, choose) {
    this.app = app;
    this.collection = app.collection;
    this.input = input;
    this.choose = choose;
    this.box = h("div", { class: "suggestions", hidden: true });
  }

  get searches() {
    return this.collection.wholes.searchHistory ?? [];
  }

  show() {
    const found = fitting(this.searches, this.input.value.trim().toLowerCase());
    this.box.hidden = !found.length || document.activeElement !== this.input;
    this.input.setAttribute("aria-expanded", String(!this.box.hidden));
    this.input.removeAttribute("aria-activedescendant");
    // A press keeps the focus in the field, else they would hide before the click.
    const stay = { onpointerdown: (/** @type {Event} */ event) => event.preventDefault() };
    this.box.replaceChildren(
      h("ul", { id: "suggestions", role: "listbox", "aria-label": t("Recent searches") }, found.map(({ query }, at) =>
        h("li", { role: "option", id: `suggestion-${at}`, "aria-selected": "false", "data-text": query, onpointerdown: (event) => (event.preventDefault(), this.choose(query)) }, icon("clock"), h("span", {}, query)))),
      h("div", { class: "forget" }, found.map(({ id, query }) =>
        iconButton("close", t("Remove {text} from recent searches", { text: query }), { ...stay, onclick: () => this.forget(id) }))),
      h("button", { type: "button", class: "link", ...stay, onclick: () => this.forget() }, t("Clear recent searches")));
  }

  hide() {
    this.box.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }

  /** Arrows choose one, Enter takes it. @param {KeyboardEvent} event */
  press(event) {
    const { key } = event;
    if (this.box.hidden || !["Escape", "ArrowDown", "ArrowUp", "Enter"].includes(key)) return;
    if (key === "Escape") return (event.preventDefault(), this.hide());
    /** @type {HTMLElement[]} */
    const options = [...this.box.querySelectorAll("li")];
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (key === "Enter") {
      if (at >= 0) (event.preventDefault(), this.choose(options[at].dataset.text ?? ""));
      return;
    }
    event.preventDefault();
    const next = options[(at + (key === "ArrowDown" ? 1 : -1) + options.length) % options.length];
    for (const option of options) option.setAttribute("aria-selected", String(option === next));
    this.input.setAttribute("aria-activedescendant", next.id);
  }

  /** A search is kept once it led somewhere, or was sent: not each letter of it. @param {Record<string, string>} appliedFilters @param {number} totalResults */
  keep(appliedFilters, totalResults) {
    const query = this.input.value.trim();
    if (!query || query === this.kept || !this.app.preferences.trackSearchHistory) return;
    this.kept = query;
    const sent = { query, type: "animes", appliedFilters, totalResults };
    const now = { ...sent, id: `new-${Date.now()}`, timestamp: new Date().toISOString() };
    const others = this.searches.filter((other) => other.query !== query);
    this.collection.later("POST", "/api/user/searchHistory", sent, { searchHistory: [now, ...others] }).catch(sayFailure);
  }

  /** @param {string} [id]  one, or all */
  async forget(id) {
    const isNew = id?.startsWith("new-"); // its id is not known here yet
    if (isNew) await this.collection.settle();
    const one = isNew ? this.searches[0]?.id : id;
    const rest = id ? this.searches.filter((search) => search.id !== one && search.id !== id) : [];
    await this.collection.later("DELETE", `/api/user/searchHistory${one ? `/${one}` : ""}`, undefined, { searchHistory: rest }).catch(sayFailure);
    this.kept = "";
    this.input.focus();
    this.show();
  }
}
