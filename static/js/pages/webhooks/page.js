/** Webhooks: addresses that are sent what changes, and what came of it. */

import { confirmed, dialog } from "../../ui/dialogs.js";
import { failed, failureSentence, h, loading, pageHead, sayFailure, select, toast, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { withProof } from "../../ui/proof.js";
import { showOnce } from "../../ui/secret.js";
import { t } from "../../ui/words.js";
import { deliveries } from "./deliveries.js";
import { FORMATS, formatName, partName, partsOf, stateText } from "./names.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, MadeWebhook, Webhook } from "../../types.js" */

const ADDRESS = "/api/user/webhooks";

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new WebhooksPage(app);
  main.append(pageHead(t("Webhooks")),
    h("p", { class: "muted" }, t("Your own server, a Discord channel or your phone (ntfy) is sent what changes, at once."), " ",
      h("a", { href: "/api/docs" }, t("Documentation of the API"))),
    h("div", { class: "settings" },
      section(t("Your webhooks"), page.list, h("p", { class: "actions start" },
        h("button", { type: "button", class: "button primary", onclick: () => page.ask() }, t("Add a webhook"))))));
  page.draw();
}

class WebhooksPage {
  list = h("div", { class: "tokens" });

  /** @param {App} app */
  constructor(app) {
    this.api = app.collection.api;
  }

  async draw() {
    if (!this.list.childElementCount) this.list.replaceChildren(loading());
    try {
      /** @type {Answer<Webhook[]>} */
      const { data } = await this.api.ask("GET", ADDRESS);
      this.list.replaceChildren(data.length ? h("ul", {}, data.map((one) => this.row(one))) : h("p", { class: "muted" }, t("No webhooks yet.")));
    } catch (error) {
      this.list.replaceChildren(failed(error, () => this.draw()));
    }
  }

  /** @param {Webhook} one */
  row(one) {
    const name = nameOf(one), isPaused = one.state === "paused";
    /** @param {string} label @param {string} told @param {() => unknown} onclick */
    const button = (label, told, onclick) => h("button", { type: "button", class: "button", "aria-label": told, onclick }, label);
    return h("li", {},
      h("div", {}, h("strong", {}, name), h("small", {}, h("code", {}, one.url ?? one.host)),
        h("small", { class: "muted" }, `${formatName(one.format)} · ${one.parts.map(partName).join(", ")}`),
        h("small", { class: one.state === "active" ? "muted" : "refusal" }, stateText(one))),
      button(isPaused ? t("Let it go on") : t("Pause"), isPaused ? t("Let {name} go on", { name }) : t("Pause {name}", { name }),
        () => this.change(one, { is_paused: !isPaused })),
      button(t("Deliveries"), t("Deliveries to {name}", { name }), () => deliveries(this.api, `${ADDRESS}/${one.id}`, name, one.format !== "standard")),
      button(t("Edit"), t("Edit {name}", { name }), () => this.ask(one)),
      button(t("New secret"), t("New secret for {name}", { name }), () => this.rotate(one)),
      button(t("Remove"), t("Remove {name}", { name }), () => this.remove(one)));
  }

  // --- What one does -------------------------------------------------------------------

  /** A new one, or another name, address and parts of one. @param {Webhook} [one] */
  ask(one) {
    const title = one ? t("Edit {name}", { name: nameOf(one) }) : t("Add a webhook");
    const refusal = h("p", { class: "refusal", role: "alert" });
    const name = h("input", { maxlength: 50, value: one?.name ?? "", autocomplete: "off" });
    const url = h("input", { type: "url", required: true, maxlength: 1000, value: one?.url ?? "", placeholder: "https://", autocomplete: "off" });
    const format = select(FORMATS.map((key) => /** @type {[string, string]} */ ([key, formatName(key)])));
    const hint = h("p", { class: "muted" });
    const parts = h("fieldset", { class: "checks" });
    const drawParts = () => {
      const known = partsOf(one?.format ?? format.value);
      const chosen = one?.parts ?? ["entries"];
      hint.textContent = known.length > 2 ? "" : t("It is sent a sentence of what changed, without private entries and titles for adults.");
      parts.replaceChildren(h("legend", {}, t("What it is sent")), ...known.map((part) =>
        h("label", { class: "check" }, h("input", { type: "checkbox", name: "part", value: part, checked: chosen.includes(part) }), h("span", {}, partName(part)))));
    };
    format.onchange = drawParts;
    drawParts();
    const button = h("button", { class: "button primary" }, one ? t("Save") : t("Add"));
    const send = async () => {
      const chosen = /** @type {HTMLInputElement[]} */ ([...parts.querySelectorAll("input:checked")]).map((box) => box.value);
      const said = { name: name.value.trim(), parts: chosen };
      const isSame = one && url.value === one.url; // another one needs a fresh proof
      const values = isSame ? said : { ...said, url: url.value };
      try {
        await (one ? withProof(this.api, () => this.api.ask("PATCH", `${ADDRESS}/${one.id}`, values)) : this.add({ ...values, format: format.value }, () => box.close()));
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
      h("h2", {}, title), h("label", {}, t("Name"), name), h("label", {}, t("Address"), url),
      !one && h("label", {}, t("For"), format), hint, parts, refusal,
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")), button)));
  }

  /** @param {object} values @param {() => void} done */
  async add(values, done) {
    /** @type {Answer<MadeWebhook>} */
    const { data } = await withProof(this.api, () => this.api.ask("POST", ADDRESS, values, { tries: 1 }));
    done();
    if (data.format === "standard") showOnce(t("Secret of {name}", { name: nameOf(data) }), data.secret);
    else toast(t("{name} is added. Send a test under Deliveries.", { name: nameOf(data) }));
  }

  /** @param {Webhook} one @param {object} values @returns {Promise<void>} */
  async change(one, values) {
    try {
      await this.api.ask("PATCH", `${ADDRESS}/${one.id}`, values);
      await this.draw();
    } catch (error) {
      sayFailure(error, () => this.change(one, values));
    }
  }

  /** @param {Webhook} one @returns {Promise<void>} */
  async rotate(one) {
    if (!(await confirmed(t("Make a new secret? For a day the one before it signs too."), t("New secret")))) return;
    try {
      /** @type {Answer<MadeWebhook>} */
      const { data } = await withProof(this.api, () => this.api.ask("POST", `${ADDRESS}/${one.id}/rotate`, {}, { tries: 1 }));
      showOnce(t("Secret of {name}", { name: nameOf(one) }), data.secret);
      await this.draw();
    } catch (error) {
      sayFailure(error, () => this.rotate(one));
    }
  }

  /** @param {Webhook} one @returns {Promise<void>} */
  async remove(one) {
    const name = nameOf(one);
    if (!(await confirmed(t("Remove {name}? It is sent nothing any more.", { name }), t("Remove")))) return;
    try {
      await this.api.ask("DELETE", `${ADDRESS}/${one.id}`);
      toast(t("{name} is removed.", { name }));
      await this.draw();
    } catch (error) {
      sayFailure(error, () => this.remove(one));
    }
  }
}

/** @param {Webhook} one */
const nameOf = ({ name, host }) => name || host;
