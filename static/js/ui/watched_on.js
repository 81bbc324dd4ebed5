/** When episodes were watched: a quiet choice that needs none, and a day to be said. */

import { dayOn } from "../collection/rules.js";
import { dayInput } from "./day.js";
import { dialog } from "./dialogs.js";
import { h } from "./dom.js";
import { dayName, t } from "./words.js";

const [TODAY, YESTERDAY, OTHER] = ["today", "yesterday", "other"];

/** "2026-11-28", so many days ago. @param {number} days */
export function daysBack(days) {
  const at = new Date();
  at.setDate(at.getDate() - days);
  return dayOn(at);
}

/** Which day a choice is: a page may be open over midnight. @param {string} chosen */
const dayOf = (chosen) => (chosen === TODAY ? daysBack(0) : chosen === YESTERDAY ? daysBack(1) : chosen);

/**
 * A choice of today, yesterday, another day, or none that is known. Its value is "" where
 * nothing was chosen, which is what `begin` calls it.
 * @param {string} label @param {(day: string) => unknown} [chosen]
 */
export function whenSelect(label, chosen) {
  let value = "";
  const first = h("option", { value: "" });
  const other = h("option", { value: OTHER }, t("Another day…"));
  const box = h("select", { class: "quiet", "aria-label": label, onchange: () => { choose(); } },
    first, h("option", { value: TODAY }, t("Today")), h("option", { value: YESTERDAY }, t("Yesterday")), other,
    h("option", { value: "unknown" }, t("Day not known")));
  async function choose() {
    if (box.value === OTHER) {
      box.value = value;
      const day = await askDay(label);
      if (!day) return;
      const same = [...box.options].find((option) => dayOf(option.value) === day);
      if (!same) other.before(h("option", { value: day }, dayName(day)));
      box.value = same?.value ?? day;
    }
    if (value === box.value) return;
    value = box.value;
    chosen?.(dayOf(value));
  }
  return {
    box,
    get value() {
      return dayOf(value);
    },
    /** What counts if nothing is chosen. @param {string} text @param {string} [day]  the same as a day: not offered twice */
    begin(text, day) {
      first.textContent = text;
      for (const option of box.options) option.hidden = option !== first && dayOf(option.value) === (day ?? (text === t("Today") ? daysBack(0) : ""));
    },
  };
}

/** A day, or as much of it as one knows; null where one closes it. @param {string} title @returns {Promise<string | null>} */
export function askDay(title) {
  return new Promise((decided) => {
    /** @type {string | null} */
    let day = daysBack(0);
    /** @type {string | null} */
    let answer = null;
    const refusal = h("p", { class: "refusal", role: "alert" });
    const input = dayInput("watched_on", t("Watched on"), (value) => (day = value));
    const save = () => {
      const isToCome = day && day > daysBack(0);
      refusal.textContent = isToCome ? t("This day is still to come.") : "";
      if (!day || isToCome) return;
      answer = day;
      box.close();
    };
    const box = dialog({ label: title, class: "small", onclose: () => decided(answer) },
      h("form", { onsubmit: (event) => (event.preventDefault(), save()) },
        h("h2", {}, title), input.box,
        h("p", { class: "hint muted" }, t("If you only know the month or the year, leave the rest empty.")), refusal,
        h("div", { class: "actions" },
          h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")),
          h("button", { class: "button primary" }, t("Save")))));
    input.put(day);
  });
}
