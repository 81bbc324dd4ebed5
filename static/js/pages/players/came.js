/** What came from players: what waits for a decision, or all of it. */

import { pageOf } from "../../shell/address.js";
import { dialog } from "../../ui/dialogs.js";
import { failed, h, loading, nodes, sayFailure, toast } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { since } from "../../ui/more_words.js";
import { PLAYERS } from "../../ui/players.js";
import { titleFinder } from "../../ui/title_finder.js";
import { t } from "../../ui/words.js";
import { calledThere, ruleText, whyText } from "./words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Scrobble } from "../../types.js" */

const ADDRESS = "/api/user/scrobbles";

export class Came {
  list = h("ul", { class: "scrobbles" });
  more = h("p", { class: "actions start" });

  /** @param {App} app @param {"waiting" | ""} state @param {() => unknown} changed  something else of the page may differ now */
  constructor(app, state, changed) {
    this.api = app.collection.api;
    this.state = state;
    this.changed = changed;
    this.box = section(state ? t("Not recognised") : t("What came"), this.list, this.more);
  }

  /** @param {string} [cursor] @returns {Promise<void>} */
  async draw(cursor) {
    if (!this.list.childElementCount) this.list.replaceChildren(h("li", {}, loading()));
    const query = new URLSearchParams({ limit: "20", ...(this.state && { state: this.state }), ...(cursor && { cursor }) });
    try {
      /** @type {Answer<Scrobble[]>} */
      const { data, meta } = await this.api.ask("GET", `${ADDRESS}?${query}`);
      const rows = data.map((one) => this.row(one));
      if (cursor) this.list.append(...rows);
      else this.list.replaceChildren(...(rows.length ? rows : [h("li", { class: "muted" }, this.state ? t("Nothing waits.") : t("Nothing yet."))]));
      const next = /** @type {string | null | undefined} */ (meta?.next_cursor);
      this.more.replaceChildren(...nodes([next && h("button", { type: "button", class: "button", onclick: () => this.draw(next) }, t("Show more"))]));
    } catch (error) {
      this.list.replaceChildren(h("li", {}, failed(error, () => this.draw(), t("Players need a connection."))));
    }
  }

  /** @param {Scrobble} one */
  row(one) {
    const facts = [PLAYERS[one.player], one.account, since(one.watched_at)].filter(Boolean).join(" · ");
    const title = one.anime_id && h("a", { href: pageOf(one.anime_id) }, one.anime_title ?? one.anime_id);
    const episode = one.anime_episode !== null && one.type === "episode" ? `, ${t("episode {n}", { n: one.anime_episode })}` : "";
    const found = title && h("span", {}, "→ ", title, episode, one.matched_by && h("small", { class: "muted" }, ` ${ruleText(one.matched_by)}`));
    return h("li", {},
      h("strong", {}, calledThere(one)),
      h("span", {}, found, h("small", { class: "muted" }, ` ${whyText(one.reason ?? one.state)}`)),
      h("small", { class: "muted" }, facts),
      h("div", { class: "actions start" }, this.choices(one)));
  }

  /** @param {Scrobble} one */
  choices(one) {
    const label = calledThere(one);
    const decide = h("button", { type: "button", class: "button", "aria-label": t("Choose the title: {name}", { name: label }), onclick: () => this.decide(one) }, t("Choose the title"));
    if (one.state === "waiting") return [decide, ...this.candidates(one)];
    return nodes([decide, one.operation_id && h("button", { type: "button", class: "button", "aria-label": t("Undo: {name}", { name: label }), onclick: () => this.undo(one) }, t("Undo"))]);
  }

  /** @param {Scrobble} one */
  candidates(one) {
    return one.candidates.slice(0, 3).map(({ anime_id, title, format, year }) =>
      h("button", { type: "button", class: "button", onclick: () => this.decide(one, { id: anime_id, title }) }, `${title} (${[format, year].filter(Boolean).join(", ")})`));
  }

  /** Which title it is, how its numbers differ, and whether that is remembered. @param {Scrobble} one @param {{id: string, title: string}} [first] */
  decide(one, first) {
    let chosen = first ?? (one.anime_id ? { id: one.anime_id, title: one.anime_title ?? one.anime_id } : undefined);
    const name = h("strong", { role: "status" }, chosen?.title ?? t("No title chosen yet."));
    const finder = titleFinder(this.api, t("Which title is {title}?", { title: calledThere(one) }), (anime) => {
      chosen = anime;
      name.textContent = anime.title;
    });
    const number = h("input", { type: "number", min: 1, max: 100000, value: one.anime_episode ?? one.episode ?? 1 });
    const remember = h("input", { type: "checkbox", checked: true });
    /** @param {string | null} animeId */
    const save = async (animeId) => {
      const offset = one.type === "film" || animeId === null ? 0 : Number(number.value) - (one.episode ?? 1);
      try {
        const { meta } = await this.api.ask("POST", `${ADDRESS}/${one.id}/match`, { animeId, offset, remember: remember.checked });
        const others = Number(/** @type {{others?: number}} */ (meta ?? {}).others ?? 0);
        box.close();
        toast(others ? t("Decided, with {n} others of it.", { n: others }) : t("Decided."));
        await this.draw();
        this.changed();
      } catch (error) {
        sayFailure(error);
      }
    };
    const box = dialog({ label: t("Which title is it?"), class: "small" }, h("form", {
      class: "card-form",
      onsubmit: (event) => {
        event.preventDefault();
        if (chosen) save(chosen.id);
      },
    }, h("h2", {}, t("Which title is it?")), h("p", {}, calledThere(one)), h("p", {}, name), finder,
      one.type === "episode" && h("label", {}, t("It is episode"), number),
      h("label", { class: "check" }, remember, h("span", {}, one.type === "film" ? t("Remember it for this film") : t("Remember it for this series and season"))),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")),
        h("button", { type: "button", class: "button", onclick: () => save(null) }, t("It is no anime")),
        h("button", { class: "button primary" }, t("Save")))));
  }

  /** @param {Scrobble} one @returns {Promise<void>} */
  async undo(one) {
    try {
      await this.api.ask("POST", `${ADDRESS}/${one.id}/undo`, {});
      toast(t("Undone."));
      await this.draw();
      this.changed();
    } catch (error) {
      sayFailure(error, () => this.undo(one));
    }
  }
}
