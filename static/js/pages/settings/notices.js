/** Which notices one wants, and where they come: by mail, in this browser. */

import { h, sayFailure, toast, whileBusy } from "../../ui/dom.js";
import { t } from "../../ui/words.js";
import { check, choice, section } from "../../ui/fields.js";

/** @import { Answer, NoticeKind, Preferences } from "../../collection/types.js" */
/** @import { App, PushBrowser } from "../../types.js" */

const PUSH = "/api/user/push";

/** @returns {[NoticeKind, string][]} */
const kinds = () => [
  ["episode", t("New episodes of what you watch")], ["first", t("First episodes of what you plan to watch")],
  ["finale", t("Last episodes")], ["sequel", t("Sequels of what you completed")],
  ["moved", t("Moved dates")], ["merged", t("Titles that turned out to be the same")],
  ["follow_request", t("Who asks to follow you")], ["follower", t("New followers")],
  ["together", t("What others say you watched with them")],
];

/** @param {App} app @param {(changes: Partial<Preferences>) => unknown} prefer */
export function noticesSection(app, prefer) {
  const { mutedNotices: muted = [], noticeDigest = "off", webPush = true, addSequels = false } = app.preferences;
  /** @param {NoticeKind} kind @param {boolean} isWanted */
  const want = (kind, isWanted) => prefer({
    mutedNotices: kinds().map(([name]) => name).filter((name) => (name === kind ? !isWanted : muted.includes(name))),
  });
  return section(t("Notices"),
    kinds().map(([kind, label]) => check(label, !muted.includes(kind), (isWanted) => want(kind, isWanted))),
    check(t("Add sequels to To Watch"), addSequels, (value) => prefer({ addSequels: value }), t("As soon as they have a date.")),
    h("div", { class: "fields" },
      choice(t("Unread notices by mail"), noticeDigest, [["off", t("Never")], ["daily", t("Every day")], ["weekly", t("Every week")]], (value) => prefer({ noticeDigest: /** @type {Preferences["noticeDigest"]} */ (value) }))),
    check(t("Notices in browsers"), webPush, (value) => prefer({ webPush: value }), t("In those where you turn them on.")),
    webPush && thisBrowser(app));
}

/** Turns notices on and off in this browser. @param {App} app */
function thisBrowser({ collection: { api } }) {
  const button = h("button", { type: "button", class: "button" }, t("Turn on here"));
  const box = h("p", { class: "actions start" }, button);
  if (!("PushManager" in globalThis)) return h("p", { class: "muted" }, t("This browser shows no notices while the page is closed."));
  const draw = async () => {
    const own = await subscription();
    button.textContent = own ? t("Turn off here") : t("Turn on here");
    button.onclick = () => whileBusy(button, () => (own ? turnOff(own) : turnOn())).then(draw).catch(sayFailure);
  };
  const turnOn = async () => {
    /** @type {Answer<{public_key: string | null}>} */
    const { data } = await api.ask("GET", PUSH);
    if (!data.public_key) return void toast(t("This server sends no notices to browsers."), null, { isError: true });
    if ((await Notification.requestPermission()) !== "granted") return void toast(t("Your browser does not allow notices from this site."), null, { isError: true });
    const { pushManager } = await navigator.serviceWorker.ready;
    const made = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: data.public_key });
    await api.send("POST", PUSH, made.toJSON());
  };
  /** @param {PushSubscription} own */
  const turnOff = async (own) => {
    await forgetBrowser(api, own);
    await own.unsubscribe();
  };
  draw().catch(() => {}); // blocked: the button says why
  return box;
}

const subscription = async () => (await navigator.serviceWorker.getRegistration())?.pushManager.getSubscription();

/** @param {App["api"]} api @param {PushSubscription} own */
async function forgetBrowser(api, { endpoint }) {
  /** @type {Answer<{browsers: PushBrowser[]}>} */
  const { data } = await api.ask("GET", PUSH);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
  const key = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  for (const { id, endpoint_sha256: its } of data.browsers) if (its === key) await api.send("DELETE", `${PUSH}/${id}`);
}
