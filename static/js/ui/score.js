/** A score to be given, in the scale that its user prefers. */

import { h } from "./dom.js";
import { FACES, t } from "./words.js";

/**
 * A score in the user's scale.
 * @param {string} format @param {(score: number | null) => void} save 0–10
 */
export function scoreInput(format, save) {
  if (format === "5" || format === "3") {
    const choices = format === "5"
      ? [1, 2, 3, 4, 5].map((stars) => [stars * 2, "★".repeat(stars), t("{n} of 5", { n: stars })])
      : FACES.map(([value, face], at) => [value, face, [t("Bad"), t("OK"), t("Good")][at]]);
    const buttons = choices.map(([value, text, label]) =>
      h("button", { type: "button", "data-score": value, "aria-label": label, onclick: (/** @type {any} */ event) => save(event.currentTarget.getAttribute("aria-pressed") === "true" ? null : Number(value)) }, format === "5" ? "★" : text));
    const box = h("div", { class: `score-choice of-${format}`, role: "group", "aria-label": t("My score") }, h("span", { class: "label" }, t("My score")), h("span", {}, buttons));
    return {
      box,
      put: (/** @type {number | null} */ score) => {
        const nearest = score === null ? null : choices.reduce((best, choice) =>
          Math.abs(Number(choice[0]) - score) < Math.abs(Number(best[0]) - score) ? choice : best)[0];
        for (const button of buttons) {
          const value = Number(button.dataset.score);
          button.setAttribute("aria-pressed", String(value === nearest));
          button.classList.toggle("lit", nearest !== null && (format === "5" ? value <= Number(nearest) : value === nearest));
        }
      },
    };
  }
  const [most, step, scale] = format === "100" ? [100, 1, 10] : [10, format === "10" ? 1 : 0.1, 1];
  const input = h("input", {
    name: "score", type: "number", min: 0, max: most, step, inputmode: "decimal",
    onchange: () => input.reportValidity() && save(input.value === "" ? null : Math.round((Number(input.value) / scale) * 10) / 10),
  });
  return {
    box: h("label", {}, t("My score (out of {n})", { n: most }), input),
    put: (/** @type {number | null} */ score) => {
      const shown = score === null ? "" : String(format === "10" ? Math.round(score) : Math.round(score * scale * 10) / 10);
      if (document.activeElement !== input) input.value = shown;
    },
  };
}
