/** Makes a smart list, or changes its rules, and shows what they find while one edits. */

import { failureSentence, h, later, loading, nodes, sayFailure, select, whileBusy } from "../../ui/dom.js";
import { askOpenly } from "../../ui/open.js";
import { LISTS, listsNow, waitingIn } from "../../ui/own_lists.js";
import { t, titleCount } from "../../ui/words.js";
import { newGroup, newLeaf, rulesOf, treeOf } from "./conditions.js";
import { RulesForm } from "./rules_form.js";
import { cardsOf } from "./smart_items.js";

/** @import { Answer, OwnList, Rules } from "../../collection/types.js" */
/** @import { AnsweredItem, App } from "../../types.js" */

export const NEW = "new";
const PAUSE = 400; // milliseconds without a change, before the server is asked

export class RulesPage {
  title = h("h1", {});
  up = h("a", { href: "/lists" }, t("All lists"));
  body = h("div");
  box = h("section", { class: "own-list" }, h("p", {}, this.up), h("header", { class: "page-head" }, this.title), this.body);
  said = h("p", { class: "muted", role: "status" });
  hits = h("ul", { class: "cards found" });
  isOpen = false;
  asking = new AbortController();
  tryLater = later(() => this.try(), PAUSE);

  /** @param {App} app @param {string} name  of the list: its id, or its key */
  constructor(app, name) {
    this.app = app;
    this.name = name;
  }

  get lists() {
    return listsNow(this.app.collection.wholes.lists, waitingIn(this.app.collection));
  }

  forget() {} // what was refused is said, and the rules stay as they were typed

  leave() {
    this.asking.abort(new DOMException("left", "AbortError"));
  }

  /** Once: what is typed stays, whatever other devices do. */
  draw() {
    if (this.isOpen) return;
    const list = this.name === NEW ? null : this.lists.find(({ id, client_key: key }) => id === this.name || key === this.name);
    if (list === undefined && !this.app.collection.isLoaded) return this.body.replaceChildren(loading());
    if (list === undefined) return this.body.replaceChildren(h("p", { class: "empty" }, t("This list doesn't exist any more.")));
    this.isOpen = true;
    return this.open(list);
  }

  /** @param {OwnList | null} list */
  open(list) {
    this.list = list;
    this.title.textContent = list ? t("Rules of {name}", { name: list.name }) : t("New smart list");
    this.app.entitle();
    const { from, root } = list ? treeOf(list.rules) : { from: "watch_list", root: newGroup([newLeaf("watch_list")]) };
    const { collection } = this.app;
    const known = {
      lists: this.lists.filter((one) => one.kind !== "smart").map(({ id, name }) => /** @type {[string, string]} */ ([id, name])),
      tags: [...new Set([...collection.entries.values()].flatMap(({ tags }) => tags))].sort(),
      genres: /** @type {string[]} */ ([]),
    };
    this.form = new RulesForm(from, root, known, () => this.changed());
    this.nameInput = h("input", { required: true, maxlength: 100, autocomplete: "off", value: list?.name ?? "" });
    const source = select([["watch_list", t("My list")], ["catalogue", t("The whole catalogue")]], { onchange: () => this.form?.choose(source.value) });
    source.value = from;
    this.save = h("button", { class: "button primary" }, t("Save"));
    const form = h("form", { class: "rules-form" },
      h("div", { class: "fields" }, h("label", {}, t("Name"), this.nameInput), h("label", {}, t("Titles from"), source)),
      this.form.box, h("p", { class: "actions" }, this.save));
    form.onsubmit = (event) => {
      event.preventDefault();
      whileBusy(/** @type {HTMLButtonElement} */ (this.save), () => this.keep());
    };
    this.body.replaceChildren(form, h("h2", {}, t("What fits")), this.said, this.hits);
    this.fillGenres(known);
    this.try();
  }

  /** @param {{genres: string[]}} known */
  async fillGenres(known) {
    /** @type {{data: {name: string}[]}} */
    const { data } = await askOpenly(this.app, "/api/genres").catch(() => ({ data: [] }));
    known.genres = data.map(({ name }) => name);
    document.querySelector("#known-genres")?.append(...known.genres.map((value) => h("option", { value })));
  }

  // --- What fits -----------------------------------------------------------------------

  /** @returns {Rules | null} */
  get rules() {
    return this.form ? rulesOf(this.form.from, this.form.root) : null;
  }

  changed() {
    this.leave(); // what is under way is of other rules
    this.tryLater();
  }

  async try() {
    const { rules } = this;
    this.leave();
    if (!rules) return this.say(t("Fill in a condition to see what fits."));
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      /** @type {Answer<AnsweredItem[]>} */
      const { data, meta } = await this.app.api.send("POST", `${LISTS}/try`, { rules, ordering: this.list?.ordering ?? null }, { signal, check: Array.isArray });
      if (signal.aborted) return;
      this.say(titleCount(meta.progress?.total ?? data.length), cardsOf(this.app, data));
    } catch (error) {
      if (!signal.aborted) this.say(failureSentence(error));
    }
  }

  /** @param {string} sentence @param {HTMLElement[]} [cards] */
  say(sentence, cards = []) {
    this.said.textContent = sentence;
    this.hits.replaceChildren(...nodes(cards));
  }

  async keep() {
    const { rules, list } = this;
    if (!rules) return this.say(t("Fill in a condition to see what fits."));
    const values = { name: this.nameInput?.value.trim() ?? "", rules, animeId: "" };
    try {
      const { ids: [id] } = await this.app.collection.change([
        list ? { op: "list_update", listId: list.id, ...values } : { op: "list_create", kind: "smart", ...values }]);
      this.up.href = `/lists?list=${encodeURIComponent(list?.id ?? id)}`;
      this.up.click();
    } catch (error) {
      sayFailure(error);
    }
  }
}
