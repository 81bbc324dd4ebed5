/** What pages share that visitors may see too. */

import { Api } from "../collection/index.js";
import { h } from "./dom.js";
import { t } from "./words.js";

/** @import { Answer, Asking } from "../collection/types.js" */
/** @import { Frame } from "../types.js" */

/**
 * Asks as whoever is here. A session that ended hides nothing that any visitor may see.
 * @param {Frame} app @param {string} path @param {Asking} [more] @returns {Promise<Answer>}
 */
export function askOpenly(app, path, more) {
  const ask = (/** @type {Api} */ api) => api.ask("GET", path, undefined, { tries: 2, ...more });
  return ask(app.api).catch((error) => (error.status === 401 ? ask(new Api()) : Promise.reject(error)));
}

/**
 * The same, page after page until the last.
 * @template Row @param {Frame} app @param {string} path  with a query @param {Asking} [more] @returns {Promise<Row[]>}
 */
export async function askForAll(app, path, more) {
  /** @type {Row[]} */
  const rows = [];
  for (let next = path; ; ) {
    const { data, meta } = await askOpenly(app, next, { check: Array.isArray, ...more });
    rows.push(...data);
    if (!meta.next_cursor) return rows;
    next = `${path}&cursor=${encodeURIComponent(meta.next_cursor)}`;
  }
}

/** A visitor wants to keep something. @param {Frame} app */
export async function join(app) {
  const { joinDialog } = await import("./sign_in.js");
  joinDialog(t("Create your own list"), (signedIn) => app.start(signedIn));
}

/** Between the pages on which titles are found. @param {string} here @param {boolean} isSignedIn */
export const exploreLinks = (here, isSignedIn) => {
  const pages = [["/discover", t("Search")], ["/browse", t("Browse")], ["/season", t("Seasons")], ...(isSignedIn ? [["/recommendations", t("For you")]] : [])];
  return h("nav", { class: "tabs explore", "aria-label": t("Ways to find titles") },
    pages.map(([href, text]) => h("a", { class: "tab", href, "aria-current": href === here ? "page" : null }, text)));
};
