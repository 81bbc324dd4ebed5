/** Players that move the list by themselves: addresses for them, what they sent, what waits. */

import { h, pageHead } from "../../ui/dom.js";
import { t } from "../../ui/words.js";
import { adding } from "./adding.js";
import { Came } from "./came.js";
import { rules } from "./rules.js";
import { sources } from "./sources.js";

/** @import { App } from "../../types.js" */

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const kept = rules(app);
  const waiting = new Came(app, "waiting", () => (came.draw(), kept.draw()));
  const came = new Came(app, "", () => waiting.draw());
  const players = sources(app);
  main.append(pageHead(t("Players")),
    h("p", { class: "muted" }, t("Plex, Jellyfin, Emby, Kodi and other programs tell what you watch, and your list follows.")),
    h("div", { class: "settings players" }, waiting.box, adding(app, () => players.draw()), players.box, came.box, kept.box));
  for (const part of [waiting, players, came, kept]) part.draw();
}
