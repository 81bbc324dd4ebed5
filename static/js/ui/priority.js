/** How soon Up next shows a title. */

import { h } from "./dom.js";
import { priorityName } from "./more_words.js";

/** @import { Attributes } from "../types.js" */

/** @param {(value: number) => unknown} save @param {Attributes} [more] */
export function priorityChoice(save, more = {}) {
  const box = h("select", more);
  box.onchange = () => save(Number(box.value));
  /** Imports bring any number. @param {number} value */
  const put = (value) => {
    box.replaceChildren(...[...new Set([0, 1, 2, value])].map((n) => h("option", { value: n }, priorityName(n))));
    box.value = String(value);
  };
  return { box, put };
}
