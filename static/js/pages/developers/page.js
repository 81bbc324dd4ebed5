/** For who builds an app: registering it, its secret, and a call to try. */

import { confirmed, dialog } from "../../ui/dialogs.js";
import { failed, failureSentence, h, loading, pageHead, sayFailure, toast, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { withProof } from "../../ui/proof.js";
import { showOnce } from "../../ui/secret.js";
import { day, t } from "../../ui/words.js";
import { trial } from "./trial.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, NewRegisteredApp, RegisteredApp } from "../../types.js" */

const ADDRESS = "/api/user/developer/apps";
const DOCUMENTATION = "/api/docs";

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new DevelopersPage(app);
  main.append(pageHead(t("Developers")),
    h("p", { class: "muted" }, t("Anyone may build an app on animecollections: free, and at once."), " ",
      h("a", { href: DOCUMENTATION }, t("Documentation of the API"))),
    h("div", { class: "settings" },
      section(t("Your apps"), page.list, h("p", { class: "actions start" },
        h("button", { type: "button", class: "button primary", onclick: () => page.ask() }, t("Register an app")))),
      trial()));
  page.draw();
}

class DevelopersPage {
  list = h("div", { class: "tokens" });

  /** @param {App} app */
  constructor(app) {
    this.api = app.collection.api;
  }

  async draw() {
    this.list.replaceChildren(loading());
    try {
      /** @type {Answer<RegisteredApp[]>} */
      const { data } = await this.api.ask("GET", ADDRESS);
      this.list.replaceChildren(data.length ? h("ul", {}, data.map((one) => this.row(one))) : h("p", { class: "muted" }, t("No apps yet.")));
    } catch (error) {
      this.list.replaceChildren(failed(error, () => this.draw()));
    }
  }

  /** @param {RegisteredApp} one */
  row(one) {
    const kind = one.confidential ? t("Confidential; its secret begins with {prefix}…", { prefix: one.secret_prefix ?? "" }) : t("Public, without a secret");
    return h("li", {},
      h("div", {}, h("strong", {}, one.name), one.description && h("small", { class: "muted" }, one.description),
        h("small", {}, t("Client id"), " ", h("code", {}, one.client_id)),
        h("small", { class: "muted" }, `${kind} · ${t("Since {day}", { day: day(one.created_at) })}`),
        one.redirect_uris.map((uri) => h("small", {}, h("code", {}, uri))),
        one.stopped_at && h("p", { class: "refusal" }, t("Stopped by our staff: {why}", { why: one.stopped_why ?? "" }))),
      h("button", { type: "button", class: "button", "aria-label": t("Edit {name}", { name: one.name }), onclick: () => this.ask(one) }, t("Edit")),
      one.confidential && h("button", { type: "button", class: "button", "aria-label": t("New secret for {name}", { name: one.name }), onclick: () => this.rotate(one) }, t("New secret")),
      h("button", { type: "button", class: "button", "aria-label": t("Remove {name}", { name: one.name }), onclick: () => this.remove(one) }, t("Remove")));
  }

  /** A new app, or another name and addresses of one. @param {RegisteredApp} [one] */
  ask(one) {
    const title = one ? t("Edit {name}", { name: one.name }) : t("Register an app");
    const refusal = h("p", { class: "refusal", role: "alert" });
    const name = h("input", { required: true, minlength: 3, maxlength: 60, value: one?.name ?? "", autocomplete: "off" });
    const description = h("input", { maxlength: 300, value: one?.description ?? "", placeholder: t("What it does, in a sentence") });
    const website = h("input", { type: "url", maxlength: 300, value: one?.website ?? "", placeholder: "https://" });
    const uris = h("textarea", { rows: 3, value: (one?.redirect_uris ?? []).join("\n") });
    const confidential = h("input", { type: "checkbox", checked: one?.confidential ?? false, disabled: Boolean(one) });
    const button = h("button", { class: "button primary" }, one ? t("Save") : t("Register"));
    const send = async () => {
      const redirect_uris = uris.value.split("\n").map((line) => line.trim()).filter(Boolean);
      const said = { name: name.value, description: description.value, website: website.value };
      const isSame = one && `${redirect_uris}` === `${one.redirect_uris}`; // what is new needs a fresh proof
      const values = isSame ? said : { ...said, redirect_uris };
      try {
        await (one ? withProof(this.api, () => this.api.ask("PATCH", `${ADDRESS}/${one.id}`, values)) : this.register({ ...values, confidential: confidential.checked }));
        box.close();
        await this.draw();
      } catch (error) {
        refusal.textContent = failureSentence(error);
      }
    };
    const box = dialog({ label: title }, h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        refusal.textContent = "";
        whileBusy(button, send);
      },
    },
      h("h2", {}, title),
      h("label", {}, t("Name"), name), h("label", {}, t("Description"), description), h("label", {}, t("Website"), website),
      h("label", {}, t("Redirect addresses, one per line"), uris),
      h("p", { class: "muted" }, t("https://…, http://127.0.0.1/… on the person's own machine, or a scheme of your domain. None for an app that uses codes on another screen.")),
      h("label", { class: "check" }, confidential, h("span", {}, t("It runs on my server and can keep a secret"))), refusal,
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")), button)));
  }

  /** @param {object} values */
  async register(values) {
    /** @type {Answer<NewRegisteredApp>} */
    const { data } = await withProof(this.api, () => this.api.ask("POST", ADDRESS, values, { tries: 1 }));
    if (data.client_secret) showOnce(t("Secret of {name}", { name: data.name }), data.client_secret);
    else toast(t("{name} is registered.", { name: data.name }));
  }

  /** @param {RegisteredApp} one @returns {Promise<void>} */
  async rotate(one) {
    if (!(await confirmed(t("Make a new secret? The one before stops working at once."), t("New secret")))) return;
    try {
      /** @type {Answer<NewRegisteredApp>} */
      const { data } = await withProof(this.api, () => this.api.ask("POST", `${ADDRESS}/${one.id}/rotate`, {}, { tries: 1 }));
      showOnce(t("Secret of {name}", { name: data.name }), data.client_secret ?? "");
      await this.draw();
    } catch (error) {
      sayFailure(error, () => this.rotate(one));
    }
  }

  /** @param {RegisteredApp} one @returns {Promise<void>} */
  async remove(one) {
    if (!(await confirmed(t("Remove {name}? Everyone who uses it is signed out of it at once.", { name: one.name }), t("Remove")))) return;
    try {
      await withProof(this.api, () => this.api.ask("DELETE", `${ADDRESS}/${one.id}`));
      toast(t("{name} is removed.", { name: one.name }));
      await this.draw();
    } catch (error) {
      sayFailure(error, () => this.remove(one));
    }
  }
}
