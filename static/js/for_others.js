/** What a page for others has besides, for who is signed in here: following, and reports. */

import { Api } from "./collection/api.js";
import { remembered } from "./shell/remembered.js";
import { h, sayFailure } from "./ui/dom.js";
import { FollowButtons } from "./ui/follow.js";
import { reportDialog } from "./ui/report.js";
import { t } from "./ui/words.js";

/** @import { App, Reportable } from "./types.js" */

/**
 * @param {HTMLElement} place  of the buttons about the person
 * @param {App} app
 * @param {string} name
 */
async function offerFollowing(place, app, name) {
  if (app.user.name === name) {
    place.replaceChildren(h("a", { class: "button", href: "/sharing" }, t("Sharing")));
    return;
  }
  const buttons = new FollowButtons(app, name);
  await buttons.learn(); // refused to those whose session has ended: nothing is offered
  place.replaceChildren(buttons.box);
}

/** @param {HTMLElement} place @param {App} app */
function offerReport(place, app) {
  const { userName, things = "[]" } = place.dataset;
  if (app.user.name === userName) return;
  const whose = place.hasAttribute("data-is-link") ? { link: location.href } : { user_name: userName ?? "" };
  const open = () => reportDialog(app, whose, /** @type {Reportable[]} */ (JSON.parse(things)));
  place.replaceChildren(h("button", { type: "button", class: "link", onclick: open }, t("Report")));
}

const user = remembered.get("user");
if (user) {
  const api = new Api({ account: user.id });
  const app = /** @type {App} */ (/** @type {unknown} */ ({ user, api, collection: { api } }));
  const following = document.getElementById("follow");
  const report = document.getElementById("report");
  if (following) offerFollowing(following, app, following.dataset.userName ?? "").catch(() => {});
  if (report) offerReport(report, app);
}
addEventListener("unhandledrejection", ({ reason }) => sayFailure(reason));
