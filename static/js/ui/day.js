/** A day of which one may know the year alone, or the month: three fields, and no day that is none. */

import { h } from "./dom.js";
import { monthName } from "./more_words.js";
import { t } from "./words.js";

/**
 * @param {string} name @param {string} label
 * @param {(value: string | null) => void} save  "2026", "2026-11", "2026-11-23" or null
 */
export function dayInput(name, label, save) {
  let shown = "";
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  const year = h("input", {
    type: "number", name, "aria-label": t("Year"), placeholder: t("Year"), min: 1900, max: 2200, inputmode: "numeric", autocomplete: "off",
    oninput: () => open(), onchange: () => keep(),
  });
  const month = h("select", { "aria-label": t("Month"), onchange: () => keep() }, h("option", { value: "" }, t("Month")),
    Array.from({ length: 12 }, (_, at) => h("option", { value: two(at + 1) }, monthName(at))));
  const date = h("select", { "aria-label": t("Day"), onchange: () => keep() });
  const today = h("button", { type: "button", class: "link", onclick: () => (fill(new Date().toLocaleDateString("sv")), keep()) }, t("Today"));
  const box = h("fieldset", { class: "day-input" }, h("legend", {}, label), year, month, date, today);

  /** What may be said now: a month of a year, a day of a month, and only days that it has. */
  function open() {
    month.disabled = !year.value;
    date.disabled = !year.value || !month.value;
    const length = new Date(Number(year.value), Number(month.value), 0).getDate() || 31;
    const chosen = Number(date.value) <= length ? date.value : "";
    if (date.length !== length + 1) {
      date.replaceChildren(h("option", { value: "" }, t("Day")), ...Array.from({ length }, (_, at) => h("option", { value: two(at + 1) }, String(at + 1))));
    }
    date.value = chosen;
  }

  function keep() {
    if (!year.reportValidity()) return;
    if (!year.value) month.value = "";
    open();
    if (!month.value) date.value = "";
    const value = [year.value, month.value, date.value].filter(Boolean).join("-");
    if (value !== shown) save(value || null);
    shown = value;
  }

  /** Shows a value, but never over a year that is being typed. @param {string | null} value */
  function put(value) {
    if (document.activeElement === year && value === (shown || null)) return;
    shown = value ?? "";
    fill(shown);
  }

  /** @param {string} value */
  function fill(value) {
    const [ofYear, ofMonth = "", ofDate = ""] = value.split("-");
    [year.value, month.value] = [ofYear, ofMonth];
    open();
    date.value = ofDate;
  }
  fill(shown);
  return { box, put };
}
