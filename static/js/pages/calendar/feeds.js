/** Feeds: addresses that show what airs of one's list to programs that cannot sign in. */

import { confirmed } from "../../ui/dialogs.js";
import { failed, h, loading, sayFailure, select, toast, whileBusy } from "../../ui/dom.js";
import { withProof } from "../../ui/proof.js";
import { TYPES, day, t, typeName } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Feed, MadeFeed } from "../../types.js" */

const FEEDS = "/api/user/feeds";

/** @param {App} app */
export function feeds(app) {
  const section = new Feeds(app);
  section.load();
  return section.box;
}

class Feeds {
  list = h("ul", { class: "feed-rows" });
  made = h("div", { class: "feed-made", role: "status" });
  name = h("input", { maxlength: 50, autocomplete: "off", placeholder: t("Phone") });
  types = select([["", t("All that is not dropped")], ...TYPES.map((type) => /** @type {[string, string]} */ ([type, typeName(type)]))]);
  button = h("button", { class: "button primary" }, t("Make a feed"));

  /** @param {App} app */
  constructor(app) {
    this.api = app.collection.api;
    const form = h("form", { class: "fields" }, h("label", {}, t("Name"), this.name), h("label", {}, t("Titles"), this.types), this.button);
    form.onsubmit = (event) => {
      event.preventDefault();
      whileBusy(this.button, () => this.make(form));
    };
    this.box = h("div", { class: "feeds-body" },
      h("p", { class: "muted" }, t("Anyone who has an address of a feed sees what airs of your list, private entries too, without signing in. End a feed, and its addresses stop at once.")),
      this.list, this.made, form);
  }

  /** @returns {Promise<void>} */
  async load() {
    if (!this.list.childElementCount) this.list.replaceChildren(h("li", {}, loading()));
    try {
      /** @type {Answer<Feed[]>} */
      const { data } = await this.api.ask("GET", FEEDS, undefined, { tries: 2, check: Array.isArray });
      this.list.replaceChildren(...data.map((feed) => this.row(feed)));
    } catch (error) {
      this.list.replaceChildren(h("li", {}, failed(error, () => this.load(), t("Feeds need a connection."))));
    }
  }

  /** @param {Feed} feed */
  row(feed) {
    const facts = [feed.types.length ? feed.types.map(typeName).join(", ") : t("All that is not dropped"),
      feed.last_used_on ? t("last used {day}", { day: day(`${feed.last_used_on}T12:00`) }) : t("not used yet")];
    return h("li", {},
      h("span", { class: "feed-text" }, h("strong", {}, nameOf(feed)), h("span", { class: "muted facts" }, facts.join(" · "))),
      h("button", { type: "button", class: "button small", "aria-label": t("New addresses: {name}", { name: nameOf(feed) }), onclick: () => this.rotate(feed) }, t("New addresses")),
      h("button", { type: "button", class: "button small danger", "aria-label": t("End: {name}", { name: nameOf(feed) }), onclick: () => this.end(feed) }, t("End")));
  }

  // --- What one does -------------------------------------------------------------------

  /** @param {HTMLFormElement} form */
  async make(form) {
    const types = this.types.value ? [this.types.value] : [];
    await this.change(() => this.api.send("POST", FEEDS, { name: this.name.value.trim(), types }), () => form.reset());
  }

  /** @param {Feed} feed */
  async rotate(feed) {
    if (!(await confirmed(t("Replace the addresses of {name}? Those before stop at once.", { name: nameOf(feed) }), t("New addresses")))) return;
    await this.change(() => this.api.send("POST", `${FEEDS}/${feed.id}/rotate`, {}));
  }

  /** @param {Feed} feed */
  async end(feed) {
    if (!(await confirmed(t("End {name}? Its addresses stop at once.", { name: nameOf(feed) }), t("End")))) return;
    await this.change(() => this.api.send("DELETE", `${FEEDS}/${feed.id}`));
  }

  /** @param {() => Promise<Answer>} send @param {() => unknown} [done] */
  async change(send, done) {
    try {
      const { data } = await withProof(this.api, send);
      done?.();
      this.made.replaceChildren(...(data.urls ? [this.addresses(data)] : []));
      await this.load();
    } catch (error) {
      sayFailure(error);
    }
  }

  /** Shown this once. @param {MadeFeed} feed */
  addresses({ urls, ...feed }) {
    /** @type {[string, string][]} */
    const kinds = [[t("For calendar programs (iCalendar)"), urls.ics], [t("For feed readers (RSS)"), urls.rss], [t("For feed readers (JSON)"), urls.json]];
    return h("section", { class: "feed-addresses" }, h("h3", {}, nameOf(feed)),
      h("p", {}, t("Copy what you need: these addresses are shown only now.")),
      kinds.map(([label, url]) => address(label, url)));
  }
}

/** @param {Pick<Feed, "name">} feed */
const nameOf = ({ name }) => name || t("Feed");

/** @param {string} label @param {string} url */
function address(label, url) {
  const input = h("input", { value: url, "aria-label": label, autocomplete: "off" });
  input.readOnly = true;
  input.onfocus = () => input.select();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      toast(t("Copied."));
    } catch { // without https, or not allowed: it is selected for the keyboard
      input.focus();
      input.select();
      toast(t("Press Ctrl and C to copy."));
    }
  };
  return h("div", { class: "feed-address" }, h("span", { class: "muted hint" }, label), input,
    h("button", { type: "button", class: "button", "aria-label": t("Copy: {what}", { what: label }), onclick: copy }, t("Copy")));
}
