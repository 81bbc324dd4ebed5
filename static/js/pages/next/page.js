/** Up next: what is being watched, and one click for the next episode. */

import { pageOf } from "../../shell/address.js";
import { cover } from "../../ui/covers.js";
import { failed, focused, h, icon, loading, nodes, onceAFrame, pageHead } from "../../ui/dom.js";
import { HeldOrder, holdFromFirstTouch } from "../../ui/held_order.js";
import { openEntry, openMenu } from "../../ui/on_demand.js";
import { priorityChoice } from "../../ui/priority.js";
import { moveTo } from "../../ui/quick.js";
import { watched } from "../../ui/watched.js";
import { airingName, priorityName, since } from "../../ui/more_words.js";
import { factsOf, statusName, statusOf, t } from "../../ui/words.js";
import { choose } from "./choosing.js";

/** @import { App, Child, Shown } from "../../types.js" */

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const { collection } = app;
  const page = new NextPage(app);
  main.append(pageHead(t("Up next")), page.body);
  const redraw = onceAFrame(() => page.draw());
  const ends = [
    collection.on("changed", redraw),
    collection.on("status", () => collection.isLoaded || redraw()),
    holdFromFirstTouch(main, Object.values(page.orders), () => page.draw())];
  page.draw();
  return () => ends.forEach((end) => end());
}

class NextPage {
  orders = { active: new HeldOrder(), paused: new HeldOrder(), waiting: new HeldOrder() };
  body = h("div");
  /** Of what has not changed, so that it is not made again. @type {WeakMap<Shown, HTMLElement>} */
  made = new WeakMap();

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.collection = app.collection;
  }

  draw() {
    const { active, paused, waiting } = this.choose();
    const last = focused()?.dataset.watched;
    this.body.replaceChildren(...nodes([
      h("h2", { class: "unseen" }, statusName("Watching")),
      active.length ? h("ul", { class: "next-list" }, this.each(active, item)) : this.nothing(waiting.length > 0),
      paused.length > 0 && section(t("On hold"), h("ul", { class: "next-list quiet" }, this.each(paused, item))),
      waiting.length > 0 && section(t("Start something new"),
        h("p", { class: "hint muted" }, t("Highest priority first, then the best rated.")),
        h("ul", { class: "cards strip" }, this.each(waiting, startable)))]));
    if (last) /** @type {HTMLElement | null} */ (this.body.querySelector(`[data-watched="${last}"]`))?.focus({ preventScroll: true });
  }

  /** In the order that holds. */
  choose() {
    const { orders } = this;
    const chosen = choose(this.collection.entries.values());
    const look = (/** @type {string} */ id) => this.collection.entries.get(id);
    return {
      active: orders.active.arrange(chosen.active, look),
      paused: orders.paused.arrange(chosen.paused, look),
      waiting: orders.waiting.arrange(chosen.waiting, look).filter(({ away }) => away !== "removed"),
    };
  }

  /** @param {Shown[]} entries @param {(entry: Shown, app: App) => HTMLElement} make */
  each(entries, make) {
    return entries.map((entry) => {
      const made = this.made.get(entry) ?? make(entry, this.app);
      this.made.set(entry, made);
      return made;
    });
  }

  /** @param {boolean} hasWaiting */
  nothing(hasWaiting) {
    const { isLoaded, problem } = this.collection;
    if (!isLoaded) return problem ? failed(problem, () => this.collection.retry()) : loading(t("Loading your list…"));
    return h("div", { class: "empty" },
      h("p", {}, hasWaiting ? t("You aren't watching anything. Start one of these?") : t("You aren't watching anything.")),
      h("a", { class: "button", href: "/discover" }, t("Find anime")));
  }
}

/** @param {string} title @param {...Child} rest */
const section = (title, ...rest) => h("section", {}, h("h2", {}, title), rest);

/** @param {Shown} entry @param {App} app */
function item(entry, app) {
  const { anime_id: id, title, progress, episodes } = entry;
  if (entry.away) return gone(entry, app);
  const left = episodes === null ? airingName(entry.airing_status) : episodes - progress === 1 ? t("last episode") : t("{n} left", { n: episodes - progress });
  return h("li", { class: "next-item" },
    h("button", { type: "button", class: "open", onclick: () => openEntry(app, id) }, cover(entry), h("span", { class: "unseen" }, title)),
    h("div", { class: "next-text" },
      h("h3", {}, h("a", { href: pageOf(id) }, title)),
      h("p", { class: "muted" }, [factsOf(entry), since(entry.updated_at)].join(" · ")),
      h("span", { class: "bar", style: { "--share": String(episodes ? progress / episodes : 0.5) }, "aria-hidden": "true" }),
      h("p", {}, h("strong", {}, t("Episode {n}", { n: progress + 1 })), " ", h("span", { class: "muted" }, left))),
    h("div", { class: "joined" },
      h("button", { type: "button", class: "button primary", "data-watched": id, "aria-label": t("Watched episode {n} of {title}", { n: progress + 1, title }),
        onclick: () => watched(app, id) }, icon("check"), t("Watched")),
      onAnotherDay(app, entry)));
}

/** The quiet half of the button: it opens a menu of days. @param {App} app @param {Shown} entry */
function onAnotherDay(app, entry) {
  const label = t("On which day: {title}", { title: entry.title });
  const button = h("button", { type: "button", class: "button primary when-button", "data-act": "plus", "data-anime": entry.anime_id, "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": label, title: t("On another day") }, "▾");
  button.onclick = () => button.getAttribute("aria-expanded") === "true" || openMenu("plus", button, app, entry, label);
  return button;
}

/** It keeps its place until one looks again, so that nothing else is clicked. @param {Shown} entry @param {App} app */
const gone = (entry, app) => h("li", { class: "next-item away" },
  h("button", { type: "button", class: "open", disabled: entry.away === "removed", onclick: () => openEntry(app, entry.anime_id) }, cover(entry), h("span", { class: "unseen" }, entry.title)),
  h("div", { class: "next-text" },
    h("h3", {}, entry.title),
    h("p", { class: "muted" }, entry.away === "removed" ? t("Removed") : t("Now in {type}", { type: statusName(statusOf(entry)) }))),
  h("button", { type: "button", class: "button", "data-watched": entry.anime_id, "aria-disabled": "true", "aria-label": t("No episodes left of {title}", { title: entry.title }) }, icon("check"), t("Watched")));

/** @param {Shown} entry @param {App} app */
const startable = (entry, app) => h("li", { class: "card" },
  h("button", { type: "button", class: "open", onclick: () => openEntry(app, entry.anime_id) }, cover(entry), h("span", { class: "card-title" }, entry.title)),
  entry.away ? h("span", { class: "muted" }, t("Now in {type}", { type: statusName(statusOf(entry)) }))
    : h("div", { class: "split" },
      h("button", { type: "button", class: "link", "aria-label": t("Start {title}", { title: entry.title }), onclick: () => moveTo(app, [entry.anime_id], "Watching") }, t("Start")),
      prioritised(entry, app)));

/** @param {Shown} entry @param {App} app */
function prioritised({ anime_id: id, title, priority }, app) {
  const { box, put } = priorityChoice((value) => {
    put(priority); // as made: it is shown again where this is undone
    app.done(app.collection.update(id, { priority: value }), t("Priority of {title}: {what}.", { title, what: priorityName(value) }));
  },
    { class: "quiet", "aria-label": t("Priority of {title}", { title }), "data-watched": id });
  put(priority);
  return box;
}
