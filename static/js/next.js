/** Up next: what is being watched, and one click for the next episode. */

import { cover } from "./covers.js";
import { h, icon } from "./dom.js";
import { openEntry } from "./panel.js";
import { airingName, factsOf, since, t, typeName } from "./words.js";

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const { collection } = app;
  const body = h("div");
  main.append(h("header", { class: "page-head" }, h("h1", {}, t("Up next"))), body);

  function draw() {
    const focused = /** @type {any} */ (document.activeElement)?.dataset?.watched;
    const all = [...collection.entries.values()];
    const watching = all.filter(({ type, episodes, progress }) => type === "Watching" && (episodes === null || progress < episodes))
      .sort((one, other) => other.updated_at.localeCompare(one.updated_at));
    const active = watching.filter(({ state }) => state !== "on_hold");
    const paused = watching.filter(({ state }) => state === "on_hold");
    const waiting = all.filter(({ type }) => type === "To Watch")
      .sort((one, other) => other.priority - one.priority || (other.rating ?? 0) - (one.rating ?? 0)).slice(0, 12);
    body.replaceChildren(...[
      active.length ? h("ul", { class: "next-list" }, active.slice(0, 60).map(item)) : nothing(waiting.length > 0),
      paused.length && section(t("On hold"), h("ul", { class: "next-list quiet" }, paused.slice(0, 30).map(item))),
      waiting.length && section(t("Waiting for their turn"), h("ul", { class: "cards strip" }, waiting.map(startable)))].filter(Boolean));
    if (focused) /** @type {any} */ (body.querySelector(`[data-watched="${focused}"]`))?.focus();
  }

  const section = (/** @type {string} */ title, /** @type {any} */ ...rest) => h("section", {}, h("h2", {}, title), rest);

  /** @param {any} entry */
  function item(entry) {
    const { anime_id: id, title, progress, episodes } = entry;
    const left = episodes === null ? airingName(entry.airing_status) : episodes - progress === 1 ? t("the last one") : t("{n} left", { n: episodes - progress });
    return h("li", { class: "next-item" },
      h("button", { type: "button", class: "open", onclick: () => openEntry(app, id), "aria-label": title }, cover(entry)),
      h("div", { class: "next-text" },
        h("h3", {}, title),
        h("p", { class: "muted" }, [factsOf(entry), since(entry.updated_at)].join(" · ")),
        h("span", { class: "bar", style: { "--share": String(episodes ? progress / episodes : 0.5) }, "aria-hidden": "true" }),
        h("p", {}, h("strong", {}, t("Episode {n}", { n: progress + 1 })), " ", h("span", { class: "muted" }, left))),
      h("button", { type: "button", class: "button primary", "data-watched": id, "aria-label": t("Watched episode {n} of {title}", { n: progress + 1, title }),
        onclick: () => app.done(collection.increment(id), t("{title}: {n} watched.", { title, n: progress + 1 })) }, icon("check"), t("Watched")));
  }

  /** @param {any} entry */
  const startable = (entry) => h("li", { class: "card" },
    h("button", { type: "button", class: "open", onclick: () => openEntry(app, entry.anime_id) }, cover(entry), h("span", { class: "card-title" }, entry.title)),
    h("button", { type: "button", class: "link", "aria-label": t("Start {title}", { title: entry.title }), onclick: () => app.done(collection.move([entry.anime_id], "Watching"), t("Moved {title} to {type}.", { title: entry.title, type: typeName("Watching") })) }, t("Start")));

  /** @param {boolean} hasWaiting */
  const nothing = (hasWaiting) => h("div", { class: "empty" },
    h("p", {}, !collection.isLoaded ? t("Fetching your list …") : hasWaiting ? t("Nothing is under way. One of these?") : t("Nothing is under way.")),
    h("a", { class: "button", href: "/discover" }, t("Find something")));

  const redraw = () => requestAnimationFrame(draw);
  collection.addEventListener("changed", redraw);
  draw();
  return () => collection.removeEventListener("changed", redraw);
}
