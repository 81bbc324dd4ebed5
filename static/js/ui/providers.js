/** The ways in by providers, such as Google, that this server knows. */

import { Api } from "../collection/index.js";
import { h } from "./dom.js";
import { t } from "./words.js";

/** @import { Answer } from "../collection/types.js" */
/** @import { Provider } from "../types.js" */

/** Fills the box, or leaves it empty. @param {HTMLElement} box */
export async function offerProviders(box) {
  try {
    /** @type {Answer<Provider[]>} */
    const { data } = await new Api().send("GET", "/api/auth/oidc", undefined, { check: Array.isArray });
    // An app's page that asks to sign in first goes on there; the server takes none but ours.
    const next = encodeURIComponent(new URLSearchParams(location.search).get("next") ?? location.pathname);
    box.append(...data.map(({ id, name }) =>
      h("a", { class: "button", href: `/api/auth/oidc/${id}?next=${next}` }, t("Continue with {name}", { name }))));
  } catch {
    // The password works without.
  }
}
