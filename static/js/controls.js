/** What one changes most of an entry: its type, its progress, its score. */

import { h, iconButton } from "./dom.js";
import { scoreInput } from "./score.js";
import { watched } from "./watched.js";
import { TYPES, t, typeName } from "./words.js";

/** Shows a value, but never over what is being typed. @param {any} input @param {any} value */
export function put(input, value) {
  if (document.activeElement !== input && input.value !== String(value ?? "")) input.value = value ?? "";
}

export class Controls {
  /** @param {any} app @param {string} animeId @param {(fields: any) => any} save */
  constructor(app, animeId, save) {
    const { collection } = app;
    const move = (/** @type {string} */ name) => app.done(collection.move([animeId], name),
      t("Moved {title} to {type}.", { title: collection.entries.get(animeId).title, type: typeName(name) }));
    this.type = h("div", { class: "segments", role: "group", "aria-label": t("Type") }, TYPES.map((name) =>
      h("button", { type: "button", "data-type": name, onclick: () => move(name) }, typeName(name))));
    this.progress = h("input", {
      name: "progress", type: "number", "aria-label": t("Progress"), min: 0, max: 100000, inputmode: "numeric",
      onchange: () => this.progress.reportValidity() && save({ progress: Number(this.progress.value) }),
    });
    this.total = h("span", { class: "muted" });
    this.beyond = h("p", { class: "hint warning", role: "status", hidden: true });
    this.score = scoreInput(app.preferences.scoreFormat, (value) => save({ score: value }));
    const stepper = h("span", { class: "stepper" },
      iconButton("minus", t("One episode less"), { onclick: () => watched(app, animeId, -1) }), this.progress, this.total,
      iconButton("plus", t("One more episode"), { onclick: () => watched(app, animeId) }));
    this.parts = [
      this.type,
      h("div", { class: "pair" },
        h("div", { class: "field" }, h("span", { "aria-hidden": "true" }, t("Progress")), stepper),
        this.score.box),
      this.beyond];
  }

  /** @param {any} entry */
  put({ type, progress, episodes, score }) {
    for (const button of this.type.children) button.setAttribute("aria-pressed", String(button.dataset.type === type));
    put(this.progress, progress);
    this.total.textContent = `/ ${episodes ?? "–"}`;
    this.beyond.hidden = !episodes || progress <= episodes;
    this.beyond.textContent = this.beyond.hidden ? "" : t("The catalogue knows {n} episodes. Your number is kept.", { n: episodes });
    this.score.put(score);
  }
}
