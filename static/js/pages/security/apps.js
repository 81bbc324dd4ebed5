/** The apps that have access: what they may do, when they were used, and their end. */

import { confirmed } from "../../ui/dialogs.js";
import { failed, h, loading, sayFailure, toast } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { since } from "../../ui/more_words.js";
import { scopeText } from "../../ui/scopes.js";
import { day, t } from "../../ui/words.js";
import { takeBackButton } from "./take_back_button.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, AppAccess } from "../../types.js" */

const ADDRESS = "/api/user/apps";

/** @param {App} app */
export function apps(app) {
  const list = new Apps(app);
  list.draw();
  return section(t("Apps"),
    h("p", { class: "muted" }, t("Apps that you let use your account. You can end their access, and undo what they changed.")),
    list.element,
    h("p", {}, h("a", { href: "/developers" }, t("Build an app of your own"))));
}

class Apps {
  element = h("div", { class: "tokens" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.api = app.collection.api;
  }

  async draw() {
    this.element.replaceChildren(loading());
    try {
      /** @type {Answer<AppAccess[]>} */
      const { data } = await this.api.ask("GET", ADDRESS);
      this.element.replaceChildren(data.length ? h("ul", {}, data.map((one) => this.row(one))) : h("p", { class: "muted" }, t("No app has access.")));
    } catch (error) {
      this.element.replaceChildren(failed(error, () => this.draw()));
    }
  }

  /** @param {AppAccess} one */
  row(one) {
    const used = one.last_used_from
      ? t("Last used {when} from {where}", { when: since(one.last_used_at), where: one.last_used_from })
      : t("Last used {when}", { when: since(one.last_used_at) });
    const name = one.website ? h("a", { href: one.website, rel: "noopener noreferrer nofollow", target: "_blank" }, one.name) : one.name;
    return h("li", {},
      h("div", {}, h("strong", {}, name),
        one.description && h("small", { class: "muted" }, one.description),
        h("small", { class: "muted" }, `${t("Since {day}", { day: day(one.since) })} · ${used}`),
        h("details", {}, h("summary", {}, t("What it may do")),
          h("ul", { class: "plain" }, one.scopes.map((scope) => h("li", {}, scopeText(scope))), one.mature && h("li", {}, t("See mature titles.")))),
        h("a", { href: `/history?app=${one.id}` }, t("What it changed"))),
      takeBackButton(this.app, one),
      h("button", { type: "button", class: "button", "aria-label": t("End access of {name}", { name: one.name }), onclick: () => this.end(one) }, t("End access")));
  }

  /** @param {AppAccess} one @returns {Promise<void>} */
  async end(one) {
    if (!(await confirmed(t("End the access of {name}? What it changed stays, until you undo it.", { name: one.name }), t("End access")))) return;
    try {
      await this.api.ask("DELETE", `${ADDRESS}/${one.id}`);
      toast(t("Access ended."));
      await this.draw();
    } catch (error) {
      sayFailure(error, () => this.end(one));
    }
  }
}
