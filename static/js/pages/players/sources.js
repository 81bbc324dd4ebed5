/** The tokens of players: what is taken of each, and what became of its last event. */

import { confirmed } from "../../ui/dialogs.js";
import { failed, h, loading, sayFailure, toast, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { since } from "../../ui/more_words.js";
import { t } from "../../ui/words.js";
import { whyText } from "./words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, PersonalToken, ScrobbleSource } from "../../types.js" */

const ADDRESS = "/api/user/scrobbles/sources";
const TOKENS = "/api/user/tokens";
/** @type {Omit<ScrobbleSource, "token_id">} */
const NONE = { accounts: [], libraries: [], least_percent: 80, fills_gaps: true, heard_at: null, heard: null };

/** @param {string} text */
const names = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);

/** @param {App} app */
export function sources(app) {
  const { api } = app.collection;
  const list = h("ul", { class: "scrobbles" });

  /** @returns {Promise<void>} */
  async function draw() {
    if (!list.childElementCount) list.replaceChildren(h("li", {}, loading()));
    try {
      /** @type {[Answer<PersonalToken[]>, Answer<ScrobbleSource[]>]} */
      const [{ data: tokens }, { data: known }] = await Promise.all([api.ask("GET", TOKENS), api.ask("GET", ADDRESS)]);
      const players = tokens.filter(({ scopes }) => scopes.includes("scrobble"));
      list.replaceChildren(...(players.length ? players.map((token) => row(token, known.find(({ token_id }) => token_id === token.id) ?? { ...NONE, token_id: token.id }))
        : [h("li", { class: "muted" }, t("No player yet."))]));
    } catch (error) {
      list.replaceChildren(h("li", {}, failed(error, draw, t("Players need a connection."))));
    }
  }

  /** @param {PersonalToken} token @param {ScrobbleSource} source */
  function row(token, source) {
    const accounts = h("input", { value: source.accounts.join(", "), autocomplete: "off", placeholder: t("all") });
    const libraries = h("input", { value: source.libraries.join(", "), autocomplete: "off", placeholder: t("all") });
    const percent = h("input", { type: "number", min: 1, max: 100, value: source.least_percent, required: true });
    const gaps = h("input", { type: "checkbox", checked: source.fills_gaps });
    const button = h("button", { class: "button" }, t("Save"));
    const save = async () => {
      try {
        await api.ask("PATCH", `${ADDRESS}/${token.id}`, { accounts: names(accounts.value), libraries: names(libraries.value), least_percent: Number(percent.value), fills_gaps: gaps.checked });
        toast(t("Saved."));
      } catch (error) {
        sayFailure(error, save);
      }
    };
    const form = h("form", {},
      h("div", { class: "fields" },
        h("label", {}, t("Accounts of the player, with commas between"), accounts),
        h("label", {}, t("Libraries, with commas between"), libraries),
        h("label", {}, t("Least percent played"), percent)),
      h("label", { class: "check" }, gaps, h("span", {}, t("Episodes before it count as watched too"))),
      h("p", { class: "actions start" }, button));
    form.onsubmit = (event) => {
      event.preventDefault();
      whileBusy(button, save);
    };
    const heard = source.heard_at ? t("Last heard {when}: {what}", { when: since(source.heard_at), what: whyText(source.heard) }) : t("Nothing heard yet.");
    return h("li", {}, h("strong", {}, token.name), h("small", { class: "muted" }, heard),
      h("details", {}, h("summary", {}, t("What is taken of it")), form),
      h("div", { class: "actions start" },
        h("a", { class: "button", href: `/history?app=${token.id}` }, t("What it changed")),
        h("button", { type: "button", class: "button", "aria-label": t("End {name}", { name: token.name }), onclick: () => end(token) }, t("End"))));
  }

  /** @param {PersonalToken} token @returns {Promise<void>} */
  async function end(token) {
    if (!(await confirmed(t("End {name}? The player's address stops working.", { name: token.name }), t("End")))) return;
    try {
      await api.ask("DELETE", `${TOKENS}/${token.id}`);
      await draw();
    } catch (error) {
      sayFailure(error, () => end(token));
    }
  }

  return { box: section(t("Your players"), list), draw };
}
