/** A call to try with a token: what is answered, and how many more the token may make. */

import { failureSentence, h, select, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { t } from "../../ui/words.js";
import { limitOf } from "./limits.js";

const CALLS = [
  "/api/user/watchList?limit=3", "/api/user/watchList/counts", "/api/user/operations?limit=3", "/api/user/watched?limit=3",
  "/api/user/profile", "/api/user/stats", "/api/animes?search=death%20note&limit=3",
];
const LONGEST = 20_000; // letters of an answer that are shown

export function trial() {
  const call = select(CALLS.map((address) => [address, `GET ${decodeURIComponent(address)}`]));
  const token = h("input", { type: "password", required: true, autocomplete: "off", placeholder: "ac_pat_…" });
  const button = h("button", { class: "button" }, t("Send"));
  const told = h("div", { class: "trial", "aria-live": "polite" });
  const form = h("form", {
    onsubmit: (event) => {
      event.preventDefault();
      whileBusy(button, async () => told.replaceChildren(...(await answerOf(call.value, token.value.trim()))));
    },
  }, h("div", { class: "fields" }, h("label", {}, t("Call"), call), h("label", {}, t("Token"), token)), h("p", { class: "actions start" }, button));
  return section(t("Try a call"),
    h("p", { class: "muted" }, t("With a personal token from Security, or the access token of an app. It isn't stored.")), form, told);
}

/** As an app would send it: by the token alone. @param {string} address @param {string} token @returns {Promise<HTMLElement[]>} */
async function answerOf(address, token) {
  try {
    const answer = await fetch(address, { headers: { Authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store" });
    const body = pretty(await answer.text());
    return [
      h("p", {}, t("Status {status}", { status: String(answer.status) })),
      h("p", { class: "muted" }, limitText(answer.headers)),
      h("pre", { tabindex: "0", role: "region", "aria-label": t("Answer") }, body.length > LONGEST ? `${body.slice(0, LONGEST)}…` : body),
    ];
  } catch (error) {
    return [h("p", { class: "refusal", role: "alert" }, failureSentence(error))];
  }
}

/** @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** @param {Headers} headers */
function limitText(headers) {
  const limit = limitOf(headers.get("RateLimit-Policy"), headers.get("RateLimit"));
  return limit ? t("{left} of {most} calls are left for the next {seconds} seconds.", limit) : t("No limit was told.");
}
