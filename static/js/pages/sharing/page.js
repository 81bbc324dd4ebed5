/**
 * Sharing: who sees what, all of it or one thing, shown as others see it, and links. It needs
 * a connection: who sees something is decided when it is asked, or nobody knows from when on.
 */

import { makeId } from "../../collection/index.js";
import { here } from "../../shell/address.js";
import { AUDIENCES, audienceHint, audienceName } from "../../ui/audiences.js";
import { failed, h, icon, loading, nodes, pageHead, sayFailure, toast } from "../../ui/dom.js";
import { LISTS } from "../../ui/own_lists.js";
import { undoOperation } from "../../ui/undoable.js";
import { t } from "../../ui/words.js";
import { AsOthers } from "./as_others.js";
import { Links, SHARES } from "./links.js";
import { addressOf, hasLinks, listThing, ownThings, shownNow, thingOf, typeThings, whatIsNot, whatIsSeen } from "./things.js";

/** @import { Audience, OwnList } from "../../collection/types.js" */
/** @import { App, Share, Thing } from "../../types.js" */

const PREFERENCES = "/api/user/preferences";

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new SharingPage(app);
  main.append(page.box);
  page.load();
  return app.collection.on("wholes", ({ detail: { names } }) => {
    if (names.includes("preferences") || names.includes("lists")) page.hear();
  });
}

class SharingPage {
  box = h("section", { class: "sharing" });
  /** @type {Record<string, Audience>} */
  audience = {};
  /** @type {OwnList[]} */
  lists = [];
  /** @type {Share[]} */
  shares = [];
  /** @type {OneThing | null} */
  one = null;
  isLoaded = false;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.api = app.collection.api;
  }

  /** @param {string} path */
  ask = async (path) => (await this.api.ask("GET", path, undefined, { tries: 2 })).data;

  /** @returns {Promise<void>} */
  async load() {
    this.box.replaceChildren(pageHead(t("Sharing")), loading());
    try {
      const [{ audience }, lists, shares] = await Promise.all([this.ask(PREFERENCES), this.ask(LISTS), this.ask(SHARES)]);
      Object.assign(this, { audience, lists, shares, isLoaded: true });
    } catch (error) {
      return this.box.replaceChildren(pageHead(t("Sharing")), failed(error, () => this.load(), t("Sharing needs a connection.")));
    }
    this.draw();
  }

  /** What another device or the history changed. */
  hear() {
    if (!this.isLoaded) return;
    const { preferences, lists } = this.app.collection.wholes;
    if (preferences?.audience) this.audience = preferences.audience;
    if (lists) this.lists = lists.filter(({ revision }) => revision > 0);
    if (this.one) this.one.take(this.audienceOf(this.one.thing));
    else if (!this.box.contains(document.activeElement)) this.draw();
  }

  /** @param {Thing} thing @returns {Audience} */
  audienceOf({ of, id, thing }) {
    const said = of === "list" ? this.lists.find((list) => list.id === id)?.audience : this.audience[thing];
    return said ?? "nobody";
  }

  draw() {
    const { query } = here();
    const thing = thingOf(query, this.lists, new Date().getFullYear());
    if (!query.get("of")) this.drawAll();
    else if (thing) this.drawOne(thing);
    else this.box.replaceChildren(pageHead(t("Sharing")), h("p", { class: "empty" }, t("This list doesn't exist any more.")), h("p", {}, h("a", { href: "/sharing" }, t("Everything you can share"))));
    this.app.entitle();
  }

  // --- All of it -----------------------------------------------------------------------

  drawAll() {
    const year = new Date().getFullYear();
    const manual = this.lists.filter(({ kind }) => kind === "manual");
    const links = new Links(this.app, this, (shares) => { this.shares = shares; });
    this.box.replaceChildren(...nodes([
      pageHead(t("Sharing"), this.audience.profile === "everyone" && publicPage(this.app)),
      h("p", { class: "muted" }, t("Nobody sees anything of you until you say so. Private titles are never shown.")),
      this.rows(t("About you"), ownThings(year)), this.rows(t("Your list"), typeThings()),
      manual.length > 0 && this.rows(t("Lists you made"), manual.map(listThing)),
      manual.length < this.lists.length && h("p", { class: "muted hint" }, t("Smart lists are for you alone: their rules may ask what others don't see.")),
      links.box]));
  }

  /** @param {string} title @param {Thing[]} things */
  rows(title, things) {
    return h("section", { class: "sheet" }, h("h2", {}, title), h("ul", { class: "share-rows" }, things.map((thing) => {
      const audience = this.audienceOf(thing);
      return h("li", {}, h("a", { href: addressOf(thing) }, thing.name), audienceBadge(audience));
    })));
  }

  // --- One thing -----------------------------------------------------------------------

  /** @param {Thing} thing */
  drawOne(thing) {
    this.one = new OneThing(this.app, thing, this.audienceOf(thing), {
      kept: (audience) => {
        if (thing.of === "list") this.lists = this.lists.map((list) => (list.id === thing.id ? { ...list, audience } : list));
        else this.audience = { ...this.audience, [thing.thing]: audience };
      },
      again: () => this.refresh(),
    });
    const links = hasLinks(thing) && new Links(this.app, this, (shares) => {
      this.shares = shares;
      this.refresh(); // the first link opens what nobody saw
    }, thing);
    this.box.replaceChildren(...nodes([
      h("p", {}, h("a", { href: "/sharing" }, t("Everything you can share"))),
      pageHead(thing.name, thing.thing === "profile" && this.audience.profile === "everyone" && publicPage(this.app)),
      h("div", { class: "share-columns" }, this.one.box, this.one.seen.box, links && links.box)]));
  }

  /** Asks who sees it by now. */
  async refresh() {
    try {
      const [{ audience }, lists] = await Promise.all([this.ask(PREFERENCES), this.ask(LISTS)]);
      Object.assign(this, { audience, lists });
    } catch {
      return; // the sync tells
    }
    if (this.one) this.one.take(this.audienceOf(this.one.thing));
  }
}

