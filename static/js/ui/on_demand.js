/** What opens over a page: loaded when the page is there, or when it is first asked for. */

import { Offline } from "../collection/index.js";
import { sayFailure } from "./dom.js";

/** @import { App, Shown } from "../types.js" */

export const ON_DEMAND = { panel: () => import("./panel.js"), menus: () => import("./quick_menus.js") };
let underWay = ""; // a second click finds it under way

/** When nothing else is to be done. @param {() => Promise<unknown>} load */
export const loadLater = (load) => (globalThis.requestIdleCallback ?? setTimeout)(() => load().catch(() => {}));

/** @template Part @param {string} what @param {() => Promise<Part>} load @param {(part: Part) => unknown} run */
async function once(what, load, run) {
  if (underWay === what) return;
  underWay = what;
  try {
    await run(await load().catch(() => Promise.reject(new Offline())));
  } catch (error) {
    sayFailure(error);
  } finally {
    underWay = "";
  }
}

/** @param {App} app @param {string} animeId */
export const openEntry = (app, animeId) => once(animeId, ON_DEMAND.panel, (panel) => panel.openEntry(app, animeId));

/** @param {"status" | "score"} kind @param {HTMLElement} button @param {App} app @param {Shown} entry @param {string} label */
export const openMenu = (kind, button, app, entry, label) =>
  once(`${kind} ${entry.anime_id}`, ON_DEMAND.menus, (menus) => menus.openMenu(kind, button, app, entry, label));
