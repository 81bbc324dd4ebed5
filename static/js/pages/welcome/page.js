/** For visitors: what this is, and the way in. */

import { Api } from "../../collection/index.js";
import { cover } from "../../ui/covers.js";
import { $, h, toast } from "../../ui/dom.js";
import { wayIn } from "../../ui/sign_in.js";
import { LANGUAGES, language, t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { Anime, Frame } from "../../types.js" */

/** @param {HTMLElement} main @param {Pick<Frame, "start" | "speak">} app */
export function show(main, { start, speak }) {
  const shelf = h("div", { class: "shelf", "aria-hidden": "true" });
  const box = h("div", { class: "way-in" });
  const query = new URLSearchParams(location.search);
  const said = query.get("said") ?? "";
  const why = sentences()[said];
  query.delete("said"); // it is said once; where one goes on stays
  if (said) history.replaceState(null, "", `/${String(query) && `?${query}`}`);
  main.className = "page-welcome";
  main.replaceChildren(
    h("section", { class: "greeting" },
      h("h1", {}, t("Everything you watch, kept well.")),
      h("p", { class: "lead" }, t("Track what you're watching and what's next, on every device, even offline. Every change can be undone.")),
      box,
      h("p", { class: "ways" }, h("a", { href: "/browse" }, t("Look around first")), h("a", { href: "/season" }, t("This season")), h("a", { href: "/calendar" }, t("What airs this week"))),
      h("p", { class: "ways" }, otherLanguages(speak))),
    shelf);
  wayIn(box, !why, (signedIn) => (history.replaceState(null, "", "/"), start(signedIn)),
    (isNew) => (why && !isNew ? h("p", { class: "said", role: "status" }, why) : null));
  if (why) $("input", box).focus();
  fillShelf(shelf);
}

/** Why one is here, who was elsewhere before; they are signed in next. @returns {Record<string, string>} */
const sentences = () => ({
  signed_out: t("You are signed out."), reset: t("Password changed. Sign in with the new one."),
  erased: t("Your account is erased."),
  app: t("Sign in first. Then you decide whether to let the app in."),
});

/** Signed in, *Settings* has them. @param {Frame["speak"]} speak */
const otherLanguages = (speak) => LANGUAGES.filter(([code]) => code !== language).map(([code, name]) =>
  h("button", { type: "button", class: "link", lang: code, onclick: () => speak(code).then((isDone) => isDone || toast(t("The language could not be changed. Try again."), null, { isError: true })) }, name));

/** A shelf of what most people know. @param {HTMLElement} shelf */
async function fillShelf(shelf) {
  try {
    /** @type {Answer<Anime[]>} */
    const { data } = await new Api().send("GET", "/api/animes?limit=18&ordering=-popularity", undefined, { check: Array.isArray });
    shelf.append(...data.map(cover));
  } catch {
    shelf.remove();
  }
}
