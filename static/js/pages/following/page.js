/** Who is followed, who follows, who asks to, and who is blocked. */

import { Refused } from "../../collection/index.js";
import { pageOf } from "../../shell/address.js";
import { failed, failureSentence, h, loading, pageHead } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { TOGETHER, offerRow } from "../../ui/together.js";
import { BLOCKS, FOLLOWERS, FOLLOWING, FollowButtons, REQUESTS, actButton } from "../../ui/follow.js";
import { day, t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, ComparedTitle, Person, Together } from "../../types.js" */
/** @import { Act } from "../../ui/follow.js" */

/** What everybody sees of them. @param {string} name */
const pageFor = (name) => `/u/${encodeURIComponent(name)}`;

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new FollowingPage(app);
  main.append(pageHead(t("Following")),
    h("p", { class: "muted" }, t("Followers see what you show to followers."), " ", h("a", { href: "/sharing" }, t("Sharing"))),
    h("div", { class: "settings" }, page.offers.box, page.find(), page.lists.map(({ box }) => box)));
  page.draw();
}

class FollowingPage {
  name = h("input", { maxlength: 100, required: true, autocomplete: "off" });
  found = h("div", { role: "status" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.offers = new Offers(app);
    const list = (/** @type {About} */ about) => new PeopleList(app, about, () => this.draw());
    this.lists = [
      list({ url: REQUESTS, title: t("Requests"), empty: t("Nobody asks to follow you."), acts: () => ["accept", "decline"] }),
      list({ url: FOLLOWING, title: t("You follow"), empty: t("You follow nobody yet."), acts: () => ["unfollow"] }),
      list({ url: FOLLOWERS, title: t("Followers"), empty: t("Nobody follows you yet."), acts: ({ state }) => (state === "none" ? ["follow", "remove"] : ["remove"]) }),
      list({ url: BLOCKS, title: t("Blocked"), empty: t("You block nobody."), acts: () => ["unblock"] }),
    ];
  }

  /** @returns {Promise<unknown>} */
  draw() {
    return Promise.all([this.offers.draw(), ...this.lists.map((list) => list.draw())]);
  }

  find() {
    const form = h("form", { class: "tools" }, h("label", {}, t("User name"), this.name), h("button", { class: "button" }, t("Find")));
    form.onsubmit = (event) => {
      event.preventDefault();
      this.look(this.name.value.trim());
    };
    return section(t("Follow somebody"), form, this.found);
  }

  /** @param {string} name */
  async look(name) {
    const buttons = new FollowButtons(this.app, name, () => this.draw());
    this.found.replaceChildren(loading());
    try {
      await buttons.learn();
      this.found.replaceChildren(h("p", {}, h("a", { href: pageFor(name) }, h("strong", {}, name))), buttons.box);
    } catch (error) {
      const isNobody = error instanceof Refused && error.status === 404;
      this.found.replaceChildren(h("p", { class: "refusal" }, isNobody ? t("Nobody here is called {name}.", { name }) : failureSentence(error)));
    }
  }
}

/** What others say one watched with them; nothing of it where nobody does. */
class Offers {
  list = h("ul", {});
  box = section(t("Watched together"), h("div", { class: "tokens" }, this.list));

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.box.hidden = true;
  }

  draw = async () => {
    try {
      /** @type {Answer<Together[]>} */
      const { data } = await this.app.collection.api.ask("GET", `${TOGETHER}?state=waiting`, undefined, { tries: 2, check: Array.isArray });
      this.list.replaceChildren(...data.map((one) => offerRow(this.app, one, this.draw)));
      this.box.hidden = !data.length;
    } catch {
      // the lists below say why
    }
  };
}

/** @typedef {{url: string, title: string, empty: string, acts: (person: Person) => Act[]}} About */

class PeopleList {
  list = h("ul", {});
  more = h("button", { type: "button", class: "button", hidden: true }, t("Show more"));
  /** @type {string | null} */
  cursor = null;
  asking = 0; // an answer to an older question comes too late

  /** @param {App} app @param {About} about @param {() => unknown} changed  done after each change */
  constructor(app, about, changed) {
    this.app = app;
    this.about = about;
    this.changed = changed;
    this.more.onclick = () => this.fetchMore();
    this.box = section(about.title, h("div", { class: "tokens" }, this.list), h("p", { class: "actions start" }, this.more));
  }

  draw() {
    this.cursor = null;
    if (!this.list.children.length) this.list.replaceChildren(h("li", {}, loading()));
    return this.fetchMore();
  }

  async fetchMore() {
    const asked = ++this.asking;
    const { about: { url, empty }, cursor } = this;
    try {
      /** @type {Answer<Person[]>} */
      const { data, meta } = await this.app.collection.api.ask("GET", cursor ? `${url}?cursor=${encodeURIComponent(cursor)}` : url, undefined, { tries: 2, check: Array.isArray });
      if (asked !== this.asking) return;
      if (!cursor) this.list.replaceChildren();
      this.list.append(...data.map((person) => this.row(person)));
      if (!this.list.children.length) this.list.append(h("li", { class: "muted" }, empty));
      this.cursor = meta.next_cursor ?? null;
      this.more.hidden = !this.cursor;
    } catch (error) {
      if (asked === this.asking) this.list.replaceChildren(h("li", {}, failed(error, () => this.draw(), t("Who follows whom needs a connection."))));
    }
  }

  /** @param {Person} person */
  row(person) {
    const { user_name: name, state, since } = person;
    return h("li", {},
      h("div", {}, h("a", { href: pageFor(name) }, h("strong", {}, name)), h("small", { class: "muted" }, state === "asked" ? t("Asked on {day}", { day: day(since) }) : t("Since {day}", { day: day(since) }))),
      this.about.url === FOLLOWING && state === "following" && plannedByBoth(this.app, name),
      this.about.acts(person).map((act) => actButton(this.app, act, name, this.changed, act === "unfollow" && state === "asked" ? t("Take back the request") : undefined)));
  }
}

/** What the two plan, asked for when it is opened. @param {App} app @param {string} name */
function plannedByBoth(app, name) {
  const box = h("details", {}, h("summary", {}, t("What you both plan")));
  const say = (/** @type {HTMLElement} */ found) => box.replaceChildren(/** @type {HTMLElement} */ (box.firstElementChild), found);
  const fill = async () => {
    const query = new URLSearchParams({ type: "To Watch", limit: "100" });
    say(loading());
    try {
      /** @type {Answer<ComparedTitle[]>} */
      const { data } = await app.collection.api.ask("GET", `/api/users/${encodeURIComponent(name)}/compare?${query}`, undefined, { tries: 2, check: Array.isArray });
      say(data.length ? h("ul", { class: "plain" }, data.map(({ anime_id: id, title }) => h("li", {}, h("a", { href: pageOf(id) }, title)))) : h("p", { class: "muted" }, t("Nothing that you see of their list.")));
    } catch (error) {
      const sees = !(error instanceof Refused && error.status === 404);
      say(h("p", { class: "muted" }, sees ? failureSentence(error) : t("Nothing that you see of their list.")));
    }
  };
  box.addEventListener("toggle", () => box.open && fill());
  return box;
}
