/** Every time through a title: when, how it was, and watching it again. */

import { put } from "./controls.js";
import { dayInput } from "./day.js";
import { h, nodes } from "./dom.js";
import { watchAgain } from "./finished.js";
import { scoreInput } from "./score.js";
import { write } from "./undoable.js";
import { dayName, scoreText, t } from "./words.js";

/** @import { Entry, Viewing } from "../collection/types.js" */
/** @import { App } from "../types.js" */

/** @param {string} state */
const stateOf = (state) => ({ active: t("Watching"), finished: t("Finished"), dropped: t("Dropped") })[state] ?? state;

/** "2015 – Jun 3, 2015" @param {Viewing} viewing */
const daysOf = ({ started_on: from, finished_on: to }) =>
  (from || to ? [from ? dayName(from) : "", to && to !== from ? dayName(to) : ""].filter(Boolean).join(" – ") : "");

/** The times through one title, in its panel. */
export class Viewings {
  box = h("section", { class: "viewings" });
  /** Each by its id, so that what is typed and what is open stay. @type {Map<string, {item: HTMLElement, put: (viewing: Viewing) => void}>} */
  made = new Map();
  shown = "";

  /** @param {App} app @param {string} animeId */
  constructor(app, animeId) {
    this.app = app;
    this.animeId = animeId;
  }

  /** @param {Entry} entry */
  draw(entry) {
    const viewings = this.app.collection.viewingsOf(this.animeId);
    const isOver = viewings.length > 0 && viewings.every(({ state }) => state !== "active");
    const rows = viewings.length > 1 ? viewings.toReversed() : [];
    this.box.hidden = !isOver && !rows.length;
    const items = rows.map((viewing) => this.item(viewing, entry));
    const shown = [isOver, ...rows.map(({ id }) => id)].join(" ");
    if (shown === this.shown) return; // what is moved in a document loses the focus
    this.shown = shown;
    this.box.replaceChildren(...nodes([
      h("h3", {}, t("Viewings")),
      rows.length > 0 && h("ol", {}, items),
      isOver && h("button", { type: "button", class: "button", onclick: () => watchAgain(this.app, this.animeId) }, t("Watch again"))]));
  }

  /** @param {Viewing} viewing @param {Entry} entry */
  item(viewing, entry) {
    const made = this.made.get(viewing.id) ?? this.details(viewing, entry);
    this.made.set(viewing.id, made);
    made.put(viewing);
    return made.item;
  }

  /** @param {Viewing} viewing @param {Entry} entry */
  details(viewing, entry) {
    const { scoreFormat: format } = this.app.preferences;
    const save = (/** @type {Partial<Viewing>} */ fields) => this.save(viewing, fields);
    const started = dayInput("viewing_started_on", t("Started"), (value) => save({ started_on: value }));
    const finished = dayInput("viewing_finished_on", t("Finished"), (value) => save({ finished_on: value }));
    const scored = scoreInput(format, (value) => save({ score: value }));
    const place = h("input", { maxlength: 100, autocomplete: "off", placeholder: t("with Anna, in the cinema"), onchange: () => { save({ where: place.value }); } });
    const notes = h("textarea", { rows: 3, maxlength: 10000, onchange: () => { save({ notes: notes.value }); } });
    const said = h("span", { class: "muted" });
    const item = h("li", {}, h("details", { class: "viewing" },
      h("summary", {}, h("strong", {}, t("Viewing {n}", { n: viewing.number })), " ", said),
      h("div", { class: "panel-form" },
        started.box, finished.box, scored.box, h("label", {}, t("Where"), place), h("label", {}, t("Notes"), notes),
        h("button", { type: "button", class: "link danger", onclick: () => this.remove(viewing, entry) }, t("Remove this viewing")))));
    const fill = (/** @type {Viewing} */ now) => {
      said.textContent = [stateOf(now.state), daysOf(now), now.score !== null && `★ ${scoreText(now.score, format)}`].filter(Boolean).join(" · ");
      started.put(now.started_on);
      finished.put(now.finished_on);
      finished.box.hidden = now.state === "active";
      scored.put(now.score);
      put(place, now.where);
      put(notes, now.notes);
    };
    return { item, put: fill };
  }

  /** @param {Viewing} viewing */
  path = ({ id }) => `/api/user/watchList/${this.animeId}/viewings/${id}`;

  /** @param {Viewing} viewing @param {Partial<Viewing>} fields */
  save(viewing, fields) {
    return write(this.app, "PATCH", this.path(viewing), fields, t("Viewing {n} saved.", { n: viewing.number }));
  }

  /** @param {Viewing} viewing @param {Entry} entry */
  remove(viewing, { title }) {
    return write(this.app, "DELETE", this.path(viewing), undefined, t("Removed viewing {n} of {title}.", { n: viewing.number, title }));
  }
}
