/** An entry's panel: all that the user keeps of one anime. What is typed is saved as it is. */

import { closePanel, openPanel, pageOf } from "../shell/address.js";
import { Controls, put } from "./controls.js";
import { cover } from "./covers.js";
import { dayInput } from "./day.js";
import { dialog } from "./dialogs.js";
import { $, failureSentence, h, iconButton, later, loading, nodes, sayFailure } from "./dom.js";
import { episodeInputs } from "./episodes.js";
import { historyItem } from "./history_item.js";
import { priorityChoice } from "./priority.js";
import { TitleDiary } from "./title_diary.js";
import { WatchedWith } from "./together.js";
import { TitleWatchers } from "./watchers.js";
import { OnLists } from "./on_lists.js";
import { Viewings } from "./viewings.js";
import { airingName } from "./more_words.js";
import { factsOf, statusName, statusOf, t } from "./words.js";

/** @import { Answer, Sent } from "../collection/types.js" */
/** @import { Anime, App, Told } from "../types.js" */

/** @param {App} app @param {string} animeId */
export async function openEntry(app, animeId) {
  if (!app.collection.entries.has(animeId)) return;
  await openPanel(animeId);
  const panel = new Panel(app, animeId);
  panel.open();
}

class Panel {
  /** @param {App} app @param {string} animeId */
  constructor(app, animeId) {
    this.app = app;
    this.collection = app.collection;
    this.animeId = animeId;
    this.head = h("div", { class: "panel-head" });
    this.facts = h("div", { class: "panel-facts" });
    this.viewings = new Viewings(app, animeId);
    this.onLists = new OnLists(app, animeId, () => this.entry ?? {});
    this.diary = new TitleDiary(app, animeId);
    this.watchers = new TitleWatchers(app, animeId);
    this.with = new WatchedWith(app, animeId, () => this.entry);
    this.past = h("section", { class: "panel-history" });
    const save = (/** @type {Sent & {watched_on?: string}} */ fields) => this.save(fields);
    this.controls = new Controls(app, animeId, save);
    this.episodes = episodeInputs(save, () => this.controls.when.value || undefined);
    this.started = dayInput("started_on", t("Started"), (value) => save({ started_on: value }));
    this.finished = dayInput("finished_on", t("Finished"), (value) => save({ finished_on: value }));
    this.priority = priorityChoice((value) => save({ priority: value }));
    this.rewatches = h("input", { name: "rewatches", type: "number", min: 0, max: 100000, onchange: () => { this.saveRewatches(); } });
    this.tags = h("input", { name: "tags", autocomplete: "off", placeholder: t("with friends, comfort"), onchange: () => { this.saveTags(); } });
    this.name = h("a", { href: pageOf(animeId) });
    this.title = h("input", { name: "custom_title", maxlength: 200, autocomplete: "off", onchange: () => { save({ custom_title: this.title.value.trim() }); } });
    this.notes = h("textarea", { name: "notes", rows: 4, maxlength: 10000, oninput: later(() => this.flush(), 800), onchange: () => { this.flush(); } });
    this.hidden = h("input", { name: "is_private", type: "checkbox", onchange: () => { save({ is_private: this.hidden.checked }); } });
    this.box = this.openBox();
  }

  /** As it is now; undefined once it was removed. */
  get entry() {
    return this.collection.entries.get(this.animeId);
  }

  openBox() {
    const box = dialog({ label: this.entry?.title ?? "", class: "panel", onclose: () => this.close() },
      h("div", { class: "panel-body" },
        iconButton("close", t("Close"), { class: "icon-button close", onclick: () => this.box.close() }),
        this.head, this.form(), this.onLists.box, this.viewings.box, this.with.box, this.watchers.box, this.diary.box, this.facts, this.past));
    box.dataset.anime = this.animeId;
    return box;
  }

  /** What does not change while one types. */
  form() {
    return h("form", { class: "panel-form", onsubmit: (event) => event.preventDefault() },
      this.controls.parts, this.episodes.box,
      this.started.box, this.finished.box,
      h("div", { class: "pair" },
        h("label", {}, t("Priority in Up next"), this.priority.box),
        h("label", {}, t("Rewatches"), this.rewatches)),
      h("label", {}, t("My title"), this.title),
      h("label", {}, t("Notes"), this.notes),
      h("label", {}, t("Tags (comma-separated)"), this.tags),
      h("label", { class: "check" }, this.hidden, t("Private (hidden from others)")),
      h("button", { type: "button", class: "link danger", onclick: () => this.remove() }, t("Remove from my list")));
  }

