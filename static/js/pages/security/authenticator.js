/** The authenticator: turned on by its first code, replaced, removed; and the recovery codes. */

import { confirmed, dialog } from "../../ui/dialogs.js";
import { failureSentence, h, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { since } from "../../ui/more_words.js";
import { day, t } from "../../ui/words.js";
import { showCodes } from "./codes.js";

/** @import { Api } from "../../collection/index.js" */
/** @import { Answer } from "../../collection/types.js" */
/** @import { Act, BegunAuthenticator, Security } from "../../types.js" */

const ADDRESS = "/api/user/authenticator";

/** @param {Api} api @param {Security} security @param {Act} act */
export function authenticatorSection(api, { authenticator, passkeys, recovery_codes_left: left }, act) {
  const isOn = authenticator !== null || passkeys.length > 0;
  const add = async () => {
    const begun = await act(() => api.ask("POST", ADDRESS, {}, { tries: 1 }));
    if (begun) askFirstCode(api, begun.data, act);
  };
  const remove = async () => {
    if (!(await confirmed(t("Remove the authenticator? Its codes are no longer asked for."), t("Remove")))) return;
    await act(() => api.ask("DELETE", ADDRESS), t("Authenticator removed."));
  };
  const renew = async () => {
    if (!(await confirmed(t("Make ten new codes? Those you have stop working."), t("New codes")))) return;
    const made = await act(() => api.ask("POST", "/api/user/recovery-codes", {}, { tries: 1 }));
    if (made) showCodes(made.data.recovery_codes);
  };
  return section(t("Second factor"),
    h("p", { class: "muted" }, isOn ? t("Your password alone doesn't sign in: we ask for a passkey or a code too.")
      : t("With an authenticator or a passkey, nobody gets in by your password alone.")),
    authenticator && h("p", {}, t("Authenticator added {day}", { day: day(authenticator.added_at) }),
      authenticator.last_used_at && h("span", { class: "muted" }, ` · ${t("last used {when}", { when: since(authenticator.last_used_at) })}`)),
    isOn && h("p", {}, t("Recovery codes left: {n}", { n: left })),
    h("p", { class: "actions start" },
      h("button", { type: "button", class: "button", onclick: add }, authenticator ? t("Replace authenticator") : t("Add an authenticator")),
      isOn && h("button", { type: "button", class: "button", onclick: renew }, t("New recovery codes")),
      authenticator && h("button", { type: "button", class: "button danger", onclick: remove }, t("Remove authenticator"))));
}

/** @param {Api} api @param {BegunAuthenticator} begun @param {Act} act */
function askFirstCode(api, { secret, picture }, act) {
  const refusal = h("p", { class: "refusal", role: "alert" });
  const code = h("input", { required: true, inputmode: "numeric", autocomplete: "one-time-code", maxlength: 20 });
  const button = h("button", { class: "button primary" }, t("Turn on"));
  const confirm = async () => {
    try {
      /** @type {Answer<{recovery_codes: string[] | null}>} */
      const { data } = await api.ask("POST", `${ADDRESS}/confirm`, { code: code.value }, { tries: 1 });
      box.close();
      await act(async () => {}, t("Authenticator added."));
      if (data.recovery_codes) showCodes(data.recovery_codes);
    } catch (error) {
      refusal.textContent = failureSentence(error);
      code.focus();
    }
  };
  const box = dialog({ label: t("Add an authenticator"), class: "small" }, h("form", {
    class: "card-form",
    onsubmit: (event) => {
      event.preventDefault();
      refusal.textContent = "";
      whileBusy(button, confirm);
    },
  }, h("h2", {}, t("Add an authenticator")),
    h("p", {}, t("Scan this with an authenticator app, then type the six digits that it shows.")),
    h("img", { src: picture, alt: t("QR code of the secret"), class: "qr", width: 220, height: 220 }),
    h("p", {}, t("Or type the secret:"), " ", h("code", {}, secret)),
    h("label", {}, t("Six digits of your authenticator"), code), refusal,
    h("div", { class: "actions" },
      h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")), button)));
}
