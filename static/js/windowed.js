/**
 * A list of any length, of which only what can be seen is in the document. Rows have one
 * height; what stays on the screen keeps its elements, so that focus and covers stay.
 */

import { h } from "./dom.js";

const SPARE = 2; // rows above and below, which Tab walks into
const LEAST = 158; // pixels of a cover's column
const LEAST_ON_PHONES = 104;
const GAP = 20;
const FOOT = 112; // pixels under a cover
const ROW = 64; // pixels of a table's row

export class Windowed {
  /**
   * @param {HTMLElement} box
   * @param {{make: (item: any, place: number, size: number) => HTMLElement, head: () => HTMLElement}} how
   */
  constructor(box, { make, head }) {
    this.box = box;
    this.make = make;
    this.head = head;
    /** @type {any[]} */
    this.items = [];
    /** What is in the document: its element, and what it was made of. @type {Map<string, {made: any, of: any[]}>} */
    this.there = new Map();
    this.columns = 1;
    this.draw = this.draw.bind(this);
    this.watcher = new ResizeObserver(this.draw);
    this.watcher.observe(box);
    addEventListener("scroll", this.draw, { passive: true });
  }

  end() {
    this.watcher.disconnect();
    removeEventListener("scroll", this.draw);
  }

  /**
   * @param {any[]} items @param {"grid" | "table"} view
   * @param {(item: any) => any[]} partsOf  what an element is made of: the same, and it stays
   */
  show(items, view, partsOf) {
    this.items = items;
    this.partsOf = partsOf;
    if (view !== this.view) this.frame(view);
    this.draw();
  }

  /** @param {"grid" | "table"} view */
  frame(view) {
    this.view = view;
    this.there.clear();
    this.above = h(view === "grid" ? "div" : "tr", { "aria-hidden": "true", class: "spacer" });
    this.below = this.above.cloneNode();
    this.holder = h(view === "grid" ? "ul" : "tbody", { class: view === "grid" ? "cards" : "" });
    if (view === "grid") this.box.replaceChildren(this.above, this.holder, this.below);
    else {
      const table = h("table", { class: "rows" }, h("thead", {}, this.head()), h("tbody", {}, this.above), this.holder, h("tbody", {}, this.below));
      this.box.replaceChildren(h("div", { class: "table-box" }, table));
    }
  }

  measure() {
    const width = this.box.clientWidth;
    if (this.view !== "grid") return { columns: 1, height: ROW };
    const least = width < 560 ? LEAST_ON_PHONES : LEAST;
    const gap = width < 560 ? 12 : GAP;
    const columns = Math.max(2, Math.floor((width + gap) / (least + gap)));
    const column = (width - gap * (columns - 1)) / columns;
    this.holder.style.setProperty("--columns", String(columns));
    this.holder.style.setProperty("--gap", `${gap}px`);
    this.holder.style.setProperty("--row", `${Math.round(column * 1.5) + FOOT}px`);
    return { columns, height: Math.round(column * 1.5) + FOOT + gap };
  }

  draw() {
    if (!this.holder) return;
    const { columns, height } = this.measure();
    this.columns = columns;
    const rows = Math.ceil(this.items.length / columns);
    const top = -this.box.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(top / height) - SPARE);
    const last = Math.min(rows, Math.ceil((top + innerHeight) / height) + SPARE);
    this.above.style.height = `${Math.min(first, rows) * height}px`;
    this.below.style.height = `${Math.max(0, rows - last) * height}px`;
    this.place(first * columns, last * columns);
  }

  /** Puts the items from `first` to before `last` there. @param {number} first @param {number} last */
  place(first, last) {
    /** @type {Map<string, {made: any, of: any[]}>} */
    const next = new Map();
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    const size = this.items.length;
    this.items.slice(first, last).forEach((item, index) => {
      const of = [...(this.partsOf?.(item) ?? []), size, first + index];
      const old = this.there.get(item.anime_id);
      if (old && old.of.every((part, at) => part === of[at])) return next.set(item.anime_id, old);
      const made = this.make(item, first + index, size);
      // A picture that is there is not fetched, or drawn, again.
      const [was, is] = [old?.made.querySelector(".cover"), made.querySelector(".cover")];
      if (was && is && old?.of[0].imageUrl === item.imageUrl && old?.of[0].title === item.title) is.replaceWith(was);
      if (old?.made.contains(focused)) this.refocus = { made, act: focused.dataset.act };
      next.set(item.anime_id, { made, of });
    });
    this.there = next;
    const wanted = [...next.values()].map(({ made }) => made);
    for (const child of [...this.holder.children]) if (!wanted.includes(child)) child.remove();
    wanted.forEach((made, at) => {
      if (this.holder.children[at] !== made) this.holder.insertBefore(made, this.holder.children[at] ?? null);
    });
    if (this.refocus) {
      const { made, act } = this.refocus;
      this.refocus = undefined;
      /** @type {any} */ (made.querySelector(`[data-act="${act}"]:not(:disabled)`) ?? made.querySelector("[data-act]"))?.focus({ preventScroll: true });
    }
  }

  /** Brings an item into sight and focuses it. @param {number} place */
  focus(place) {
    if (place < 0 || place >= this.items.length) return;
    const { height } = this.measure();
    const top = this.box.getBoundingClientRect().top + Math.floor(place / this.columns) * height;
    if (top < 140) scrollBy(0, top - 140);
    if (top + height > innerHeight - 20) scrollBy(0, top + height - innerHeight + 20);
    this.draw();
    this.there.get(this.items[place].anime_id)?.made.querySelector("[data-act]")?.focus({ preventScroll: true });
  }
}
