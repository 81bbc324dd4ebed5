/** Signing out, signing in again, and another person in the same browser. */

import { choice, dialog } from "../ui/dialogs.js";
import { h, sayFailure, toast } from "../ui/dom.js";
import { signInDialog } from "../ui/sign_in.js";
import { t } from "../ui/words.js";
import { remembered } from "./remembered.js";

/** @import { App } from "../types.js" */
/** @typedef {"seal" | "forget" | null} Way  null: stay signed in */

/**
 * Signs out, in all tabs; what waits is kept encrypted, or dropped, as the user says.
 * @param {App} app @param {{isSignedOut?: boolean}} [how] @returns {Promise<void>}
 */
export async function leave(app, { isSignedOut = false } = {}) {
  const { collection } = app;
  const waiting = collection.unsent.length + collection.conflicts.size;
  const way = waiting ? await howToLeave(waiting, collection.canSeal) : "forget";
  if (!way) return;
  const end = toast(t("Signing out…"));
  try {
    if (!isSignedOut) await collection.api.ask("POST", "/api/auth/signout", {});
  } catch (error) {
    end();
    return sayFailure(error, () => leave(app, { isSignedOut }));
  }
  await endPush().catch(() => {}); // it ends by itself once the service is asked
  app.forgetUser();
  const isSealed = way === "seal" && (await collection.leaveSealed());
  if (!isSealed) await collection.forget();
  location.assign("/?said=signed_out");
}

/** No notices of somebody who has signed out. */
async function endPush() {
  const registration = await navigator.serviceWorker?.getRegistration();
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}

/** @param {number} waiting @param {boolean} canSeal */
function howToLeave(waiting, canSeal) {
  const question = waiting === 1 ? t("1 change isn't synced yet.") : t("{n} changes aren't synced yet.", { n: waiting });
  const hint = canSeal ? t("Changes can stay on this device, encrypted, and sync when you sign in here again.") : t("This browser can't keep changes encrypted.");
  /** @type {[Way, string, string?][]} */
  const ways = [[null, t("Stay signed in")], ["seal", t("Keep and sign out")], ["forget", t("Discard and sign out"), "danger"]];
  return choice(question, hint, ways.filter(([way]) => way !== "seal" || canSeal));
}

/** A session ended while the pages stayed open. @param {App} app */
export function signInAgain({ user: before, collection }) {
  signInDialog(async ({ user, key }) => {
    if (user.id === before.id) {
      if (key) await collection.unlock(key);
      return collection.signedIn();
    }
    await collection.leaveSealed(); // what waits is of the one who was here before
    remembered.set("user", user);
    location.reload();
  });
}

/** Another account is signed in: nothing of this one is sent or shown any more. @param {App} app */
export function tellOtherAccount({ user, collection }) {
  if (document.querySelector("dialog.other-account")) return;
  const { length: n } = collection.unsent;
  const box = dialog({ label: t("Another account is signed in"), class: "small other-account", onclose: () => location.reload() },
    h("h2", {}, t("Another account is signed in")),
    h("p", {}, t("This tab belongs to {name}, but this browser is signed in to another account now. Nothing was sent to it.", { name: user.name })),
    n > 0 && h("p", {}, t("Changes to sync: {n}. They stay on this device until {name} signs in here again.", { n, name: user.name })),
    h("div", { class: "actions" }, h("button", { type: "button", class: "button primary", onclick: () => box.close() }, t("Reload"))));
  remembered.forget("user"); // the cookie says who is here
}
