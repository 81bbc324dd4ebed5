/** On which lists of one's own a title is; put on and taken off by a tick. */

import { h, nodes, sayFailure } from "./dom.js";
import { KeptItems, LISTS, itemsNow, listsNow, waitingIn } from "./own_lists.js";
import { t } from "./words.js";

/** @import { AnimeFacts, Answer, OwnList } from "../collection/types.js" */
/** @import { App } from "../types.js" */

export class OnLists {
  rows = h("ul", { class: "ticks" });
  name = h("input", { maxlength: 100, autocomplete: "off", placeholder: t("New list"), "aria-label": t("Name of the new list") });
  said = h("span", { class: "muted" });
  box = h("details", { class: "on-lists" }, h("summary", {}, t("Lists"), " ", this.said), this.rows);
  /** The lists that have it, as far as known. @type {Set<string>} */
  told = new Set();

  /** @param {App} app @param {string} animeId @param {() => Partial<AnimeFacts>} facts */
  constructor(app, animeId, facts) {
    this.app = app;
    this.animeId = animeId;
    this.facts = facts;
    const form = h("form", { class: "tools" }, this.name, h("button", { class: "button" }, t("Add")));
    form.onsubmit = (event) => {
      event.preventDefault();
      this.make(this.name.value.trim());
    };
    this.box.append(form);
    this.learn();
  }

  /** Nobody puts a title on a smart list. */
  get lists() {
    return listsNow(this.app.collection.wholes.lists, waitingIn(this.app.collection)).filter(({ kind }) => kind !== "smart");
  }

  /** From the server; without network from what is kept of each list. */
  async learn() {
    const { collection } = this.app;
    try {
      /** @type {Answer<OwnList[]>} */
      const { data } = await collection.api.send("GET", `${LISTS}?animeId=${this.animeId}`);
      this.told = new Set(data.map(({ id }) => id));
    } catch {
      for (const list of this.lists) {
        const kept = new KeptItems(collection, list.id);
        await kept.read().catch(() => {});
        if (kept.told.some(({ anime_id }) => anime_id === this.animeId)) this.told.add(list.id);
      }
    }
    this.draw();
  }

  /** @param {OwnList} list */
  has(list) {
    const isTold = this.told.has(list.id) || this.told.has(list.client_key ?? "");
    const told = isTold ? [{ anime_id: this.animeId, rank: "V000", notes: "", title: "", imageUrl: null, year: null, format: "", episodes: null }] : [];
    return itemsNow(told, list, waitingIn(this.app.collection)).some(({ anime_id }) => anime_id === this.animeId);
  }

  draw() {
    const { lists } = this;
    const on = lists.filter((list) => this.has(list));
    this.said.textContent = on.map(({ name }) => name).join(", ");
    this.rows.replaceChildren(...nodes(lists.map((list) => h("li", {}, h("label", { class: "check" },
      h("input", { type: "checkbox", checked: on.includes(list), onchange: (event) => this.tick(list, /** @type {HTMLInputElement} */ (event.target).checked) }), h("span", {}, list.name))))));
  }

  /** @param {OwnList} list @param {boolean} isOn */
  async tick(list, isOn) {
    const op = isOn ? "list_put" : "list_take_off";
    await this.app.collection.change([{ op, listId: list.id, animeId: this.animeId }], this.facts()).catch(sayFailure);
    if (isOn) this.told.add(list.id);
    else this.told.delete(list.id);
    this.draw();
  }

  /** @param {string} name */
  async make(name) {
    if (!name) return;
    this.name.value = "";
    try {
      const { ids: [id] } = await this.app.collection.change([{ op: "list_create", name, animeId: "" }]);
      await this.app.collection.change([{ op: "list_put", listId: id, animeId: this.animeId }], this.facts());
      this.told.add(id);
    } catch (error) {
      sayFailure(error);
    }
    this.draw();
  }
}
