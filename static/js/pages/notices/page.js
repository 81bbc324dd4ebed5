/** What happened to titles on the list, newest first; seen here, it is read everywhere. */

import { pageOf } from "../../shell/address.js";
import { failed, h, loading, pageHead, sayFailure } from "../../ui/dom.js";
import { since } from "../../ui/more_words.js";
import { day, t } from "../../ui/words.js";
import { sentenceOf } from "./sentences.js";

/** @import { Answer, Notice } from "../../collection/types.js" */
/** @import { App } from "../../types.js" */

const NOTICES = "/api/user/notices";
const PER_PAGE = 100; // as many as devices keep

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new NoticesPage(app);
  main.append(pageHead(t("Notices"), h("a", { class: "button", href: "/settings" }, t("Settings"))), page.list, page.more);
  const see = () => {
    page.draw();
    page.read();
  };
  const end = app.collection.on("wholes", ({ detail }) => detail.names.includes("notices") && see());
  document.addEventListener("visibilitychange", page.read);
  page.learnMuted();
  see();
  return () => {
    end();
    document.removeEventListener("visibilitychange", page.read);
  };
}

class NoticesPage {
  list = h("div", { class: "history notices" });
  more = h("button", { type: "button", class: "button", hidden: true }, t("Show earlier"));
  /** Unread when the page came: they stay marked as long as it is open. @type {Set<string>} */
  fresh = new Set();
  /** @type {Set<string>} */
  muted = new Set();
  /** Older than what the device keeps. @type {Notice[]} */
  earlier = [];
  /** @type {string | null} */
  cursor = null;
  isAsked = false;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.more.onclick = () => this.fetchMore();
  }

  get kept() {
    return this.app.collection.wholes.notices;
  }

  draw() {
    const { kept } = this;
    if (!kept) return this.list.replaceChildren(loading());
    for (const { id, read_at: at } of kept) if (!at) this.fresh.add(id);
    const ids = new Set(kept.map(({ id }) => id));
    const all = [...kept, ...this.earlier.filter(({ id }) => !ids.has(id))];
    this.list.replaceChildren(...(all.length ? this.days(all) : [h("p", { class: "empty" }, t("No notices yet. New episodes, sequels and moved dates of titles on your list appear here."))]));
    this.more.hidden = this.isAsked ? !this.cursor : kept.length < PER_PAGE;
  }

  /** @param {Notice[]} notices */
  days(notices) {
    /** @type {HTMLElement[]} */
    const parts = [];
    let last = "";
    for (const notice of notices) {
      const its = day(notice.at);
      if (its !== last) parts.push(h("h2", {}, its), h("ol", {}));
      last = its;
      parts.at(-1)?.append(this.item(notice));
    }
    return parts;
  }

  /** @param {Notice} notice */
  item(notice) {
    const { id, anime_id: animeId, title, at } = notice;
    const isFresh = this.fresh.has(id);
    return h("li", { class: isFresh ? "told fresh" : "told" },
      h("span", {}, isFresh && h("span", { class: "unseen" }, t("New:"), " "),
        animeId && h("a", { href: pageOf(animeId) }, title ?? `№ ${animeId}`), animeId && " ",
        sentenceOf(notice, this.app.preferences.timezone),
        ["follower", "follow_request", "together"].includes(notice.kind) && [" ", h("a", { href: "/following" }, t("Following"))]),
      h("time", { class: "muted", datetime: at }, since(at)),
      animeId && this.muting(animeId, title ?? ""));
  }

  /** @param {string} animeId @param {string} title */
  muting(animeId, title) {
    const isMuted = this.muted.has(animeId);
    const label = isMuted ? t("Unmute") : t("Mute");
    return h("button", { type: "button", class: "link", "aria-label": `${label}: ${title}`, onclick: () => this.mute(animeId, !isMuted) }, label);
  }

  /** @param {string} animeId @param {boolean} isMuted */
  async mute(animeId, isMuted) {
    try {
      await this.app.collection.later(isMuted ? "PUT" : "DELETE", `${NOTICES}/mutes/${animeId}`, undefined);
      this.muted[isMuted ? "add" : "delete"](animeId);
      this.draw();
    } catch (error) {
      sayFailure(error);
    }
  }

  /** Without network nothing is shown as muted. */
  async learnMuted() {
    /** @type {{ data: {anime_id: string}[] }} */
    const { data } = await this.app.collection.api.ask("GET", `${NOTICES}/mutes`, undefined, { tries: 1, check: Array.isArray }).catch(() => ({ data: [] }));
    this.muted = new Set(data.map(({ anime_id: id }) => id));
    if (data.length) this.draw();
  }

  /** All that is shown, once somebody may see it. */
  read = () => {
    const unread = (this.kept ?? []).filter(({ read_at: at }) => !at);
    if (document.hidden || !unread.length) return;
    const now = new Date().toISOString();
    const notices = (this.kept ?? []).map((notice) => ({ ...notice, read_at: notice.read_at ?? now }));
    this.app.collection.later("POST", `${NOTICES}/read`, { up_to: unread[0].id }, { notices }).catch(sayFailure);
  };

  async fetchMore() {
    try {
      const query = new URLSearchParams({ limit: String(PER_PAGE), ...(this.cursor && { cursor: this.cursor }) });
      /** @type {Answer<Notice[]>} */
      const { data, meta } = await this.app.collection.api.ask("GET", `${NOTICES}?${query}`, undefined, { tries: 2, check: Array.isArray });
      this.earlier.push(...data);
      this.cursor = meta.next_cursor ?? null;
      const isFirst = !this.isAsked;
      this.isAsked = true;
      if (isFirst && this.cursor) await this.fetchMore(); // the first page is what the device has
      else this.draw();
    } catch (error) {
      this.list.append(failed(error, () => this.fetchMore(), t("Earlier notices need a connection.")));
    }
  }
}
