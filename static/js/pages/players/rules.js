/** What was said of series once, and counts from then on. */

import { pageOf } from "../../shell/address.js";
import { failed, h, loading, sayFailure, toast } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { t } from "../../ui/words.js";
import { calledThere } from "./words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, ScrobbleRule } from "../../types.js" */

const ADDRESS = "/api/user/scrobbles/rules";

/** @param {App} app */
export function rules(app) {
  const { api } = app.collection;
  const list = h("ul", { class: "scrobbles" });

  /** @returns {Promise<void>} */
  async function draw() {
    if (!list.childElementCount) list.replaceChildren(h("li", {}, loading()));
    try {
      /** @type {Answer<ScrobbleRule[]>} */
      const { data } = await api.ask("GET", ADDRESS);
      list.replaceChildren(...(data.length ? data.map(row) : [h("li", { class: "muted" }, t("No rules yet."))]));
    } catch (error) {
      list.replaceChildren(h("li", {}, failed(error, draw, t("Players need a connection."))));
    }
  }

  /** @param {ScrobbleRule} rule */
  function row(rule) {
    const name = calledThere({ ...rule, title: "", episode: null, year: null });
    const number = rule.offset && ` ${rule.offset > 0 ? "+" : "−"}${Math.abs(rule.offset)}`;
    return h("li", {}, h("strong", {}, name),
      h("span", {}, "→ ", rule.anime_id ? h("a", { href: pageOf(rule.anime_id) }, rule.anime_title ?? rule.anime_id) : t("no anime"), number),
      h("div", { class: "actions start" }, h("button", { type: "button", class: "button", "aria-label": t("Forget the rule of {name}", { name }), onclick: () => forget(rule) }, t("Forget"))));
  }

  /** @param {ScrobbleRule} rule @returns {Promise<void>} */
  async function forget(rule) {
    try {
      await api.ask("DELETE", `${ADDRESS}/${rule.id}`);
      toast(t("Rule forgotten."));
      await draw();
    } catch (error) {
      sayFailure(error, () => forget(rule));
    }
  }

  return { box: section(t("Remembered"), list), draw };
}
