/** Lists of one's own: all of them, or one with what is on it. They work without network. */

import { here } from "../../shell/address.js";
import { confirmed, dialog } from "../../ui/dialogs.js";
import { failed, h, icon, iconButton, loading, nodes, onceAFrame, pageHead, sayFailure, toast } from "../../ui/dom.js";
import { KeptItems, itemsNow, listsNow, waitingIn } from "../../ui/own_lists.js";
import { t, titleCount } from "../../ui/words.js";
import { OrderedItems } from "./ordered_items.js";
import { progressOf } from "./progress.js";
import { NEW, RulesPage } from "./rules_page.js";
import { SmartItems } from "./smart_items.js";

/** @import { AnimeFacts, Operation, OwnList, Rules, Unsent } from "../../collection/types.js" */
/** @import { App, ListItem } from "../../types.js" */

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const { collection } = app;
  const { query } = here();
  const [name, rules] = [query.get("list"), query.get("rules")];
  const page = rules ? new RulesPage(app, rules) : name ? new ListPage(app, name) : new ListsPage(app);
  main.append(page.box);
  const redraw = onceAFrame(() => page.box.isConnected && page.draw());
  const ends = [
    collection.on("wholes", redraw), collection.on("changed", redraw), collection.on("status", redraw),
    collection.on("changed", () => page instanceof ListPage && page.smart?.again()), collection.on("refused", () => page.forget())];
  page.draw();
  return () => {
    ends.forEach((end) => end());
    if (page instanceof RulesPage) page.leave();
  };
}

/** @param {App} app @param {Partial<Operation> & Pick<Operation, "op">} operation @param {Partial<AnimeFacts>} [anime] */
const send = ({ collection }, operation, anime) => collection.change([{ animeId: "", ...operation }], anime);

/** @param {App} app */
const listsOf = ({ collection }) => listsNow(collection.wholes.lists, waitingIn(collection));

// --- All lists -------------------------------------------------------------------------

class ListsPage {
  name = h("input", { required: true, maxlength: 100, autocomplete: "off", placeholder: t("With friends") });
  rows = h("ul", { class: "own-lists" });
  empty = h("p", { class: "empty muted" }, t("No lists yet. A list can hold any title, in your own order."));

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const form = h("form", { class: "tools" }, h("label", {}, h("span", { class: "unseen" }, t("Name of the new list")), this.name), h("button", { class: "button" }, icon("plus"), t("New list")),
      h("a", { class: "button", href: `/lists?rules=${NEW}` }, t("New smart list")));
    form.onsubmit = (event) => {
      event.preventDefault();
      this.add(this.name.value.trim());
    };
    this.box = h("section", {}, pageHead(t("Lists"), form), this.empty, this.rows);
  }

  /** @param {string} name */
  async add(name) {
    if (!name) return;
    this.name.value = "";
    await send(this.app, { op: "list_create", name }).catch(sayFailure);
  }

  /** What was refused was never on the lists. */
  forget() {
    this.draw();
  }

  draw() {
    const lists = listsOf(this.app);
    this.empty.hidden = lists.length > 0 || !this.app.collection.isLoaded;
    this.rows.replaceChildren(...lists.map(({ id, client_key: key, name, description, kind, pinned, size }) =>
      h("li", {}, h("a", { href: `/lists?list=${encodeURIComponent(key ?? id)}` }, h("strong", {}, name)),
        pinned && h("span", { class: "badge" }, t("Pinned")), h("span", { class: "muted figure" }, kind === "smart" ? t("Smart list") : titleCount(size ?? 0)),
        description && h("p", { class: "muted" }, description))));
  }
}

// --- One list --------------------------------------------------------------------------

class ListPage {
  title = h("h1", {});
  progress = h("p", { class: "muted" });
  about = h("p", { class: "list-about" });
  tools = h("div", { class: "tools" });
  body = h("div");
  /** @type {SmartItems | null} */
  smart = null;
  /** @type {Rules | null} those that `smart` has asked by */
  askedBy = null;
  /** @type {KeptItems | null} */
  kept = null;
  /** @type {Unsent[]} what was sent since the items were last read */
  shownWaiting = [];
  isAsking = false;
  /** @type {unknown} */
  failure = null;

