/** Up next: what is being watched, and one click for the next episode. */

import { cover } from "../../ui/covers.js";
import { failed, h, icon, loading, onceAFrame } from "../../ui/dom.js";
import { HeldOrder, holdFromFirstTouch } from "../../ui/held_order.js";
import { openEntry, pageOf, priorityChoice } from "../../ui/panel.js";
import { moveTo } from "../../ui/quick.js";
import { watched } from "../../ui/watched.js";
import { airingName, factsOf, priorityName, since, statusName, statusOf, t } from "../../ui/words.js";

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const { collection } = app;
  const body = h("div");
  main.append(h("header", { class: "page-head" }, h("h1", {}, t("Up next"))), body);

  /** Of what has not changed, so that it is not made again. @type {WeakMap<any, HTMLElement>} */
  const made = new WeakMap();
  const kept = (/** @type {(entry: any) => HTMLElement} */ make) => (/** @type {any} */ entry) =>
    made.get(entry) ?? made.set(entry, make(entry)).get(entry);
  const orders = { active: new HeldOrder(), paused: new HeldOrder(), waiting: new HeldOrder() };

  function draw() {
    const focused = /** @type {any} */ (document.activeElement)?.dataset?.watched;
    const all = [...collection.entries.values()];
    const watching = all.filter(({ type, episodes, progress }) => type === "Watching" && (episodes === null || progress < episodes))
      .sort((one, other) => other.updated_at.localeCompare(one.updated_at) || one.anime_id - other.anime_id);
    const planned = all.filter(({ type }) => type === "To Watch")
      .sort((one, other) => other.priority - one.priority || (other.rating ?? 0) - (one.rating ?? 0) || one.anime_id - other.anime_id);
    const look = (/** @type {string} */ id) => collection.entries.get(id);
    const active = orders.active.arrange(watching.filter(({ state }) => state !== "on_hold").slice(0, 60), look);
    const paused = orders.paused.arrange(watching.filter(({ state }) => state === "on_hold").slice(0, 30), look);
    const waiting = orders.waiting.arrange(planned.slice(0, 12), look).filter(({ away }) => away !== "removed");
    body.replaceChildren(...[
      h("h2", { class: "unseen" }, statusName("Watching")),
      active.length ? h("ul", { class: "next-list" }, active.map(kept(item))) : nothing(waiting.length > 0),
      paused.length && section(t("On hold"), h("ul", { class: "next-list quiet" }, paused.map(kept(item)))),
      waiting.length && section(t("Start something new"), h("p", { class: "hint muted" }, t("Highest priority first, then the best rated.")), h("ul", { class: "cards strip" }, waiting.map(kept(startable))))].filter(Boolean));
    if (focused) /** @type {any} */ (body.querySelector(`[data-watched="${focused}"]`))?.focus({ preventScroll: true });
  }

  const section = (/** @type {string} */ title, /** @type {any} */ ...rest) => h("section", {}, h("h2", {}, title), rest);

  /** @param {any} entry */
  function item(entry) {
    const { anime_id: id, title, progress, episodes } = entry;
    if (entry.away) return gone(entry);
    const left = episodes === null ? airingName(entry.airing_status) : episodes - progress === 1 ? t("last episode") : t("{n} left", { n: episodes - progress });
    return h("li", { class: "next-item" },
      h("button", { type: "button", class: "open", onclick: () => openEntry(app, id) }, cover(entry), h("span", { class: "unseen" }, title)),
      h("div", { class: "next-text" },
        h("h3", {}, h("a", { href: pageOf(id) }, title)),
        h("p", { class: "muted" }, [factsOf(entry), since(entry.updated_at)].join(" · ")),
        h("span", { class: "bar", style: { "--share": String(episodes ? progress / episodes : 0.5) }, "aria-hidden": "true" }),
        h("p", {}, h("strong", {}, t("Episode {n}", { n: progress + 1 })), " ", h("span", { class: "muted" }, left))),
      h("button", { type: "button", class: "button primary", "data-watched": id, "aria-label": t("Watched episode {n} of {title}", { n: progress + 1, title }),
        onclick: () => watched(app, id) }, icon("check"), t("Watched")));
  }

  /** It keeps its place until one looks again, so that nothing else is clicked. @param {any} entry */
  const gone = (entry) => h("li", { class: "next-item away" },
    h("button", { type: "button", class: "open", disabled: entry.away === "removed", onclick: () => openEntry(app, entry.anime_id) }, cover(entry), h("span", { class: "unseen" }, entry.title)),
    h("div", { class: "next-text" },
      h("h3", {}, entry.title),
      h("p", { class: "muted" }, entry.away === "removed" ? t("Removed") : t("Now in {type}", { type: statusName(statusOf(entry)) }))),
    h("button", { type: "button", class: "button", "data-watched": entry.anime_id, "aria-disabled": "true", "aria-label": t("No episodes left of {title}", { title: entry.title }) }, icon("check"), t("Watched")));

  /** @param {any} entry */
  const startable = (entry) => h("li", { class: "card" },
    h("button", { type: "button", class: "open", onclick: () => openEntry(app, entry.anime_id) }, cover(entry), h("span", { class: "card-title" }, entry.title)),
    entry.away ? h("span", { class: "muted" }, t("Now in {type}", { type: statusName(statusOf(entry)) }))
      : h("div", { class: "split" },
        h("button", { type: "button", class: "link", "aria-label": t("Start {title}", { title: entry.title }), onclick: () => moveTo(app, [entry.anime_id], "Watching") }, t("Start")),
        prioritised(entry)));

  /** @param {any} entry */
  function prioritised({ anime_id: id, title, priority }) {
    const { box, put } = priorityChoice((value) => {
      put(priority); // as made: it is shown again where this is undone
      app.done(collection.update(id, { priority: value }), t("Priority of {title}: {what}.", { title, what: priorityName(value) }));
    },
      { class: "quiet", "aria-label": t("Priority of {title}", { title }), "data-watched": id });
    put(priority);
    return box;
  }

  /** @param {boolean} hasWaiting */
  const nothing = (hasWaiting) => !collection.isLoaded ? fetching() : h("div", { class: "empty" },
    h("p", {}, hasWaiting ? t("You aren't watching anything. Start one of these?") : t("You aren't watching anything.")),
    h("a", { class: "button", href: "/discover" }, t("Find anime")));

  const fetching = () => (collection.problem ? failed(collection.problem, () => collection.retry()) : loading(t("Loading your list…")));
  const redraw = onceAFrame(draw);
  const tell = () => collection.isLoaded || redraw();
  collection.addEventListener("changed", redraw);
  collection.addEventListener("status", tell);
  const letGo = holdFromFirstTouch(main, Object.values(orders), draw);
  draw();
  return () => {
    letGo();
    collection.removeEventListener("changed", redraw);
    collection.removeEventListener("status", tell);
  };
}
