/** Following somebody, blocking them, and answering their request: by their user name. */

import { confirmed } from "./dialogs.js";
import { h, nodes, sayFailure, whileBusy } from "./dom.js";
import { t } from "./words.js";

/** @import { Answer } from "../collection/types.js" */
/** @import { App, Between } from "../types.js" */

export const FOLLOWING = "/api/user/following";
export const FOLLOWERS = "/api/user/followers";
export const REQUESTS = "/api/user/requests";
export const BLOCKS = "/api/user/blocks";

/** @param {string} url @param {string} name */
export const ofName = (url, name) => `${url}/${encodeURIComponent(name)}`;

/** @typedef {"follow" | "unfollow" | "accept" | "decline" | "remove" | "block" | "unblock"} Act */
/** @type {Record<Act, [method: string, url: string]>} */
const ACTS = {
  follow: ["PUT", FOLLOWING], unfollow: ["DELETE", FOLLOWING],
  accept: ["PUT", REQUESTS], decline: ["DELETE", REQUESTS],
  remove: ["DELETE", FOLLOWERS], block: ["PUT", BLOCKS], unblock: ["DELETE", BLOCKS],
};

/** @type {(name: string) => Record<Act, [text: string, label: string]>} */
const words = (name) => ({
  follow: [t("Follow"), t("Follow {name}", { name })],
  unfollow: [t("Unfollow"), t("Unfollow {name}", { name })],
  accept: [t("Accept"), t("Let {name} follow", { name })],
  decline: [t("Decline"), t("Decline the request of {name}", { name })],
  remove: [t("Remove"), t("Remove {name} from your followers", { name })],
  block: [t("Block"), t("Block {name}", { name })],
  unblock: [t("Unblock"), t("Unblock {name}", { name })],
});

/**
 * A button that does it, and says so when it is done. Each can be sent again as it is.
 * @param {App} app @param {Act} act @param {string} name @param {() => unknown} done @param {string} [text]
 */
export function actButton(app, act, name, done, text) {
  const [shown, label] = words(name)[act];
  const isFirst = act === "follow" || act === "accept";
  const button = h("button", { type: "button", class: isFirst ? "button primary" : "button", "aria-label": text ? `${text}: ${name}` : label }, text ?? shown);
  button.onclick = async () => {
    if (act === "block" && !(await confirmed(t("Block {name}? Neither of you sees the other any more. They are not told.", { name }), t("Block")))) return;
    const [method, url] = ACTS[act];
    await whileBusy(button, () => app.collection.api.ask(method, ofName(url, name))).then(done, sayFailure);
  };
  return button;
}

/** What the two are to each other, and what can be done about it. */
export class FollowButtons {
  box = h("div", { class: "follow" });

  /** @param {App} app @param {string} name @param {() => unknown} [changed]  done after each change */
  constructor(app, name, changed = () => {}) {
    this.app = app;
    this.name = name;
    this.changed = changed;
  }

  /** Refused (404) where nobody has the name. */
  async learn() {
    /** @type {Answer<Between>} */
    const { data } = await this.app.collection.api.ask("GET", ofName(FOLLOWING, this.name), undefined, { tries: 2 });
    this.draw(data);
  }

  /** @param {Between} between */
  draw({ user_name: name, state, follower }) {
    const done = () => Promise.all([this.learn().then(() => this.box.querySelector("button")?.focus()), this.changed()]).catch(sayFailure);
    const act = (/** @type {Act} */ which, /** @type {string} */ text = "") => actButton(this.app, which, name, done, text || undefined);
    const said = [
      state === "asked" && t("You asked to follow {name}.", { name }), state === "following" && t("You follow {name}.", { name }),
      state === "blocked" && t("You block {name}.", { name }), follower === "follows" && t("{name} follows you.", { name }),
      follower === "asks" && t("{name} asks to follow you.", { name }),
    ].filter(Boolean).join(" ");
    this.box.replaceChildren(...nodes([
      said && h("p", { role: "status" }, said),
      h("p", { class: "actions start" },
        follower === "asks" && [act("accept"), act("decline")],
        state === "none" && act("follow"), state === "asked" && act("unfollow", t("Take back the request")), state === "following" && act("unfollow"),
        state === "blocked" ? act("unblock") : act("block"))]));
  }
}
