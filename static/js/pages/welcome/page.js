/** For visitors: what this is, and the way in. */

import { Api, signIn, signUp } from "../../collection/index.js";
import { cover } from "../../ui/covers.js";
import { $, dialog, failureSentence, h } from "../../ui/dom.js";
import { sealingKey } from "../../collection/index.js";
import { language, t } from "../../ui/words.js";

/** @param {HTMLElement} main @param {{start: (signedIn: {user: any, key: CryptoKey | null}) => void}} app */
export function show(main, { start }) {
  const enter = (/** @type {any} */ user, /** @type {CryptoKey | null} */ key) => (history.replaceState(null, "", "/"), start({ user, key }));
  const shelf = h("div", { class: "shelf", "aria-hidden": "true" });
  const box = h("div", { class: "way-in" });
  const said = new URLSearchParams(location.search).get("said") ?? "";
  const why = sentences()[said];
  if (said) history.replaceState(null, "", "/");
  main.className = "page-welcome";
  main.replaceChildren(
    h("section", { class: "greeting" },
      h("h1", {}, t("Everything you watch, kept well.")),
      h("p", { class: "lead" }, t("Track what you're watching and what's next, on every device, even offline. Every change can be undone.")),
      box),
    shelf);
  const choose = (/** @type {boolean} */ isNew) => box.replaceChildren(
    why && !isNew ? h("p", { class: "said", role: "status" }, why) : "",
    wayIn(isNew, enter),
    h("p", { class: "muted" }, isNew ? t("Already have an account?") : t("New here?"), " ",
      h("button", { type: "button", class: "link", onclick: () => choose(!isNew) }, isNew ? t("Sign in") : t("Create account"))));
  choose(!why);
  if (why) $("input", box).focus();
  fillShelf(shelf);
}

/** Why one is here, who was elsewhere before; they are signed in next. @returns {Record<string, string>} */
const sentences = () => ({
  signed_out: t("You are signed out."), reset: t("Password changed. Sign in with the new one."),
  erased: t("Your account is erased."),
});

/** Sign-up or sign-in. @param {boolean} isNew @param {(user: any, key: CryptoKey | null) => void} then */
function wayIn(isNew, then) {
  const refusal = h("p", { class: "refusal", role: "alert" });
  const field = (/** @type {string} */ name, /** @type {string} */ label, /** @type {any} */ more) =>
    h("label", {}, label, h("input", { name, required: true, ...more }));
  const button = h("button", { class: "button primary" }, isNew ? t("Create account") : t("Sign in"));
  const form = h("form", { class: "card-form", onsubmit: async (/** @type {any} */ event) => {
    event.preventDefault();
    refusal.textContent = "";
    button.disabled = true;
    button.textContent = t("One moment…");
    try {
      const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
      const typed = { ...Object.fromEntries(new FormData(form)), ...(isNew && { timezone, language }) };
      const user = await (isNew ? signUp : signIn)(/** @type {any} */ (typed));
      if (!user) return void (refusal.textContent = t("This browser blocks our cookie. Allow cookies for this site to sign in."));
      then(user, await sealingKey(String(/** @type {any} */ (typed).password), user.id));
    } catch (/** @type {any} */ error) {
      refusal.textContent = failureSentence(error);
      const [wrong] = Object.keys(error.fields ?? {});
      form.elements[wrong]?.focus();
    } finally {
      button.disabled = false;
      button.textContent = isNew ? t("Create account") : t("Sign in");
    }
  } },
    isNew && field("user_name", t("Username"), { autocomplete: "username", minlength: 3, maxlength: 50 }),
    field("email", t("E-mail"), { type: "email", autocomplete: "email", maxlength: 254 }),
    field("password", t("Password"), { type: "password", autocomplete: isNew ? "new-password" : "current-password", minlength: isNew ? 8 : 1, maxlength: 128 }),
    isNew && h("p", { class: "hint muted" }, t("8 characters or more.")),
    refusal, button,
    !isNew && h("a", { href: "/reset" }, t("Forgot your password?")));
  return form;
}

/**
 * For visitors of a page that needs an account for something.
 * @param {string} why @param {(signedIn: {user: any, key: CryptoKey | null}) => void} then
 */
export function joinDialog(why, then) {
  const body = h("div", { class: "way-in" });
  const choose = (/** @type {boolean} */ isNew) => body.replaceChildren(
    wayIn(isNew, (user, key) => (box.close(), then({ user, key }))),
    h("p", { class: "muted" }, isNew ? t("Already have an account?") : t("New here?"), " ",
      h("button", { type: "button", class: "link", onclick: () => choose(!isNew) }, isNew ? t("Sign in") : t("Create account"))));
  const box = dialog({ label: why, class: "small" }, h("h2", {}, why), body);
  choose(true);
}

/** For a session that ended while the pages stayed open. @param {(user: any, key: CryptoKey | null) => void} then */
export function signInDialog(then) {
  const box = dialog({ label: t("Sign in"), class: "small" },
    h("h2", {}, t("Sign in to continue")),
    h("p", { class: "muted" }, t("Your changes are kept, and sync when you sign in.")),
    wayIn(false, (user, key) => (box.close(), then(user, key))));
}

/** A shelf of what most people know. @param {HTMLElement} shelf */
async function fillShelf(shelf) {
  try {
    const { data } = await new Api().send("GET", "/api/animes?limit=18&ordering=-popularity", undefined, { check: Array.isArray });
    shelf.append(...data.map(cover));
  } catch {
    shelf.remove();
  }
}