  /** @param {App} app @param {string} name  of the list: its id, or its key */
  constructor(app, name) {
    this.app = app;
    this.name = name;
    this.items = new OrderedItems(app, {
      put: (item, values, sentence) => this.put(item, values, sentence),
      takeOff: (item) => this.takeOff(item),
    });
    this.box = h("section", { class: "own-list" }, h("p", {}, h("a", { href: "/lists" }, t("All lists"))),
      h("header", { class: "page-head" }, h("div", {}, this.title, this.progress), this.tools), this.about, this.body);
  }

  get list() {
    return listsOf(this.app).find(({ id, client_key: key }) => id === this.name || key === this.name);
  }

  draw() {
    const { list } = this;
    if (!list) return this.drawNothing();
    this.settleSent(list);
    if (this.title.textContent !== list.name) {
      this.title.textContent = list.name;
      this.app.entitle();
    }
    this.about.textContent = list.description;
    this.drawTools(list);
    if (list.kind === "smart") return this.drawSmart(list);
    if (this.kept?.listId !== list.id) this.open(list);
    else if (this.kept.isOld(list)) this.ask(list);
    this.drawItems(list);
  }

  /** @param {OwnList} list */
  drawSmart(list) {
    if (!list.revision) return this.body.replaceChildren(h("p", { class: "empty muted" }, t("What is on a smart list is looked up by the server: it needs a connection.")));
    if (this.smart && JSON.stringify(this.askedBy) === JSON.stringify(list.rules)) return;
    this.askedBy = list.rules;
    this.smart = new SmartItems(this.app, list, ({ done, total, minutes_left: minutes }) => this.tell(done, total, minutes));
    this.body.replaceChildren(this.smart.box);
  }

  /** @param {number} done @param {number} total @param {number} minutes */
  tell(done, total, minutes) {
    this.progress.textContent = !total ? "" : [
      t("{n} of {total} completed", { n: done, total }), minutes >= 60 && t("about {n} hours left", { n: Math.round(minutes / 60) }),
    ].filter(Boolean).join(" · ");
  }

  drawNothing() {
    const { isLoaded, problem } = this.app.collection;
    this.tools.replaceChildren();
    this.body.replaceChildren(isLoaded ? h("p", { class: "empty" }, t("This list doesn't exist any more.")) : problem ? failed(problem, () => this.app.collection.retry()) : loading());
  }

  /** What was refused was laid in as well: all of it is asked for again. */
  forget() {
    const { list } = this;
    if (!list || !this.kept) return;
    this.kept.revision = -1;
    this.draw();
  }

  /** What has left the queue is laid in, until the server tells the items anew. @param {OwnList} list */
  settleSent(list) {
    const waiting = waitingIn(this.app.collection).filter(({ operation }) => operation?.listId);
    const sent = this.shownWaiting.filter(({ id }) => !waiting.some((one) => one.id === id));
    this.shownWaiting = waiting;
    if (sent.length && this.kept) this.kept.lay(list, sent).catch(sayFailure);
  }

  /** @param {OwnList} list */
  drawTools(list) {
    const state = `${list.pinned} ${list.leave_when_completed} ${list.revision > 0}`;
    if (this.tools.dataset.state === state) return; // the focus stays
    this.tools.dataset.state = state;
    this.tools.replaceChildren(...nodes([
      h("button", { type: "button", class: "button", onclick: () => this.pick() }, t("Pick one for me")),
      h("button", { type: "button", class: "button", "aria-pressed": String(list.pinned), onclick: () => this.change({ pinned: !this.list?.pinned }) }, t("Pin")),
      h("button", { type: "button", class: "button", onclick: () => this.edit() }, t("Edit")),
      list.kind !== "smart" && list.revision > 0 && h("a", { class: "button", href: `/sharing?of=list&id=${list.id}` }, t("Share")),
      list.kind === "smart" && h("a", { class: "button", href: `/lists?rules=${encodeURIComponent(list.client_key ?? list.id)}` }, t("Edit rules")),
      h("button", { type: "button", class: "button danger", onclick: () => this.remove() }, t("Remove"))]));
  }

