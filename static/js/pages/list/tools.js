/** What stands around My list: tabs, which are also where covers are dropped; filters; the bar of a selection. */

import { $, h, icon, iconButton, nodes, select } from "../../ui/dom.js";
import { STATUSES, number, statusHint, statusName, t } from "../../ui/words.js";
import { countsOf, isFiltered } from "./choosing.js";

/** @import { Entry } from "../../collection/types.js" */
/** @import { Attributes } from "../../types.js" */
/** @import { Narrowed, Wanted } from "./choosing.js" */

export class Tabs {
  /** @param {{choose: (type: string) => unknown, drop: (ids: string[], status: string) => unknown}} ways */
  constructor({ choose, drop }) {
    this.choose = choose;
    this.drop = drop;
    this.box = h("div", { class: "tabs", role: "group", "aria-label": t("Lists") });
    this.inSight = ""; // its type
  }

  /** @param {Entry[]} found @param {string} chosen */
  draw(found, chosen) {
    const counts = countsOf(found);
    const focused = document.activeElement?.getAttribute?.("data-type");
    const offered = STATUSES.filter((status) => status !== "rewatching" || counts[status] || chosen === status);
    this.box.replaceChildren(
      ...offered.map((status) => this.accept(this.tab(status, statusName(status), counts[status], chosen), status)),
      this.tab("all", t("All"), found.length, chosen));
    if (focused) /** @type {HTMLElement | null} */ (this.box.querySelector(`[data-type="${focused}"]`))?.focus();
    if (chosen !== this.inSight) this.show(chosen);
  }

  /** @param {string} type @param {string} name @param {number} count @param {string} chosen */
  tab(type, name, count, chosen) {
    return h("button", {
      type: "button", class: "tab", "data-type": type, "aria-pressed": String(chosen === type),
      onclick: () => this.choose(type), title: statusHint(type) || null,
    }, h("span", {}, name), h("span", { class: "number" }, number(count)));
  }

  /** On a phone the tabs are wider than the screen. @param {string} chosen */
  show(chosen) {
    this.inSight = chosen;
    const { box } = this;
    const { offsetLeft, offsetWidth } = $('[aria-pressed="true"]', box);
    const before = offsetLeft - box.offsetLeft;
    if (before < box.scrollLeft || before + offsetWidth > box.scrollLeft + box.clientWidth) box.scrollLeft = before - (box.clientWidth - offsetWidth) / 2;
  }

  /** Covers can be dropped on it. @param {HTMLElement} tab @param {string} status */
  accept(tab, status) {
    tab.addEventListener("dragover", (event) => (event.preventDefault(), tab.classList.add("over")));
    tab.addEventListener("dragleave", () => tab.classList.remove("over"));
    tab.addEventListener("drop", (event) => {
      event.preventDefault();
      this.drop(event.dataTransfer?.getData("text/plain").split(" ").filter(Boolean) ?? [], status);
    });
    return tab;
  }
}

export class Filters {
  /**
   * @param {{wanted: () => Wanted, set: (changes: Partial<Narrowed>) => unknown, clear: () => unknown,
   *   entries: () => Entry[], genresOf: (entry: Entry) => string[]}} ways
   */
  constructor(ways) {
    this.ways = ways;
    this.body = h("div", { class: "popover-body" });
    const summary = h("summary", { class: "button" }, icon("filter"), h("span", {}, t("Filter")));
    this.box = h("details", { class: "popover", ontoggle: () => { if (this.box.open) this.draw(); } }, summary, this.body);
    this.box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") ((this.box.open = false), summary.focus());
    });
  }

  mark() {
    this.box.classList.toggle("active", isFiltered(this.ways.wanted()));
  }

  draw() {
    const all = this.ways.entries();
    const formats = sorted(all.map(({ format }) => format).filter(Boolean));
    const genres = sorted(all.flatMap(this.ways.genresOf));
    const tags = sorted(all.flatMap((entry) => entry.tags));
    this.body.replaceChildren(...nodes([
      this.choice("format", t("Format"), formats),
      genres.length > 0 && this.choice("genre", t("Genre"), genres),
      tags.length > 0 && this.choice("tag", t("Tag"), tags),
      h("div", { class: "pair" },
        this.figure("from", t("From year"), { min: 1900, max: 2200 }),
        this.figure("to", t("To year"), { min: 1900, max: 2200 })),
      this.figure("least", t("Minimum score"), { min: 0, max: 10, step: 0.5 }),
      h("button", { type: "button", class: "button", onclick: () => this.ways.clear() }, t("Clear filters"))]));
  }

  /** @param {keyof Narrowed} name @param {string} label @param {string[]} values */
  choice(name, label, values) {
    const box = select([["", t("Any")], ...values.map((value) => /** @type {[string, string]} */ ([value, value]))]);
    box.onchange = () => this.ways.set({ [name]: box.value });
    box.value = this.ways.wanted()[name];
    return h("label", {}, label, box);
  }

  /** @param {keyof Narrowed} name @param {string} label @param {Attributes} more */
  figure(name, label, more) {
    const box = h("input", { type: "number", value: this.ways.wanted()[name], ...more });
    box.oninput = () => this.ways.set({ [name]: box.value });
    return h("label", {}, label, box);
  }
}

/** @param {string[]} values */
const sorted = (values) => [...new Set(values)].sort();

/**
 * The bar of what is selected.
 * @param {number} size @param {{quiet: HTMLInputElement, selectAll: () => unknown, move: (status: string) => unknown, remove: () => unknown, end: () => unknown}} ways
 */
export const selectionBar = (size, { quiet, selectAll, move, remove, end }) => [
  h("strong", {}, t("{n} selected", { n: size })),
  h("button", { type: "button", class: "link", onclick: selectAll }, t("Select all")),
  h("span", { class: "spread" }),
  h("label", { class: "check" }, quiet, t("Tell no followers")),
  ...STATUSES.slice(0, -1).map((status) => h("button", { type: "button", class: "button", onclick: () => move(status) }, statusName(status))),
  h("button", { type: "button", class: "button danger", onclick: remove }, t("Remove")),
  iconButton("close", t("Clear selection"), { onclick: end }),
];
