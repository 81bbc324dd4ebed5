/** An entry's panel: all that the user keeps of one anime. What is typed is saved as it is. */

import { closePanel, openPanel } from "../shell/address.js";
import { makeId } from "../collection/index.js";
import { Controls, put } from "./controls.js";
import { cover } from "./covers.js";
import { dayInput } from "./day.js";
import { $, dialog, failureSentence, h, iconButton, later, loading, sayFailure, toast, whileBusy } from "./dom.js";
import { airingName, factsOf, operationText, priorityName, since, statusName, statusOf, t } from "./words.js";

/** The page of a title. @param {string} animeId */
export const pageOf = (animeId) => `/anime/${encodeURIComponent(animeId)}`;

/** @param {any} app @param {string} animeId */
export async function openEntry(app, animeId) {
  const { collection } = app;
  if (!collection.entries.has(animeId)) return;
  await openPanel(animeId);
  const entry = () => collection.entries.get(animeId);
  const title = entry().title;
  const head = h("div", { class: "panel-head" });
  const form = h("form", { class: "panel-form", onsubmit: (/** @type {any} */ event) => event.preventDefault() });
  const facts = h("div", { class: "panel-facts" });
  const past = h("section", { class: "panel-history" });
  const redraw = (/** @type {any} */ { detail }) => {
    if (!detail.ids || detail.ids.includes(animeId)) (entry() ? draw() : box.close());
  };
  collection.addEventListener("changed", redraw);
  const box = dialog({ label: title, class: "panel", onclose: () => (closePanel(animeId), flush(), removeEventListener("pagehide", flush), document.removeEventListener("visibilitychange", flush), collection.removeEventListener("changed", redraw)) },
    h("div", { class: "panel-body" },
      iconButton("close", t("Close"), { class: "icon-button close", onclick: () => box.close() }),
      head, form, facts, past));
  box.dataset.anime = animeId;

  /** @type {(fields: any) => Promise<any>} */
  const save = (fields) => collection.update(animeId, fields).catch((/** @type {any} */ error) => sayFailure(error, () => save(fields)));
  const saveNotes = later(() => flush(), 800);
  // What was typed a moment before the page goes is kept as well.
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", flush);
  function flush() {
    const notes = $("[name=notes]", form);
    if (notes && entry() && notes.value !== entry().notes) save({ notes: notes.value });
  }

  // --- What does not change while one types ------------------------------------------

  const controls = new Controls(app, animeId, save);
  const started = dayInput("started_on", t("Started"), (value) => save({ started_on: value }));
  const finished = dayInput("finished_on", t("Finished"), (value) => save({ finished_on: value }));
  const priority = priorityChoice((value) => save({ priority: value }));
  const rewatches = h("input", { name: "rewatches", type: "number", min: 0, max: 100000, onchange: () => rewatches.reportValidity() && save({ rewatches: Number(rewatches.value) }) });
  const tags = h("input", { name: "tags", autocomplete: "off", placeholder: t("with friends, comfort"), onchange: () => save({ tags: [...new Set(tags.value.split(",").map((/** @type {string} */ tag) => tag.trim()).filter(Boolean))] }) });
  const notes = h("textarea", { name: "notes", rows: 4, maxlength: 10000, oninput: saveNotes, onchange: flush });
  const hidden = h("input", { name: "is_private", type: "checkbox", onchange: () => save({ is_private: hidden.checked }) });
  form.append(
    ...controls.parts,
    started.box, finished.box,
    h("div", { class: "pair" },
      h("label", {}, t("Priority in Up next"), priority.box),
      h("label", {}, t("Rewatches"), rewatches)),
    h("label", {}, t("Notes"), notes),
    h("label", {}, t("Tags (comma-separated)"), tags),
    h("label", { class: "check" }, hidden, t("Private (hidden from others)")),
    h("button", { type: "button", class: "link danger", onclick: () => (box.close(), app.done(collection.remove([animeId]), t("Removed {title}.", { title }))) }, t("Remove from my list")));

  function draw() {
    const now = entry();
    controls.put(now);
    started.put(now.started_on);
    finished.put(now.finished_on);
    priority.put(now.priority);
    put(rewatches, now.rewatches);
    put(tags, now.tags.join(", "));
    put(notes, now.notes);
    hidden.checked = now.is_private;
  }

  head.append(cover(entry()), h("div", {},
    h("h2", {}, h("a", { href: pageOf(animeId) }, title)),
    h("p", { class: "muted" }, [factsOf(entry()), airingName(entry().airing_status)].filter(Boolean).join(" · ")),
    entry().rating && h("p", { class: "muted" }, t("Rated {n} out of 10", { n: entry().rating }))));
  draw();
  tellFacts(app, animeId, facts, head);
  tellHistory(app, animeId, past);
}