class OneThing {
  /**
   * @param {App} app @param {Thing} thing @param {Audience} audience
   * @param {{kept: (audience: Audience) => unknown, again: () => unknown}} ways
   */
  constructor(app, thing, audience, ways) {
    this.app = app;
    this.thing = thing;
    this.audience = audience;
    this.ways = ways;
    this.seen = new AsOthers(app, thing);
    this.inputs = AUDIENCES.map((value) => h("input", { type: "radio", name: "audience", value, onchange: () => this.choose(value) }));
    this.choices = h("fieldset", { class: "audiences" }, h("legend", {}, t("Who sees this")), AUDIENCES.map((value, at) =>
      h("label", { class: "side" }, this.inputs[at], h("span", {}, audienceName(value), h("small", { class: "muted" }, audienceHint(value, hasLinks(thing)))))));
    this.box = h("section", { class: "sheet" }, this.choices, h("p", {}, h("strong", {}, t("Shown:")), " ", whatIsSeen(thing)), h("p", { class: "muted" }, whatIsNot(thing)));
    this.draw();
    this.look();
  }

  draw() {
    for (const input of this.inputs) input.checked = input.value === this.audience;
  }

  /** As those whom the choice lets in. */
  look = () => this.seen.look({ followers: "follower", everyone: "visitor" }[/** @type {string} */ (this.audience)]);

  /** What the server says. @param {Audience} audience */
  take(audience) {
    if (this.isSaving || audience === this.audience) return;
    this.audience = audience;
    this.draw();
    this.look();
  }

  isSaving = false;

  /** @param {Audience} audience */
  async choose(audience) {
    if (this.isSaving || audience === this.audience) return this.draw();
    const { app, thing } = this;
    const { api } = app.collection;
    this.isSaving = true;
    this.choices.setAttribute("aria-busy", "true");
    try {
      const [path, body] = thing.of === "list" ? [`${LISTS}/${thing.id}`, { audience }] : [PREFERENCES, { audience: { [thing.thing]: audience } }];
      const { meta: { operation_id: id } } = await api.ask("PATCH", path, body, { key: makeId(), tries: 2 });
      this.audience = audience;
      this.ways.kept(audience);
      const undo = async () => {
        await undoOperation(app, String(id));
        this.ways.again();
      };
      toast(shownNow(audience, thing.name), id ? { label: t("Undo"), run: () => undo().catch(sayFailure) } : null);
      app.collection.settle();
    } catch (error) {
      sayFailure(error);
    }
    this.isSaving = false;
    this.choices.removeAttribute("aria-busy");
    this.draw();
    this.look();
  }
}

/** @param {Audience} audience */
const audienceBadge = (audience) => audience === "nobody"
  ? h("span", { class: "muted hint only-you" }, icon("lock"), audienceName(audience)) : h("span", { class: "badge" }, audienceName(audience));

/** @param {App} app */
const publicPage = ({ user: { name } }) => h("a", { class: "button", href: `/u/${encodeURIComponent(name)}` }, t("See my public page"));
