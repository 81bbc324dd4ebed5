/** The browsers and apps that are signed in, and signing them out. */

import { confirmed } from "../../ui/dialogs.js";
import { failed, h, loading, sayFailure, toast } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { since } from "../../ui/more_words.js";
import { day, t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Device } from "../../types.js" */

const ADDRESS = "/api/user/sessions";

/** @param {App} app */
export function devices(app) {
  const list = new Devices(app);
  list.draw();
  return section(t("Devices"), h("p", { class: "muted" }, t("Where you are signed in.")), list.element);
}

class Devices {
  element = h("div", { class: "access" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.api = app.collection.api;
  }

  async draw() {
    this.element.replaceChildren(loading());
    try {
      /** @type {Answer<Device[]>} */
      const { data } = await this.api.ask("GET", ADDRESS);
      const others = data.some((device) => !device.is_current);
      this.element.replaceChildren(
        h("ul", {}, data.map((device) => this.row(device))),
        h("p", { class: "actions start" }, others &&
          h("button", { type: "button", class: "button", onclick: () => this.endOthers() }, t("Sign out all other devices"))));
    } catch (error) {
      this.element.replaceChildren(failed(error, () => this.draw()));
    }
  }

  /** @param {Device} device */
  row(device) {
    const name = nameOf(device);
    const seen = device.is_current ? t("This device") : device.last_seen_at ? t("Last seen {when}", { when: since(device.last_seen_at) }) : "";
    return h("li", {},
      h("div", {}, h("strong", {}, name),
        h("small", { class: "muted" }, [seen, fromWhere(device)].filter(Boolean).join(" · ")),
        device.signed_in_at && h("small", { class: "muted" }, t("Signed in {day}", { day: day(device.signed_in_at) }))),
      !device.is_current && h("button", { type: "button", class: "button", "aria-label": t("Sign out {name}", { name }), onclick: () => this.end(device) }, t("Sign out")));
  }

  /** @param {Device} device @returns {Promise<void>} */
  async end(device) {
    if (!(await confirmed(t("Sign out {name}?", { name: nameOf(device) }), t("Sign out")))) return;
    await this.send(`${ADDRESS}/${device.id}`, t("Device signed out."));
  }

  /** @returns {Promise<void>} */
  async endOthers() {
    if (!(await confirmed(t("Sign out all devices but this one?"), t("Sign out")))) return;
    await this.send(ADDRESS, t("All other devices are signed out."));
  }

  /** @param {string} address @param {string} sentence @returns {Promise<void>} */
  async send(address, sentence) {
    try {
      await this.api.ask("DELETE", address);
      toast(sentence);
      await this.draw();
    } catch (error) {
      sayFailure(error, () => this.send(address, sentence));
    }
  }
}

/** "Firefox on Windows"; what else it says of itself, for apps. @param {Device} device */
function nameOf({ browser, system, user_agent, kind }) {
  if (browser && system) return t("{browser} on {system}", { browser, system });
  return browser ?? system ?? (user_agent.slice(0, 60) || (kind === "app" ? t("An app") : t("A browser")));
}

/** @param {Device} device */
function fromWhere({ network, network_known_since: known }) {
  if (!network) return "";
  return known ? t("{network}, used since {day}", { network, day: day(known) }) : network;
}
