/** The titles of a list in its order: dragged by pointer or finger, moved by keys, with notes. */

import { pageOf } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { $, focused, h, iconButton, later } from "../../ui/dom.js";
import { between } from "../../ui/ranks.js";
import { statusName, statusOf, t } from "../../ui/words.js";
import { placeByKey } from "./progress.js";

/** @import { App, ListItem } from "../../types.js" */

const AT_ONCE = 200; // titles that are drawn; more when asked for

/**
 * @typedef {object} Acts
 * @property {(item: ListItem, values: {rank?: string, notes?: string}, sentence: string) => unknown} put
 * @property {(item: ListItem) => unknown} takeOff
 */

export class OrderedItems {
  list = h("ol", { class: "list-items" });
  said = h("p", { class: "unseen", role: "status" });
  more = h("button", { type: "button", class: "button", hidden: true, onclick: () => this.showMore() }, t("Show more"));
  box = h("div", {}, h("p", { class: "hint muted" }, t("Drag by the handle, or focus it and use the arrow keys.")), this.list, this.more, this.said);
  /** @type {ListItem[]} */
  items = [];
  shown = AT_ONCE;
  /** Each by its title, so that what is typed stays. @type {Map<string, {row: HTMLLIElement, put: (item: ListItem, place: number) => void}>} */
  made = new Map();
  isDragging = false;

  /** @param {App} app @param {Acts} acts */
  constructor(app, acts) {
    this.app = app;
    this.acts = acts;
  }

  /** Not under the finger. @param {ListItem[]} items */
  draw(items) {
    if (this.isDragging) return;
    this.items = items;
    const held = focused();
    const rows = items.slice(0, this.shown).map((item, place) => {
      const made = this.made.get(item.anime_id) ?? this.row(item);
      this.made.set(item.anime_id, made);
      made.put(item, place);
      return made.row;
    });
    const isSame = rows.length === this.list.children.length && rows.every((row, place) => row === this.list.children[place]);
    if (!isSame) this.list.replaceChildren(...rows);
    if (held && this.list.contains(held)) held.focus(); // what is moved in a document loses it
    this.more.hidden = items.length <= this.shown;
  }

  showMore() {
    this.shown += AT_ONCE;
    this.draw(this.items);
  }

  /** Shows one of them. @param {string} id */
  point(id) {
    const place = this.items.findIndex(({ anime_id }) => anime_id === id);
    while (this.shown <= place) this.showMore();
    const row = this.made.get(id)?.row;
    row?.scrollIntoView({ block: "center" });
    /** @type {HTMLElement | null} */ (row?.querySelector("a"))?.focus();
  }

  /** @param {string} id */
  itemOf = (id) => /** @type {ListItem} */ (this.items.find(({ anime_id }) => anime_id === id));

  /** @param {ListItem} item */
  row(item) {
    const { anime_id: id, title } = item;
    const handle = h("button", { type: "button", class: "handle", "aria-label": t("Move {title}", { title }), title: t("Move"), onkeydown: (event) => this.press(event, id) }, "⠿");
    const status = h("span", { class: "muted" });
    const place = h("span", { class: "place figure muted", "aria-hidden": "true" });
    /** @type {HTMLTextAreaElement} */
    const notes = h("textarea", { rows: 1, maxlength: 2000, "aria-label": t("Notes on {title}", { title }), placeholder: t("Notes"), oninput: later(() => this.saveNotes(id, notes.value), 800), onchange: () => this.saveNotes(id, notes.value) });
    const row = h("li", { "data-anime": id }, handle, place, cover({ anime_id: id, title, imageUrl: item.imageUrl }),
      h("div", { class: "item-text" }, h("a", { href: pageOf(id) }, title), status, notes),
      iconButton("close", t("Take {title} off the list", { title }), { onclick: () => this.acts.takeOff(this.itemOf(id)) }));
    handle.onpointerdown = (event) => this.drag(event, row);
    return {
      row,
      put: (/** @type {ListItem} */ now, /** @type {number} */ at) => {
        const entry = this.app.collection.entries.get(id);
        place.textContent = String(at + 1);
        status.textContent = entry ? statusName(statusOf(entry)) : t("Not on my list");
        if (focused() !== notes && notes.value !== now.notes) notes.value = now.notes;
      },
    };
  }

  /** @param {string} id @param {string} notes */
  saveNotes(id, notes) {
    const item = this.itemOf(id);
    if (item && item.notes !== notes) this.acts.put(item, { notes }, t("Notes saved."));
  }

  // --- Moving --------------------------------------------------------------------------

  /** @param {string} id @param {number} place  among the others */
  move(id, place) {
    const item = this.itemOf(id);
    const others = this.items.filter(({ anime_id }) => anime_id !== id);
    const [above, below] = [others[place - 1], others[place]];
    const rank = between(above?.rank ?? null, below?.rank ?? null);
    const words = { title: item.title, n: place + 1, total: this.items.length };
    // Where two have one rank, past both: there is nothing between them.
    const past = rank ?? between(above?.rank ?? null, others.slice(place).find((one) => one.rank > (above?.rank ?? ""))?.rank ?? null);
    if (past === null) return;
    this.said.textContent = t("{title} is number {n} of {total} now.", words);
    this.acts.put(item, { rank: past }, t("Moved {title}.", words));
  }

  /** @param {KeyboardEvent} event @param {string} id */
  press(event, id) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const place = placeByKey(event.key, this.items.findIndex(({ anime_id }) => anime_id === id), this.items.length);
    if (place === null) return;
    event.preventDefault();
    this.move(id, place);
  }

  /**
   * By mouse, pen or finger; Escape leaves all as it was. The window hears of the pointer: a
   * row that is moved in the document loses it.
   * @param {PointerEvent} event @param {HTMLLIElement} row
   */
  drag({ button, pointerId }, row) {
    if (button !== 0 || this.isDragging) return;
    const start = [...this.list.children].indexOf(row);
    const listening = new AbortController();
    this.isDragging = true;
    row.classList.add("dragged");
    const end = (/** @type {boolean} */ isMeant) => {
      listening.abort();
      row.classList.remove("dragged");
      this.isDragging = false;
      const place = [...this.list.children].indexOf(row);
      if (isMeant && place !== start) this.move(row.dataset.anime ?? "", place);
      else this.draw(this.items);
      $("button.handle", row).focus({ preventScroll: true });
    };
    /** @template {keyof WindowEventMap} Name @param {Name} name @param {(event: WindowEventMap[Name]) => unknown} hear */
    const listen = (name, hear) => addEventListener(name, hear, { signal: listening.signal });
    listen("pointermove", (event) => event.pointerId === pointerId && this.follow(event.clientY, row));
    listen("pointerup", (event) => event.pointerId === pointerId && end(true));
    listen("pointercancel", (event) => event.pointerId === pointerId && end(false));
    listen("keydown", ({ key }) => key === "Escape" && end(false));
  }

  /** @param {number} y  where the pointer is @param {HTMLLIElement} row */
  follow(y, row) {
    const after = [...this.list.children].find((other) => other !== row && y < middleOf(other));
    if (after !== row.nextElementSibling || (!after && row !== this.list.lastElementChild)) this.list.insertBefore(row, after ?? null);
    if (y < 90) scrollBy(0, -12);
    if (y > innerHeight - 60) scrollBy(0, 12);
  }
}

/** @param {Element} row */
function middleOf(row) {
  const { top, height } = row.getBoundingClientRect();
  return top + height / 2;
}
