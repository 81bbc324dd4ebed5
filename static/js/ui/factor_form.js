/** One of several ways to prove who one is: a password, a code, a passkey. */

import { failureSentence, h, whileBusy } from "./dom.js";
import { hasPasskeys, isDeclined, usedPasskey } from "./passkeys.js";
import { t } from "./words.js";

/** @import { Api } from "../collection/index.js" */
/** @import { Attributes, Child, Given, Way } from "../types.js" */

/** What each way asks for, and how it is offered next to another. @returns {Record<Way, {other: string, name?: string, label?: string, input?: Attributes}>} */
const ways = () => ({
  password: { other: t("Use your password"), name: "password", label: t("Your password"), input: { type: "password", autocomplete: "current-password", maxlength: 128 } },
  authenticator: { other: t("Use your authenticator"), name: "code", label: t("Six digits of your authenticator"), input: { inputmode: "numeric", autocomplete: "one-time-code", maxlength: 20 } },
  passkey: { other: t("Use a passkey") },
  recovery_code: { other: t("Use a recovery code"), name: "recovery_code", label: t("Recovery code"), input: { autocomplete: "off", maxlength: 40 } },
});

/**
 * @param {{api: Api, methods: Way[], send: (given: Given) => Promise<unknown>, title: string, more?: Child[]}} about
 * more: what stands below.
 */
export function factorForm({ api, methods, send, title, more = [] }) {
  const offered = methods.filter((way) => way !== "passkey" || hasPasskeys());
  const refusal = h("p", { class: "refusal", role: "alert" });
  const body = h("div", { class: "card-form" });
  const button = h("button", { class: "button primary" });
  const others = h("p", { class: "ways" });
  const known = ways();
  /** @type {Way} */
  let way = offered[0] ?? "passkey";
  const input = () => body.querySelector("input");

  /** @param {Way} chosen */
  function choose(chosen) {
    way = chosen;
    const { label, input: attributes } = known[way];
    refusal.textContent = "";
    body.replaceChildren(...(label ? [h("label", {}, label, h("input", { required: true, ...attributes }))] : []));
    button.textContent = way === "passkey" ? t("Use a passkey") : t("Confirm");
    others.replaceChildren(...offered.filter((other) => other !== way).map((other) =>
      h("button", { type: "button", class: "link", onclick: () => (choose(other), (input() ?? button).focus()) }, known[other].other)));
  }

  async function give() {
    refusal.textContent = "";
    try {
      const { name } = known[way];
      await send(name ? { [name]: input()?.value ?? "" } : { passkey: await usedPasskey(api) });
    } catch (error) {
      refusal.textContent = isDeclined(error) ? t("No passkey was used.") : failureSentence(error);
      input()?.focus();
    }
  }

  choose(way);
  return h("form", {
    class: "card-form",
    onsubmit: (event) => {
      event.preventDefault();
      whileBusy(button, give);
    },
  }, h("h2", {}, title), body, refusal, button, others, more);
}
