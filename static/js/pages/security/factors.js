/** What signs in besides the password: passkeys, the authenticator, recovery codes. */

import { failed, h, loading, sayFailure, toast } from "../../ui/dom.js";
import { moment } from "../../ui/more_words.js";
import { withProof } from "../../ui/proof.js";
import { t } from "../../ui/words.js";
import { authenticatorSection } from "./authenticator.js";
import { passkeySection } from "./passkeys.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { Act, App, Security } from "../../types.js" */

/** @param {App} app */
export function factors(app) {
  const { api } = app.collection;
  const box = h("div", { class: "settings" });

  /** @type {Act} */
  async function act(work, said) {
    try {
      const made = await withProof(api, work);
      if (said) toast(said);
      await draw();
      return made;
    } catch (error) {
      sayFailure(error);
      return undefined;
    }
  }

  async function draw() {
    if (!box.childElementCount) box.replaceChildren(loading());
    try {
      /** @type {Answer<Security>} */
      const { data } = await api.ask("GET", "/api/user/security", undefined, { tries: 2 });
      const removal = data.factor_removal && removalNotice(data.factor_removal.due_at, () =>
        act(() => api.ask("POST", "/api/user/security/keep-factors", {}), t("Your second factor stays on.")));
      box.replaceChildren(...[removal, passkeySection(api, data, act), authenticatorSection(api, data, act)].filter((part) => part !== null));
    } catch (error) {
      box.replaceChildren(failed(error, draw, t("Security needs a connection.")));
    }
  }

  draw();
  return box;
}

/** @param {string} dueAt @param {() => unknown} keep */
const removalNotice = (dueAt, keep) => h("section", { class: "sheet warned", role: "alert" },
  h("p", {}, t("Somebody with your password asked to remove your second factor. It is removed on {day}.", { day: moment(dueAt) })),
  h("p", { class: "actions start" }, h("button", { type: "button", class: "button primary", onclick: keep }, t("Keep my second factor"))));
