/** Personal tokens: made, listed, ended. All of it needs the network. */

import { confirmed } from "../../ui/dialogs.js";
import { failed, failureSentence, h, loading, sayFailure, select, toast, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { since } from "../../ui/more_words.js";
import { withProof } from "../../ui/proof.js";
import { scopeText } from "../../ui/scopes.js";
import { showOnce } from "../../ui/secret.js";
import { day, t } from "../../ui/words.js";
import { takeBackButton } from "./take_back_button.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, NewPersonalToken, PersonalToken } from "../../types.js" */

const ADDRESS = "/api/user/tokens";
/** What a token may do: a word for the menu, and the scopes. @returns {[key: string, label: string, scopes: string[]][]} */
const powers = () => [
  ["list", t("Read my list"), ["list:read"]],
  ["edit", t("Read and change my list"), ["list:read", "list:write"]],
  ["read", t("Read everything"), ["read"]],
  ["all", t("Read and change everything"), ["read", "write"]],
];
/** Of a token for the sandbox: an account in which programs are tried out. */
const SANDBOX = "sandbox";
const DAYS = 86_400_000; // milliseconds of one

/** @param {App} app */
export function tokens(app) {
  const list = new Tokens(app);
  list.draw();
  return section(t("Tokens"), h("p", { class: "muted" }, t("Let scripts and apps use your account without your password.")), list.element);
}

class Tokens {
  element = h("div", { class: "tokens" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.api = app.collection.api;
  }

  async draw() {
    this.element.replaceChildren(loading());
    try {
      /** @type {Answer<PersonalToken[]>} */
      const { data } = await this.api.ask("GET", ADDRESS);
      const list = data.length ? h("ul", {}, data.map((token) => this.row(token))) : h("p", { class: "muted" }, t("No tokens yet."));
      this.element.replaceChildren(list, this.form());
    } catch (error) {
      this.element.replaceChildren(failed(error, () => this.draw()));
    }
  }

  /** @param {PersonalToken} token */
  row(token) {
    const used = token.last_used_at ? t("Last used {when} from {where}", { when: since(token.last_used_at), where: token.last_used_from }) : t("Never used");
    const ends = token.expires_at ? t("Expires {day}", { day: day(token.expires_at) }) : t("Does not expire");
    return h("li", {},
      h("div", {}, h("strong", {}, token.name), " ", h("code", {}, `${token.prefix}…`), token.scopes.includes(SANDBOX) ? h("small", { class: "muted" }, ` ${t("Sandbox")}`) : null,
        h("small", { class: "muted" }, `${used} · ${ends}`), h("details", {}, h("summary", {}, t("What it may do")), h("ul", { class: "plain" }, token.scopes.map((scope) => h("li", {}, scopeText(scope))))),
        h("a", { href: `/history?app=${token.id}` }, t("What it changed"))),
      takeBackButton(this.app, token),
      h("button", { type: "button", class: "button", "aria-label": t("End token {name}", { name: token.name }), onclick: () => this.end(token) }, t("End")));
  }

  /** @param {PersonalToken} token @returns {Promise<void>} */
  async end(token) {
    if (!(await confirmed(t("End this token? Whatever uses it stops working."), t("End token")))) return;
    try {
      await this.api.ask("DELETE", `${ADDRESS}/${token.id}`);
      toast(t("Token ended."));
      await this.draw();
    } catch (error) {
      sayFailure(error, () => this.end(token));
    }
  }

  form() {
    const refusal = h("p", { class: "refusal", role: "alert" });
    const name = h("input", { required: true, maxlength: 100, placeholder: t("e.g. nightly backup") });
    const may = select(powers().map(([key, label]) => [key, label]));
    const lasts = select([["30", t("30 days")], ["365", t("1 year")], ["", t("No expiry")]]);
    const mature = h("input", { type: "checkbox" });
    const sandbox = h("input", { type: "checkbox" });
    const button = h("button", { class: "button" }, t("Make token"));
    const send = async () => {
      const chosen = powers().find(([key]) => key === may.value)?.[2] ?? [];
      const scopes = sandbox.checked ? [SANDBOX, ...chosen] : chosen;
      const expires_at = lasts.value ? new Date(Date.now() + Number(lasts.value) * DAYS).toISOString() : null;
      try {
        /** @type {Answer<NewPersonalToken>} */
        const { data } = await withProof(this.api, () => this.api.ask("POST", ADDRESS, { name: name.value, scopes, expires_at, mature: mature.checked }, { tries: 1 }));
        showOnce(t("New token"), data.token);
        await this.draw();
      } catch (error) {
        refusal.textContent = failureSentence(error);
      }
    };
    const form = h("form", {},
      h("div", { class: "fields" }, h("label", {}, t("Name"), name), h("label", {}, t("It may"), may), h("label", {}, t("Expires after"), lasts)),
      h("label", { class: "check" }, mature, h("span", {}, t("Show mature titles"))),
      h("label", { class: "check" }, sandbox, h("span", {}, t("For the sandbox: an account of its own, to try programs out"))), refusal,
      h("p", { class: "actions start" }, button));
    form.onsubmit = (event) => {
      event.preventDefault();
      refusal.textContent = "";
      whileBusy(button, send);
    };
    return form;
  }
}