  open() {
    this.forget = this.collection.on("changed", ({ detail: { ids } }) => {
      if (!ids || ids.includes(this.animeId)) (this.entry ? this.draw() : this.box.close());
      this.diary.drawSoon();
    });
    this.forgetWholes = this.collection.on("wholes", ({ detail: { names } }) => {
      if (names.includes("viewings")) this.draw();
      if (names.includes("lists")) this.onLists.draw();
    });
    // What was typed a moment before the page goes is kept as well.
    addEventListener("pagehide", this.flush);
    document.addEventListener("visibilitychange", this.flush);
    this.drawHead();
    this.draw();
    this.tellFacts();
    this.watchers.draw();
    this.diary.draw();
    this.tellHistory();
  }

  close() {
    closePanel(this.animeId);
    this.flush();
    removeEventListener("pagehide", this.flush);
    document.removeEventListener("visibilitychange", this.flush);
    this.forget?.();
    this.forgetWholes?.();
  }

  // --- Saving --------------------------------------------------------------------------

  /** @param {Sent & {watched_on?: string}} fields @returns {Promise<unknown>} */
  save(fields) {
    return this.collection.update(this.animeId, fields).catch((error) => sayFailure(error, () => this.save(fields)));
  }

  flush = () => {
    const { entry, notes: { value: notes } } = this;
    if (entry && notes !== entry.notes) this.save({ notes });
  };

  saveRewatches() {
    if (this.rewatches.reportValidity()) this.save({ rewatches: Number(this.rewatches.value) });
  }

  saveTags() {
    this.save({ tags: [...new Set(this.tags.value.split(",").map((tag) => tag.trim()).filter(Boolean))] });
  }

  remove() {
    const title = this.entry?.title;
    this.box.close();
    this.app.done(this.collection.remove([this.animeId]), t("Removed {title}.", { title }));
  }

  // --- Showing -------------------------------------------------------------------------

  drawHead() {
    const { entry } = this;
    if (!entry) return;
    this.head.append(cover(entry), h("div", {},
      h("h2", {}, this.name),
      h("p", { class: "muted" }, [factsOf(entry), airingName(entry.airing_status)].filter(Boolean).join(" · ")),
      entry.rating ? h("p", { class: "muted" }, t("Rated {n} out of 10", { n: entry.rating })) : null));
  }

  draw() {
    const { entry } = this;
    if (!entry) return;
    this.name.textContent = entry.title;
    this.controls.put(entry);
    this.episodes.put(entry);
    this.started.put(entry.started_on);
    this.finished.put(entry.finished_on);
    this.priority.put(entry.priority);
    put(this.rewatches, entry.rewatches);
    put(this.tags, entry.tags.join(", "));
    put(this.notes, entry.notes);
    put(this.title, entry.custom_title ?? "");
    this.hidden.checked = entry.is_private;
    this.viewings.draw(entry);
  }

  /** Genres, studios and what belongs to it: the catalogue's, when there is network. */
  async tellFacts() {
    const wait = loading();
    this.facts.append(wait);
    try {
      /** @type {Answer<Anime>} */
      const { data } = await this.collection.api.send("GET", `/api/animes/${this.animeId}`);
      const names = new Set([data.title, data.english_title, data.native_title]);
      const other = [...names].filter((name) => name && name !== this.entry?.title).join(" · ");
      if (other) $("h2", this.head).after(h("p", { class: "other-titles muted" }, other));
      this.facts.append(...nodes([
        data.genres.length > 0 && h("ul", { class: "chips", "aria-label": t("Genres") }, data.genres.map((name) => h("li", {}, name))),
        data.studios.length > 0 && h("p", { class: "muted" }, data.studios.join(", ")),
        data.relations.length > 0 && this.related(data)]));
    } catch (error) {
      // Without network the panel has what the list knows.
      this.facts.append(h("p", { class: "muted" }, failureSentence(error)));
    }
    wait.remove();
  }

  /** @param {Anime} anime */
  related({ relations }) {
    return h("div", { class: "related" }, h("h3", {}, t("Related")),
      h("ul", {}, relations.slice(0, 6).map((related) => {
        const listed = this.collection.entries.get(related.id);
        return h("li", {}, h("a", { href: pageOf(related.id) }, related.title),
          h("span", { class: "muted" }, ` ${[factsOf(related), listed && statusName(statusOf(listed))].filter(Boolean).join(" · ")}`));
      })));
  }

  async tellHistory() {
    const wait = loading();
    this.past.append(h("h3", {}, t("History")), wait);
    try {
      /** @type {Answer<Told[]>} */
      const { data } = await this.collection.api.send("GET", `/api/user/operations?animeId=${this.animeId}&limit=8`);
      if (data.length) wait.replaceWith(h("ol", {}, data.map((told) => historyItem(this.app, told))));
      else this.past.replaceChildren();
    } catch {
      this.past.replaceChildren(); // the facts say why
    }
  }
}