  /** @param {OwnList} list */
  drawItems(list) {
    if (!this.kept || (this.kept.revision < 0 && this.kept.isOld(list))) {
      this.body.replaceChildren(this.failure ? failed(this.failure, () => this.ask(list), t("What is on this list is not on this device yet: it needs a connection once.")) : loading());
      return;
    }
    const items = itemsNow(this.kept.told, list, waitingIn(this.app.collection));
    const { done, minutes } = progressOf(items, this.app.collection.entries);
    this.tell(done, items.length, minutes);
    if (!items.length) return this.body.replaceChildren(h("p", { class: "empty muted" }, t("Nothing on this list yet. Put titles on it from their own pages.")));
    this.items.draw(items);
    if (!this.items.box.isConnected) this.body.replaceChildren(this.items.box);
  }

  /** @param {OwnList} list */
  async open(list) {
    const kept = new KeptItems(this.app.collection, list.id);
    this.kept = kept;
    await kept.read().catch(() => {}); // it is asked for, then
    if (kept === this.kept) this.draw();
  }

  /** @param {OwnList} list */
  async ask(list) {
    if (this.isAsking || !this.kept) return;
    this.isAsking = true;
    try {
      await this.kept.fetch(list);
      this.failure = null;
    } catch (error) {
      this.failure = error;
    }
    this.isAsking = false;
    if (!this.failure) this.draw();
    else if (this.list) this.drawItems(this.list);
  }

  // --- Changes -------------------------------------------------------------------------

  /** @param {Partial<Operation>} values */
  change(values) {
    return send(this.app, { op: "list_update", listId: this.list?.id, ...values }).catch(sayFailure);
  }

  /**
   * @param {ListItem} item  as it was @param {{rank?: string, notes?: string}} values @param {string} sentence
   */
  async put(item, values, sentence) {
    const listId = this.list?.id;
    const { anime_id: animeId, rank, notes } = item;
    const before = Object.fromEntries(Object.entries({ rank, notes }).filter(([name]) => name in values));
    try {
      await send(this.app, { op: "list_put", listId, animeId, ...values }, item);
      toast(sentence, { label: t("Undo"), run: () => send(this.app, { op: "list_put", listId, animeId, ...before }, item).catch(sayFailure) });
    } catch (error) {
      sayFailure(error);
    }
  }

  /** @param {ListItem} item */
  async takeOff(item) {
    const listId = this.list?.id;
    const { anime_id: animeId, rank, notes, title } = item;
    try {
      await send(this.app, { op: "list_take_off", listId, animeId });
      toast(t("Took {title} off the list.", { title }), { label: t("Undo"), run: () => send(this.app, { op: "list_put", listId, animeId, rank, notes }, item).catch(sayFailure) });
    } catch (error) {
      sayFailure(error);
    }
  }

  async remove() {
    const { list } = this;
    if (!list || !(await confirmed(t("Remove the list “{name}”? You can undo it in the history.", { name: list.name }), t("Remove")))) return;
    await send(this.app, { op: "list_remove", listId: list.id }).catch(sayFailure);
    toast(t("List removed."));
  }

  /** Any title that is not completed yet; of all, where all are. */
  pick() {
    const { list } = this;
    if (list?.kind === "smart") return this.smart?.pick();
    if (!list || !this.kept) return;
    const items = itemsNow(this.kept.told, list, waitingIn(this.app.collection));
    const open = items.filter(({ anime_id: id }) => this.app.collection.entries.get(id)?.type !== "Completed");
    const among = open.length ? open : items;
    const item = among[Math.floor(Math.random() * among.length)];
    if (item) this.items.point(item.anime_id);
  }

  edit() {
    const { list } = this;
    if (!list) return;
    const name = h("input", { required: true, maxlength: 100, value: list.name });
    const description = h("textarea", { rows: 3, maxlength: 2000, value: list.description });
    const leaves = h("input", { type: "checkbox", checked: list.leave_when_completed });
    const form = h("form", { class: "fields" }, h("label", {}, t("Name"), name), h("label", {}, t("Description"), description),
      list.kind !== "smart" && h("label", { class: "check" }, leaves, h("span", {}, t("Completed titles leave this list"))),
      h("p", { class: "actions" }, h("button", { class: "button primary" }, t("Save"))));
    const box = dialog({ label: t("Edit list"), class: "small" }, h("h2", {}, t("Edit list")), form);
    form.onsubmit = (event) => {
      event.preventDefault();
      box.close();
      this.change({ name: name.value.trim(), description: description.value, ...(list.kind !== "smart" && { leave_when_completed: leaves.checked }) });
    };
  }
}

