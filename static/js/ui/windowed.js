/**
 * A list of any length, of which only what can be seen is in the document. Rows have one
 * height; what stays on the screen keeps its elements, so that focus and covers stay.
 */

import { h } from "./dom.js";

/** @import { Shown } from "../types.js" */
/** @typedef {{made: HTMLElement, of: unknown[]}} There  an element, and what it was made of */

const SPARE = 2; // rows above and below, which Tab walks into
const LEAST = 158; // pixels of a cover's column
const LEAST_ON_PHONES = 104;
const GAP = 20;
const FOOT = 112; // pixels under a cover
const ROW = 64; // pixels of a table's row

export class Windowed {
  /**
   * @param {HTMLElement} box
   * @param {{make: (item: Shown) => HTMLElement, head: () => HTMLElement}} how
   */
  constructor(box, { make, head }) {
    this.box = box;
    this.make = make;
    this.head = head;
    /** @type {Shown[]} */
    this.items = [];
    /** What is in the document. @type {Map<string, There>} */
    this.there = new Map();
    this.columns = 1;
    this.height = ROW;
    /** @type {"grid" | "table" | undefined} */
    this.view = undefined;
    /** What holds the items, and the room of those above and below. @type {HTMLElement} */
    this.holder = h("ul");
    /** @type {HTMLElement} */
    this.above = h("div");
    /** @type {HTMLElement} */
    this.below = h("div");
    /** From which item to before which are in the document. @type {[number, number]} */
    this.seen = [0, 0];
    this.follow = this.follow.bind(this);
    this.watcher = new ResizeObserver(() => this.draw());
    this.watcher.observe(box);
    addEventListener("scroll", this.follow, { passive: true });
  }

  end() {
    this.watcher.disconnect();
    removeEventListener("scroll", this.follow);
  }

  /**
   * @param {Shown[]} items @param {"grid" | "table"} view
   * @param {(item: Shown) => unknown[]} partsOf  what an element is made of: the same, and it stays
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
    this.below = /** @type {HTMLElement} */ (this.above.cloneNode());
    this.holder = h(view === "grid" ? "ul" : "tbody", { class: view === "grid" ? "cards" : "" });
    if (view === "grid") this.box.replaceChildren(this.above, this.holder, this.below);
    else {
      const table = h("table", { class: "rows" }, h("thead", {}, this.head()), h("tbody", {}, this.above), this.holder, h("tbody", {}, this.below));
      this.box.replaceChildren(h("div", { class: "table-box" }, table));
    }
  }

  measure() {
    const width = this.box.clientWidth;
    [this.columns, this.height] = [1, ROW];
    if (this.view !== "grid") return;
    const least = width < 560 ? LEAST_ON_PHONES : LEAST;
    const gap = width < 560 ? 12 : GAP;
    const columns = Math.max(2, Math.floor((width + gap) / (least + gap)));
    const column = (width - gap * (columns - 1)) / columns;
    const row = Math.round(column * 1.5) + FOOT;
    this.holder.style.setProperty("--columns", String(columns));
    this.holder.style.setProperty("--gap", `${gap}px`);
    this.holder.style.setProperty("--row", `${row}px`);
    this.holder.style.setProperty("--hundredth", `${column / 100}px`);
    [this.columns, this.height] = [columns, row + gap];
  }

  draw() {
    if (!this.view) return;
    this.measure();
    this.put(this.window());
  }

  /** Scrolled: most often the same can be seen as before. */
  follow() {
    const seen = this.view ? this.window() : this.seen;
    if (seen.some((place, at) => place !== this.seen[at])) this.put(seen);
  }

  /** From which item to before which can be seen. @returns {[number, number]} */
  window() {
    const { columns, height } = this;
    const rows = Math.ceil(this.items.length / columns);
    const top = -this.box.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(top / height) - SPARE);
    const last = Math.min(rows, Math.ceil((top + innerHeight) / height) + SPARE);
    return [Math.min(first, rows) * columns, last * columns];
  }

  /** @param {[number, number]} seen */
  put(seen) {
    const [first, last] = (this.seen = seen);
    const rows = Math.ceil(this.items.length / this.columns);
    this.above.style.height = `${(first / this.columns) * this.height}px`;
    this.below.style.height = `${Math.max(0, rows - last / this.columns) * this.height}px`;
    this.place(first, last);
  }

  /** Puts the items from `first` to before `last` there. @param {number} first @param {number} last */
  place(first, last) {
    /** @type {Map<string, There>} */
    const next = new Map();
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    for (const item of this.items.slice(first, last)) {
      const of = this.partsOf?.(item) ?? [];
      const old = this.there.get(item.anime_id);
      if (old && old.of.every((part, at) => part === of[at])) {
        next.set(item.anime_id, old);
        continue;
      }
      const made = this.make(item);
      // A picture that is there is not fetched, or drawn, again.
      const [was, is] = [old?.made.querySelector(".cover"), made.querySelector(".cover")];
      if (was && is && isSameCover(old?.of[0], item)) is.replaceWith(was);
      if (old?.made.contains(focused)) this.refocus = { made, act: focused.dataset.act };
      next.set(item.anime_id, { made, of });
    }
    this.there = next;
    /** @type {Element[]} */
    const wanted = [...next.values()].map(({ made }) => made);
    for (const child of [...this.holder.children]) if (!wanted.includes(child)) child.remove();
    wanted.forEach((made, at) => {
      if (this.holder.children[at] !== made) this.holder.insertBefore(made, this.holder.children[at] ?? null);
      if (this.view === "grid") number(made, first + at + 1, this.items.length);
    });
    if (this.refocus) {
      const { made, act } = this.refocus;
      this.refocus = undefined;
      focusOn(made.querySelector(`[data-act="${act}"]:not(:disabled)`) ?? made.querySelector("[data-act]"));
    }
  }

  /** Brings an item into sight and focuses it. @param {number} place */
  focus(place) {
    if (place < 0 || place >= this.items.length) return;
    const { height } = this;
    const top = this.box.getBoundingClientRect().top + Math.floor(place / this.columns) * height;
    if (top < 140) scrollBy(0, top - 140);
    if (top + height > innerHeight - 20) scrollBy(0, top + height - innerHeight + 20);
    this.draw();
    focusOn(this.there.get(this.items[place].anime_id)?.made.querySelector("[data-act]"));
  }
}

/** @param {Element | null | undefined} element */
const focusOn = (element) => /** @type {HTMLElement | null} */ (element)?.focus({ preventScroll: true });

/** @param {unknown} before @param {Shown} now */
function isSameCover(before, now) {
  const { imageUrl, title } = /** @type {Shown} */ (before);
  return imageUrl === now.imageUrl && title === now.title;
}

/** Which of how many, for those who do not see it. @param {Element} made @param {number} place @param {number} size */
function number(made, place, size) {
  if (made.ariaSetSize !== String(size)) made.ariaSetSize = String(size);
  if (made.ariaPosInSet !== String(place)) made.ariaPosInSet = String(place);
}
