/** What one changes most of an entry: its status, its progress, its score. */

import { h, iconButton } from "./dom.js";
import { moveTo } from "./quick.js";
import { scoreInput } from "./score.js";
import { watched } from "./watched.js";
import { whenSelect } from "./watched_on.js";
import { STATUSES, statusHint, statusName, statusOf, t } from "./words.js";

/** @import { Entry, Sent } from "../collection/types.js" */
/** @import { App } from "../types.js" */

/** Shows a value, but never over what is being typed. @param {HTMLInputElement | HTMLTextAreaElement} input @param {string | number | null} value */
export function put(input, value) {
  if (document.activeElement !== input && input.value !== String(value ?? "")) input.value = String(value ?? "");
}

export class Controls {
  /** @param {App} app @param {string} animeId @param {(fields: Sent & {watched_on?: string}) => unknown} save */
  constructor(app, animeId, save) {
    this.when = whenSelect(t("Watched on"));
    const day = () => this.when.value || undefined;
    this.buttons = STATUSES.map((name) =>
      h("button", { type: "button", "data-status": name, title: statusHint(name), onclick: () => moveTo(app, [animeId], name, day()) }, statusName(name)));
    this.status = h("div", { class: "segments", role: "group", "aria-label": t("Status") }, this.buttons);
    this.hint = h("p", { class: "hint muted" });
    this.progress = h("input", {
      name: "progress", type: "number", "aria-label": t("Progress"), min: 0, max: 100000, inputmode: "numeric",
      onchange: () => { if (this.progress.reportValidity()) save({ progress: Number(this.progress.value), watched_on: day() }); },
    });
    this.total = h("span", { class: "muted" });
    this.beyond = h("p", { class: "hint warning", role: "status", hidden: true });
    this.score = scoreInput(app.preferences.scoreFormat, (value) => save({ score: value }));
    const stepper = h("span", { class: "stepper" },
      iconButton("minus", t("One episode less"), { onclick: () => watched(app, animeId, -1, day()) }), this.progress, this.total,
      iconButton("plus", t("One more episode"), { onclick: () => watched(app, animeId, 1, day()) }));
    this.parts = [
      this.status, this.hint,
      h("div", { class: "pair" },
        h("div", { class: "field" }, h("span", { "aria-hidden": "true" }, t("Progress")), stepper,
          h("label", { class: "when" }, h("span", { class: "muted" }, t("Watched on")), this.when.box)),
        this.score.box),
      this.beyond];
  }

  /** @param {Entry} entry */
  put(entry) {
    const { progress, episodes, score } = entry;
    const status = statusOf(entry);
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.status === status));
    this.hint.textContent = statusHint(status);
    put(this.progress, progress);
    this.when.begin(entry.type === "Watching" ? t("Today") : "–"); // what counts if nothing is chosen
    this.total.textContent = `/ ${episodes ?? "–"}`;
    this.beyond.hidden = !episodes || progress <= episodes;
    this.beyond.textContent = this.beyond.hidden ? "" : t("The catalogue lists {n} episodes. Your number stays.", { n: episodes });
    this.score.put(score);
  }
}