/** Genres, studios and what belongs to it: the catalogue's, when there is network. */
async function tellFacts(/** @type {any} */ app, /** @type {string} */ animeId, /** @type {any} */ box, /** @type {any} */ head) {
  const wait = loading();
  box.append(wait);
  try {
    const { data } = await app.collection.api.send("GET", `/api/animes/${animeId}`);
    const shown = app.collection.entries.get(animeId)?.title;
    const names = new Set([data.title, data.english_title, data.native_title]);
    const other = [...names].filter((name) => name && name !== shown).join(" · ");
    if (other) $("h2", head).after(h("p", { class: "other-titles muted" }, other));
    box.append(...[
      data.genres.length && h("ul", { class: "chips", "aria-label": t("Genres") }, data.genres.map((/** @type {string} */ name) => h("li", {}, name))),
      data.studios.length && h("p", { class: "muted" }, data.studios.join(", ")),
      data.relations.length && h("div", { class: "related" }, h("h3", {}, t("Related")),
        h("ul", {}, data.relations.slice(0, 6).map((/** @type {any} */ related) => {
          const listed = app.collection.entries.get(related.id);
          return h("li", {}, h("a", { href: pageOf(related.id) }, related.title),
            h("span", { class: "muted" }, ` ${[factsOf(related), listed && statusName(statusOf(listed))].filter(Boolean).join(" · ")}`));
        })))].filter(Boolean));
  } catch (error) {
    // Without network the panel has what the list knows.
    box.append(h("p", { class: "muted" }, failureSentence(error)));
  }
  wait.remove();
}

/** How soon Up next shows it. @param {(value: number) => any} save @param {Record<string, any>} [more] */
export function priorityChoice(save, more = {}) {
  const box = h("select", { ...more, onchange: () => save(Number(box.value)) });
  /** Imports bring any number. @param {number} value */
  const put = (value) => {
    box.replaceChildren(...[...new Set([0, 1, 2, value])].map((n) => h("option", { value: n }, priorityName(n))));
    box.value = value;
  };
  return { box, put };
}

/** A sentence in which the title is a link. @param {string} text @param {any} [change] */
function linked(text, { anime_id: id, title } = {}) {
  const at = id && title ? text.indexOf(title) : -1;
  return at < 0 ? text : [text.slice(0, at), h("a", { href: pageOf(id) }, title), text.slice(at + title.length)];
}

async function tellHistory(/** @type {any} */ app, /** @type {string} */ animeId, /** @type {any} */ box) {
  box.append(h("h3", {}, t("History")), loading());
  try {
    const { data } = await app.collection.api.send("GET", `/api/user/operations?animeId=${animeId}&limit=8`);
    if (data.length) box.lastChild.replaceWith(h("ol", {}, data.map((/** @type {any} */ told) => historyItem(app, told))));
    else box.replaceChildren();
  } catch {
    box.replaceChildren(); // the facts say why
  }
}

/**
 * One operation, with undo.
 * @param {any} app @param {any} told @param {{isLinked?: boolean}} [how]  its title leads to its page
 */
export function historyItem(app, told, { isLinked = false } = {}) {
  const text = operationText(told, app.preferences.scoreFormat, !isLinked);
  const item = h("li", { class: "told" },
    h("span", {}, isLinked ? linked(text, told.changes[0]) : text),
    h("time", { class: "muted", datetime: told.at }, since(told.at)),
    told.undoable && !told.undoes && h("button", { type: "button", class: "link", onclick: () => undo() }, told.size > 1 ? t("Undo all {n}", { n: told.size }) : t("Undo")));
  const undo = () => whileBusy($("button", item), undoIt);
  async function undoIt() {
    try {
      const path = `/api/user/operations/${told.id}/undo`;
      const { data } = await app.collection.api.ask("POST", path, {}, { key: makeId() });
      item.classList.add("undone");
      $("button", item)?.remove();
      const left = data.conflicts?.length ?? 0;
      toast(left ? t("Undone. Newer changes kept: {n}.", { n: left }) : t("Undone."));
      app.collection.settle();
    } catch (error) {
      sayFailure(error, undo);
    }
  }
  return item;
}
