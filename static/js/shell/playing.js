/** What a player plays, in a line below the top. Nobody keeps it: it goes when the player says so, or says nothing more. */

import { pageOf } from "./address.js";
import { $, h } from "../ui/dom.js";
import { openEntry } from "../ui/on_demand.js";
import { PLAYERS } from "../ui/players.js";
import { t } from "../ui/words.js";

/** @import { Playing } from "../collection/types.js" */
/** @import { App } from "../types.js" */

const SILENCE = 60 * 60_000; // milliseconds; some players tell the beginning alone

/** @param {App} app */
export function watchPlaying(app) {
  const line = h("p", { id: "playing", hidden: true });
  /** @type {ReturnType<typeof setTimeout>} */
  let ends;
  app.collection.on("playing", ({ detail }) => {
    clearTimeout(ends);
    line.hidden = detail.state === "stopped";
    line.replaceChildren(...saying(app, detail));
    ends = setTimeout(() => (line.hidden = true), SILENCE);
  });
  $("main").before(line);
}

/** @param {App} app @param {Playing} playing */
function saying(app, { state, player, anime_id: id, episode, series, title, percent }) {
  const entry = id ? app.collection.entries.get(id) : undefined;
  const name = entry?.title || series || title || t("Without a name");
  const parts = [
    state === "paused" ? t("Paused") : t("Playing now"),
    id ? h("a", { href: pageOf(id), onclick: (/** @type {MouseEvent} */ event) => open(event, app, id) }, name) : name,
  ];
  if (episode !== null) parts.push(t("episode {n}", { n: episode }));
  if (percent !== null) parts.push(`${Math.round(percent)} %`);
  if (player !== "own") parts.push(PLAYERS[player]);
  return parts.flatMap((part, at) => (at ? [" · ", part] : [part]));
}

/** @param {MouseEvent} event @param {App} app @param {string} id */
function open(event, app, id) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button || !app.collection.entries.has(id)) return;
  event.preventDefault();
  openEntry(app, id);
}
