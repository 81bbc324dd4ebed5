/** Providers, such as Google, that sign in to the account. */

import { confirmed } from "../../ui/dialogs.js";
import { failed, h, loading, sayFailure, toast } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { since } from "../../ui/more_words.js";
import { withProof } from "../../ui/proof.js";
import { day, t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Identity, Provider } from "../../types.js" */

const ADDRESS = "/api/user/identities";

/** Hidden where the server knows no provider, and none is connected. @param {App} app */
export function providers(app) {
  const box = h("div", { class: "access" });
  const whole = section(t("Sign in with"), box);
  whole.hidden = true;
  draw(app, box, whole);
  return whole;
}

/** @param {App} app @param {HTMLElement} box @param {HTMLElement} whole @returns {Promise<void>} */
async function draw(app, box, whole) {
  const { api } = app.collection;
  const again = () => draw(app, box, whole);
  box.replaceChildren(loading());
  try {
    /** @type {[Answer<Provider[]>, Answer<Identity[]>]} */
    const [{ data: known }, { data: joined }] = await Promise.all([api.ask("GET", "/api/auth/oidc"), api.ask("GET", ADDRESS)]);
    whole.hidden = !known.length && !joined.length;
    const free = known.filter(({ id }) => !joined.some(({ provider }) => provider.id === id));
    box.replaceChildren(
      h("ul", {}, joined.map((identity) => row(app, identity, again))),
      h("p", { class: "actions start" }, free.map(({ id, name }) =>
        h("button", { type: "button", class: "button", onclick: () => join(app, id) }, t("Connect {name}", { name })))));
  } catch (error) {
    box.replaceChildren(failed(error, again));
  }
}

/** @param {App} app @param {Identity} identity @param {() => Promise<void>} again */
function row(app, identity, again) {
  const { name } = identity.provider;
  const used = identity.last_used_at ? t("Last used {when}", { when: since(identity.last_used_at) }) : t("Never used");
  return h("li", {},
    h("div", {}, h("strong", {}, name), " ", identity.email,
      h("small", { class: "muted" }, `${used} · ${t("Connected {day}", { day: day(identity.created_at) })}`)),
    h("button", { type: "button", class: "button", "aria-label": t("Disconnect {name}", { name }), onclick: () => end(app, identity, again) }, t("Disconnect")));
}

/** @param {App} app @param {string} provider @returns {Promise<void>} */
async function join(app, provider) {
  const { api } = app.collection;
  try {
    /** @type {Answer<{address: string}>} */
    const { data } = await withProof(api, () => api.ask("POST", ADDRESS, { provider }, { tries: 1 }));
    location.assign(data.address);
  } catch (error) {
    sayFailure(error, () => join(app, provider));
  }
}

/** @param {App} app @param {Identity} identity @param {() => Promise<void>} again */
async function end(app, identity, again) {
  const { api } = app.collection;
  if (!(await confirmed(t("Disconnect {name}? It no longer signs in to your account.", { name: identity.provider.name }), t("Disconnect")))) return;
  try {
    await withProof(api, () => api.ask("DELETE", `${ADDRESS}/${identity.id}`));
    toast(t("Disconnected."));
    await again();
  } catch (error) {
    sayFailure(error);
  }
}
