/** Passkeys: made, renamed, removed. */

import { confirmed, dialog } from "../../ui/dialogs.js";
import { h } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { since } from "../../ui/more_words.js";
import { hasPasskeys, isDeclined, madePasskey } from "../../ui/passkeys.js";
import { day, t } from "../../ui/words.js";
import { showCodes } from "./codes.js";

/** @import { Api } from "../../collection/index.js" */
/** @import { Act, PasskeyRow, Security } from "../../types.js" */

const ADDRESS = "/api/user/passkeys";

/** @param {Api} api @param {Security} security @param {Act} act */
export function passkeySection(api, { passkeys, passkey_domain: domain }, act) {
  const isHere = domain !== null && (location.hostname === domain || location.hostname.endsWith(`.${domain}`));
  const add = async () => {
    const name = await askName("", t("Add a passkey"));
    if (!name) return;
    const made = await act(async () => {
      try {
        const passkey = await madePasskey(api);
        return await api.ask("POST", ADDRESS, { name, passkey }, { tries: 1 });
      } catch (error) {
        throw isDeclined(error) ? new Error(t("no passkey was made")) : error;
      }
    });
    if (made?.data.recovery_codes) showCodes(made.data.recovery_codes);
  };
  return section(t("Passkeys"),
    h("p", { class: "muted" }, t("Sign in with your fingerprint, your face or your device's PIN, without a password.")),
    passkeys.length > 0 && h("ul", { class: "rows" }, passkeys.map((passkey) => row(api, passkey, act))),
    isHere && hasPasskeys() ? h("p", { class: "actions start" }, h("button", { type: "button", class: "button", onclick: add }, t("Add a passkey")))
      : h("p", {}, t("Passkeys don't work at this address.")));
}

/** @param {Api} api @param {PasskeyRow} passkey @param {Act} act */
function row(api, passkey, act) {
  const { id, name, created_at: made, last_used_at: used, is_synced: isSynced } = passkey;
  const facts = [t("Added {day}", { day: day(made) }), used ? t("last used {when}", { when: since(used) }) : t("not used yet"), isSynced && t("synced")];
  const rename = async () => {
    const next = await askName(name, t("Rename passkey"));
    if (next && next !== name) await act(() => api.ask("PATCH", `${ADDRESS}/${id}`, { name: next }));
  };
  const remove = async () => {
    if (!(await confirmed(t("Remove this passkey? It can't sign in any more."), t("Remove")))) return;
    await act(() => api.ask("DELETE", `${ADDRESS}/${id}`), t("Passkey removed."));
  };
  return h("li", {},
    h("div", {}, h("strong", {}, name), h("small", { class: "muted" }, facts.filter(Boolean).join(" · "))),
    h("button", { type: "button", class: "button small", "aria-label": t("Rename {name}", { name }), onclick: rename }, t("Rename")),
    h("button", { type: "button", class: "button small danger", "aria-label": t("Remove {name}", { name }), onclick: remove }, t("Remove")));
}

/** @param {string} value @param {string} title @returns {Promise<string>} "" when the dialog was closed */
function askName(value, title) {
  return new Promise((decided) => {
    let name = "";
    const input = h("input", { value, required: true, maxlength: 100, placeholder: t("e.g. my phone") });
    const box = dialog({ label: title, class: "small", onclose: () => decided(name) }, h("form", {
      class: "card-form",
      onsubmit: (event) => {
        event.preventDefault();
        name = input.value.trim();
        box.close();
      },
    }, h("h2", {}, title), h("label", {}, t("Name"), input),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")),
        h("button", { class: "button primary" }, t("Continue")))));
  });
}
