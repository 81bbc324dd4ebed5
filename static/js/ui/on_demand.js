/** What opens over a page: loaded when the page is there, or when it is asked for before. */

import { Offline } from "../collection/index.js";
import { sayFailure } from "./dom.js";

/** @import { AfterFinishing, App, Shown } from "../types.js" */

/** When nothing else is to be done. @param {() => Promise<unknown>} load */
export const loadLater = (load) => (globalThis.requestIdleCallback ?? setTimeout)(() => load().catch(() => {}));

/** @template Part */
class OnDemand {
  /** @type {Part | null} */
  part = null;
  isAsked = false; // a second click finds it under way

  /** @param {() => Promise<Part>} load */
  constructor(load) {
    this.load = () => load().then((part) => (this.part = part));
  }

  /** At once where it is here: keys that follow a click are for what it opens. @param {(part: Part) => unknown} run */
  async use(run) {
    if (this.isAsked) return;
    this.isAsked = !this.part;
    try {
      await run(this.part ?? (await this.load().catch(() => Promise.reject(new Offline()))));
    } catch (error) {
      sayFailure(error);
    } finally {
      this.isAsked = false;
    }
  }
}

const panel = new OnDemand(() => import("./panel.js"));
const menus = new OnDemand(() => import("./quick_menus.js"));
const finished = new OnDemand(() => import("./finished.js"));

/** Once a page is there, so that they open without network too. @param {App} app */
export const loadOnDemand = (app) =>
  void Promise.allSettled([import("../shell/playing.js").then(({ watchPlaying }) => watchPlaying(app)), import("../shell/badge.js").then(({ watchBadge }) => watchBadge(app)), panel.load(), menus.load().then(({ hearPlus }) => hearPlus(app)), finished.load()]);

/** @param {App} app @param {string} animeId */
export const openEntry = (app, animeId) => panel.use(({ openEntry }) => openEntry(app, animeId));

/** More of what is completed. @param {App} app @param {string} animeId */
export const offerAgain = (app, animeId) => finished.use(({ offerAgain }) => offerAgain(app, animeId));

/** For the toast of a title that was finished: a score, and when. @type {AfterFinishing} */
export const afterFinishing = async (...finish) => (finished.part ?? (await finished.load())).afterFinishing(...finish);

/** @param {"status" | "score" | "plus"} kind @param {HTMLElement} button @param {App} app @param {Shown} entry @param {string} label */
export const openMenu = (kind, button, app, entry, label) =>
  menus.use(({ openMenu }) => openMenu(kind, button, app, entry, label));
