/** Fields that save themselves when they change. */

import { h, select } from "./dom.js";

/** @import { Attributes, Child } from "../types.js" */

/** @param {string} label @param {string | null | undefined} value @param {(value: string) => unknown} save @param {Attributes} [more] */
export function text(label, value, save, more = {}) {
  const input = h("input", { value: value ?? "", ...more });
  input.onchange = () => input.reportValidity() && save(input.value);
  return h("label", {}, label, input);
}

/** @param {string} label @param {string | null | undefined} value @param {[value: string, text: string][]} options @param {(value: string) => unknown} save */
export function choice(label, value, options, save) {
  const box = select(options);
  box.onchange = () => save(box.value);
  box.value = value ?? "";
  return h("label", {}, label, box);
}

/** @param {string} label @param {boolean} value @param {(value: boolean) => unknown} save @param {string} [hint] */
export function check(label, value, save, hint = "") {
  const box = h("input", { type: "checkbox", checked: value });
  box.onchange = () => save(box.checked);
  return h("label", { class: "check" }, box, h("span", {}, label, hint && h("small", { class: "muted" }, hint)));
}

/** @param {string} title @param {...Child} rest */
export const section = (title, ...rest) => h("section", { class: "sheet" }, h("h2", {}, title), rest);
