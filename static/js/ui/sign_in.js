/** The way in: sign-up and sign-in, on the first page and over others. */

import { NoCookie, Refused, sealingKey, signIn, signUp } from "../collection/index.js";
import { dialog } from "./dialogs.js";
import { failureSentence, h, nodes } from "./dom.js";
import { language, t } from "./words.js";

/** @import { SignUp, User } from "../collection/types.js" */
/** @import { Attributes, Child } from "../types.js" */
/** @typedef {(signedIn: {user: User, key: CryptoKey | null}) => unknown} Then */

/** Sign-up or sign-in. @param {boolean} isNew @param {Then} then */
function form(isNew, then) {
  const refusal = h("p", { class: "refusal", role: "alert" });
  const button = h("button", { class: "button primary" }, submitText(isNew));
  const form = h("form", { class: "card-form" }, fields(isNew), refusal, button,
    !isNew && h("a", { href: "/reset" }, t("Forgot your password?")));
  form.onsubmit = async (event) => {
    event.preventDefault();
    refusal.textContent = "";
    button.disabled = true;
    button.textContent = t("One moment…");
    try {
      const typed = typedIn(form, isNew);
      const user = await entered(isNew, typed, form);
      then({ user, key: await sealingKey(typed.password, user.id) });
    } catch (error) {
      refusal.textContent = error instanceof NoCookie
        ? t("This browser blocks our cookie. Allow cookies for this site to sign in.") : failureSentence(error);
      const [wrong] = error instanceof Refused ? Object.keys(error.fields) : [];
      /** @type {HTMLElement | null} */ (form.elements.namedItem(wrong ?? ""))?.focus();
    } finally {
      button.disabled = false;
      button.textContent = submitText(isNew);
    }
  };
  if (!isNew) {
    import("./second_step.js").then(({ addPasskeys }) =>
      addPasskeys(form, (user) => then({ user, key: null }), (sentence) => (refusal.textContent = sentence)), () => {});
  }
  return form;
}

/**
 * Who has signed up or in; a second factor is asked for in the place of the form.
 * @param {boolean} isNew @param {SignUp} typed @param {HTMLFormElement} form @returns {Promise<User>}
 */
async function entered(isNew, typed, form) {
  try {
    return await (isNew ? signUp : signIn)(typed);
  } catch (error) {
    if (!(error instanceof Refused && error.code === "second_factor_needed")) throw error;
    const { secondStep } = await import("./second_step.js");
    return new Promise((then) => {
      const next = secondStep(error, then);
      form.replaceWith(next);
      /** @type {HTMLElement | null} */ (next.querySelector("input, button"))?.focus();
    });
  }
}

/** @param {boolean} isNew */
const submitText = (isNew) => (isNew ? t("Create account") : t("Sign in"));

/** @param {HTMLFormElement} form @param {boolean} isNew @returns {SignUp} */
function typedIn(form, isNew) {
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  const typed = /** @type {{[name: string]: string}} */ (Object.fromEntries(new FormData(form)));
  return /** @type {SignUp} */ (/** @type {unknown} */ ({ ...typed, ...(isNew && { timezone, language }) }));
}

/** @param {boolean} isNew @returns {Child[]} */
const fields = (isNew) => [
  isNew && field("user_name", t("Username"), { autocomplete: "username", minlength: 3, maxlength: 50 }),
  field("email", t("E-mail"), { type: "email", autocomplete: isNew ? "email" : "username webauthn", maxlength: 254 }),
  field("password", t("Password"), { type: "password", autocomplete: isNew ? "new-password" : "current-password", minlength: isNew ? 8 : 1, maxlength: 128 }),
  isNew && h("p", { class: "hint muted" }, t("8 characters or more.")),
];

/** @param {string} name @param {string} label @param {Attributes} more */
const field = (name, label, more) => h("label", {}, label, h("input", { name, required: true, ...more }));

/**
 * One of the two, with the way to the other.
 * @param {HTMLElement} box @param {boolean} isNew @param {Then} then
 * @param {(isNew: boolean) => Child} [before]
 */
export function wayIn(box, isNew, then, before = () => null) {
  box.replaceChildren(...nodes([
    before(isNew),
    form(isNew, then), waysByProviders(),
    h("p", { class: "muted" }, isNew ? t("Already have an account?") : t("New here?"), " ",
      h("button", { type: "button", class: "link", onclick: () => wayIn(box, !isNew, then, before) }, submitText(!isNew)))]));
}

/** Fetched apart: most servers have none. */
function waysByProviders() {
  const box = h("div", { class: "provider-buttons" });
  import("./providers.js").then(({ offerProviders }) => offerProviders(box), () => {});
  return box;
}

/** For visitors of a page that needs an account for something. @param {string} why @param {Then} then */
export function joinDialog(why, then) {
  const body = h("div", { class: "way-in" });
  const box = dialog({ label: why, class: "small" }, h("h2", {}, why), body);
  wayIn(body, true, (signedIn) => (box.close(), then(signedIn)));
}

/** For a session that ended while the pages stayed open. @param {Then} then */
export function signInDialog(then) {
  const box = dialog({ label: t("Sign in"), class: "small" },
    h("h2", {}, t("Sign in to continue")),
    h("p", { class: "muted" }, t("Your changes are kept, and sync when you sign in.")),
    form(false, (signedIn) => (box.close(), then(signedIn))), waysByProviders());
}
