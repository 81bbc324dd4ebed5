/** An address for a player, and what to do with it. */

import { failureSentence, h, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { withProof } from "../../ui/proof.js";
import { showOnce } from "../../ui/secret.js";
import { t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, NewPersonalToken } from "../../types.js" */

const TEMPLATE = `{
  "source": "tautulli", "action": "{action}", "time": "{unixtime}",
  "user": "{username}", "user_id": "{user_id}", "library": "{library_name}",
  "media_type": "{media_type}", "show": "{show_name}", "title": "{title}",
  "season": "{season_num}", "episode": "{episode_num}", "year": "{show_year}",
  "tvdb_id": "{thetvdb_id}", "tmdb_id": "{themoviedb_id}", "imdb_id": "{imdb_id}",
  "anidb_id": "{anidb_id}", "percent": "{progress_percent}"
}`;

/** What to do in each player. @returns {[name: string, steps: string[], code?: string][]} */
const guides = () => [
  ["Plex", [t("It needs Plex Pass. Open Settings, then Webhooks."), t("Add a webhook, and paste the address.")]],
  ["Jellyfin", [
    t("Install the plugin Webhook, and restart the server."),
    t("Open it, choose Add Generic Destination, and paste the address."),
    t("Check Playback Start, Playback Stop and User Data Saved, and below them Episodes and Movies."),
    t("Check Send All Properties, and save.")]],
  ["Emby", [
    t("It needs Emby Premiere. Open Settings, then Notifications, and add Webhooks."),
    t("Paste the address, and choose application/json."),
    t("Check the events of playback, and Mark Played.")]],
  ["Tautulli", [
    t("Open Settings, then Notification Agents, and add Webhook. Paste the address; the method is POST."),
    t("As triggers check Playback Start, Playback Stop and Watched."),
    t("Under Data paste this into JSON Data of each trigger:")], TEMPLATE],
  ["Kodi", [t("An add-on that posts Kodi's own notifications, such as Player.OnStop, to the address is needed.")]],
  [t("Another program"), [t("It posts JSON to the address:")], '{"event": "watched", "series": "One Piece", "season": 21, "episode": 5}'],
];

/** @param {App} app @param {() => unknown} made */
export function adding(app, made) {
  const { api } = app.collection;
  const refusal = h("p", { class: "refusal", role: "alert" });
  const name = h("input", { required: true, maxlength: 100, placeholder: t("e.g. Jellyfin at home"), autocomplete: "off" });
  const button = h("button", { class: "button primary" }, t("Make an address"));
  const send = async () => {
    try {
      /** @type {Answer<NewPersonalToken>} */
      const { data } = await withProof(api, () => api.ask("POST", "/api/user/tokens", { name: name.value, scopes: ["scrobble"], expires_at: null, mature: false }, { tries: 1 }));
      showOnce(t("Address for the player"), `${location.origin}/api/scrobble/${data.token}`);
      form.reset();
      made();
    } catch (error) {
      refusal.textContent = failureSentence(error);
    }
  };
  const form = h("form", {}, h("div", { class: "fields" }, h("label", {}, t("Name of the player"), name)), refusal, h("p", { class: "actions start" }, button));
  form.onsubmit = (event) => {
    event.preventDefault();
    refusal.textContent = "";
    whileBusy(button, send);
  };
  return section(t("Add a player"),
    h("p", { class: "muted" }, t("The address is a secret that can do nothing but tell what is played.")), form,
    guides().map(([player, steps, code]) => h("details", {}, h("summary", {}, player),
      h("ol", {}, steps.map((step) => h("li", {}, step))), code && h("pre", { tabindex: 0 }, code))));
}
