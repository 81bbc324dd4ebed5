/** Elements and toasts: the little that the pages need of a framework. */

import { Offline, Refused, Unexpected } from "../collection/api.js";
import { t } from "./words.js";

/** @import { Attributes, Child } from "../types.js" */

/**
 * An element. Attributes as in HTML; `onclick` and the like are listeners, `style` sets
 * properties (by script, which the Content-Security-Policy allows), null leaves one out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Attributes} [attributes] @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, string | number>} [attributes] @param {...Child} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** @template {HTMLElement | SVGElement} E @param {E} element @param {Attributes} attributes @param {Child[]} children */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (typeof value === "object") {
      for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
    } else if (name === "value" || name === "checked") Object.assign(element, { [name]: value });
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** What is there of them, without lists in lists. @param {Child} children @returns {(Node | string)[]} */
export const nodes = (children) => (Array.isArray(children) ? children.flatMap(nodes)
  : children === null || children === undefined || typeof children === "boolean" ? []
  : [/** @type {Node | string} */ (children)]);

/** What must be there. @template {Element} [E=HTMLElement] @param {string} selector @param {ParentNode} [within] @returns {E} */
export const $ = (selector, within = document) => /** @type {E} */ (within.querySelector(selector));

/** What has the focus. */
export const focused = () => /** @type {HTMLElement | null} */ (document.activeElement);

/** @type {Record<string, string>} */
const ICONS = {
  list: "M4 5h6v14H4zM14 5h6v14h-6z",
  next: "M6 4l12 8-12 8z",
  search: "M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14zM16 16l5 5",
  chart: "M4 20V10M10 20V4M16 20v-7M21 20H3",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 7v5l3 2",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  rows: "M4 6h16M4 12h16M4 18h16",
  reverse: "M8 4v16M4 16l4 4 4-4M16 20V4M12 8l4-4 4 4",
  check: "M5 12l5 5 9-10",
  filter: "M4 6h16M7 12h10M10 18h4",
  lock: "M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3",
  away: "M3 3l18 18M5 12a10 10 0 0 1 3-2M2 8a15 15 0 0 1 4-3M19 12a10 10 0 0 0-7-3M22 8A15 15 0 0 0 11 4M12 19h.01M9 16a4 4 0 0 1 5 0",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  share: "M12 15V4M8 8l4-4 4 4M5 12v8h14v-8",
  undo: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6",
};

/** @param {string} name */
export const icon = (name) =>
  svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: ICONS[name] }));

/**
 * A button that shows an icon, and says its name to those who do not see it.
 * @param {string} name @param {string} label @param {Attributes} attributes
 */
export const iconButton = (name, label, attributes = {}) =>
  h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, ...attributes }, icon(name));

/**
 * A sentence at the edge of the page, with a way on. It stays as long as one points at it.
 * @param {string} sentence @param {{label: string, run: () => unknown} | null} [action]
 * @param {{isError?: boolean, more?: HTMLElement}} [how]  more: what is to be filled in
 */
export function toast(sentence, action, { isError = false, more } = {}) {
  const region = $(isError ? "#alerts" : "#toasts");
  const box = h("div", { class: isError ? "toast error" : "toast" });
  const close = () => box.remove();
  box.append(...nodes([h("p", {}, sentence), more,
    action && h("button", { type: "button", class: "link", onclick: () => (close(), action.run()) }, action.label),
    iconButton("close", t("Dismiss"), { onclick: close })]));
  while (region.children.length > 2) region.firstChild?.remove();
  region.append(box);
  let ends = setTimeout(close, isError || more ? 20_000 : 8_000);
  const stay = () => clearTimeout(ends);
  const go = () => (ends = setTimeout(close, 4_000));
  box.addEventListener("pointerenter", stay);
  box.addEventListener("focusin", stay);
  box.addEventListener("pointerleave", go);
  box.addEventListener("focusout", go);
  return close;
}

/** What is the matter, for a person. @param {unknown} error @returns {string} */
export function failureSentence(error) {
  if (error instanceof Offline) return error.isSilent ? t("The server isn't responding.") : t("No connection to the server.");
  if (error instanceof Refused) return error.code === "revision_mismatch" ? t("This has changed meanwhile. Try again.") : error.message;
  if (error instanceof Unexpected) {
    return error.status === 413 ? t("This is too large to upload.")
      : t("Unexpected response ({status}). Your network may want you to sign in.", { status: String(error.status) });
  }
  return t("Something went wrong: {what}", { what: /** @type {Error} */ (error).message });
}

const SLOW = 5_000; // milliseconds after which waiting is explained

/** In the place of what is on its way. @param {string} [sentence] */
export function loading(sentence = t("Loading…")) {
  const box = h("p", { class: "empty muted busy", role: "status" }, sentence);
  setTimeout(() => box.isConnected && box.append(" ", t("The server is slow to respond.")), SLOW);
  return box;
}

/**
 * In the place of what did not come; asked for again when the network is back.
 * @param {unknown} error @param {() => unknown} again @param {string} [offline]  said without network
 */
export function failed(error, again, offline) {
  const isOffline = error instanceof Offline && !error.isSilent;
  const box = h("div", { class: "empty failed", role: "alert" },
    h("p", {}, (isOffline && offline) || failureSentence(error)),
    h("button", { type: "button", class: "button", onclick: () => again() }, t("Try again")));
  addEventListener("online", () => box.isConnected && again(), { once: true });
  return box;
}

/**
 * Says on a button that what it does is under way, and does it once at a time.
 * @param {HTMLButtonElement} button @param {() => Promise<unknown>} work
 */
export async function whileBusy(button, work) {
  if (button.disabled) return;
  const label = button.textContent;
  button.disabled = true;
  button.textContent = t("One moment…");
  try {
    await work();
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

/** Says a failure, with a way on where there is one. @param {unknown} error @param {() => unknown} [again] */
export function sayFailure(error, again) {
  const sentence = failureSentence(error);
  toast(sentence, again && { label: t("Try again"), run: again }, { isError: true });
}

/** Once nothing has asked for it for `pause` milliseconds. @param {() => void} run @param {number} pause */
export function later(run, pause) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(run, pause);
  };
}

/** However often it is asked for: once before the next picture of the page. @param {() => void} run */
export function onceAFrame(run) {
  let isAsked = false;
  return () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => ((isAsked = false), run()));
  };
}

/** What a page is called, and what stands beside that. @param {string} title @param {...Child} more */
export const pageHead = (title, ...more) => h("header", { class: "page-head" }, h("h1", {}, title), more);

/** A choice among values. @param {[value: string | number, text: string][]} options @param {Attributes} [attributes] */
export const select = (options, attributes = {}) =>
  h("select", attributes, options.map(([value, text]) => h("option", { value }, text)));
