/** What comes after the password, or in its place: a second factor, a passkey, the way back. */

import { Api, NoCookie, session } from "../collection/index.js";
import { factorForm } from "./factor_form.js";
import { failureSentence, h, whileBusy } from "./dom.js";
import { areOffered, hasPasskeys, isDeclined, usedPasskey } from "./passkeys.js";
import { moment } from "./more_words.js";
import { t } from "./words.js";

/** @import { Answer, User } from "../collection/types.js" */
/** @import { Refused } from "../collection/index.js" */
/** @import { UsedPasskey, Way } from "../types.js" */

/** @param {string} path @param {object} sent @returns {Promise<User>} */
async function enter(path, sent) {
  await new Api().ask("POST", path, sent, { tries: 2 });
  const user = await session();
  if (!user) throw new NoCookie("The session cookie was not kept.");
  return user;
}

/**
 * The form for the second factor, after the password was right.
 * @param {Refused} refused  with the ticket and the ways @param {(user: User) => unknown} then
 */
export function secondStep(refused, then) {
  const { ticket, methods } = /** @type {{ticket: string, methods: Way[]}} */ (refused.details);
  return factorForm({
    api: new Api(), methods, title: t("One more step"),
    send: async (given) => then(await enter("/api/auth/second-factor", { ticket, ...given })),
    more: [wayBack(ticket)],
  });
}

/** For who lost all of them. @param {string} ticket */
function wayBack(ticket) {
  const said = h("p", { role: "status" });
  const button = h("button", { type: "button", class: "button" }, t("Remove my second factor"));
  button.onclick = () => whileBusy(button, async () => {
    try {
      /** @type {Answer<{due_at: string}>} */
      const { data } = await new Api().ask("POST", "/api/auth/second-factor/lost", { ticket }, { tries: 2 });
      said.textContent = t("It is removed on {day}. Then your password is enough. We have mailed you a link that stops it.", { day: moment(data.due_at) });
      button.hidden = true;
    } catch (error) {
      said.textContent = failureSentence(error);
    }
  });
  return h("details", { class: "way-back" }, h("summary", {}, t("I've lost all of these")),
    h("p", {}, t("We can remove your second factor after some days. You get a mail at once, and anyone who reads it can stop this.")), button, said);
}

/**
 * Below the form, and where its e-mail is typed; nothing where there are no passkeys.
 * @param {HTMLElement} form @param {(user: User) => unknown} then @param {(sentence: string) => void} tell
 */
export function addPasskeys(form, then, tell) {
  if (!hasPasskeys()) return;
  form.append(passkeyButton(then, tell));
  offerPasskeys(form, then, tell);
}

/** A button that signs in without a password. @param {(user: User) => unknown} then @param {(sentence: string) => void} tell */
function passkeyButton(then, tell) {
  const button = h("button", { type: "button", class: "button" }, t("Sign in with a passkey"));
  button.onclick = () => {
    waiting?.abort(); // a browser asks one question at a time
    return whileBusy(button, async () => {
      try {
        then(await byPasskey(await usedPasskey(new Api())));
      } catch (error) {
        tell(isDeclined(error) ? t("No passkey was used.") : failureSentence(error));
      }
    });
  };
  return button;
}

/** @param {UsedPasskey} passkey */
const byPasskey = (passkey) => enter("/api/auth/passkey", { passkey });

/** @type {AbortController | undefined} ends what the field offers */
let waiting;

/**
 * Offers passkeys where the e-mail is typed, as long as the form is there.
 * @param {HTMLElement} form @param {(user: User) => unknown} then @param {(sentence: string) => void} tell
 */
async function offerPasskeys(form, then, tell) {
  if (!(await areOffered())) return;
  waiting?.abort();
  waiting = new AbortController();
  try {
    const passkey = await usedPasskey(new Api(), { mediation: "conditional", signal: waiting.signal });
    if (form.isConnected) then(await byPasskey(passkey));
  } catch (error) {
    // Nobody asked for it: only what a chosen passkey met is told.
    if (error instanceof Error && "code" in error && error.code === "passkey_invalid") tell(failureSentence(error));
  }
}
