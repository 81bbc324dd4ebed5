/** A score to be given, in the scale that its user prefers. */

import { h } from "./dom.js";
import { FACES, t } from "./words.js";

/** @typedef {(score: number | null) => void} Save  0–10 */
/** @typedef {{box: HTMLElement, put: (score: number | null) => void}} ScoreInput */

/** @param {string} format @param {Save} save @returns {ScoreInput} */
export const scoreInput = (format, save) =>
  (format === "5" || format === "3" ? buttons(format, save) : field(format, save));

/** Stars or faces; a click on the chosen one takes it back. @param {"5" | "3"} format @param {Save} save */
function buttons(format, save) {
  /** @type {[value: number, text: string, label: string][]} */
  const choices = format === "5"
    ? [1, 2, 3, 4, 5].map((stars) => [stars * 2, "★", t("{n} of 5", { n: stars })])
    : FACES.map(([value, face], at) => [value, face, [t("Bad"), t("OK"), t("Good")][at]]);
  const made = choices.map(([value, text, label]) => {
    const button = h("button", { type: "button", "data-score": value, "aria-label": label }, text);
    button.onclick = () => save(button.getAttribute("aria-pressed") === "true" ? null : value);
    return button;
  });
  const box = h("div", { class: `score-choice of-${format}`, role: "group", "aria-label": t("My score") }, h("span", { class: "label" }, t("My score")), h("span", {}, made));
  const put = (/** @type {number | null} */ score) => {
    const nearest = score === null ? null : nearestTo(score, choices.map(([value]) => value));
    made.forEach((button, at) => {
      const [value] = choices[at];
      button.setAttribute("aria-pressed", String(value === nearest));
      button.classList.toggle("lit", nearest !== null && (format === "5" ? value <= nearest : value === nearest));
    });
  };
  return { box, put };
}

/** @param {number} score @param {number[]} values */
export const nearestTo = (score, values) =>
  values.reduce((best, value) => (Math.abs(value - score) < Math.abs(best - score) ? value : best));

/** @param {string} format @param {Save} save */
function field(format, save) {
  const [most, step, scale] = format === "100" ? [100, 1, 10] : [10, format === "10" ? 1 : 0.1, 1];
  const input = h("input", { name: "score", type: "number", min: 0, max: most, step, inputmode: "decimal" });
  input.onchange = () => input.reportValidity() && save(input.value === "" ? null : Math.round((Number(input.value) / scale) * 10) / 10);
  const put = (/** @type {number | null} */ score) => {
    const shown = score === null ? "" : String(format === "10" ? Math.round(score) : Math.round(score * scale * 10) / 10);
    if (document.activeElement !== input) input.value = shown;
  };
  return { box: h("label", {}, t("My score (out of {n})", { n: most }), input), put };
}
