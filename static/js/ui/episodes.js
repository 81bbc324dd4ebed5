/** Which episodes were watched out of order, and which skipped: in a title's panel. */

import { episodesOf } from "../collection/episodes.js";
import { learnEpisodes } from "../collection/rules.js";
import { put } from "./controls.js";
import { h } from "./dom.js";
import { t } from "./words.js";

/** @import { Entry, EpisodeRanges, Sent } from "../collection/types.js" */

const RANGES = String.raw`\s*([1-9]\d{0,5}(\s*-\s*[1-9]\d{0,5})?(\s*,\s*[1-9]\d{0,5}(\s*-\s*[1-9]\d{0,5})?)*)?\s*`;

/** @param {(fields: Sent & {watched_on?: string}) => unknown} save @param {() => string | undefined} day  on which what is added was watched */
export function episodeInputs(save, day) {
  learnEpisodes();
  /** @param {keyof EpisodeRanges} name @param {string} label */
  const input = (name, label) => {
    const box = h("input", {
      name: `episodes_${name}`, autocomplete: "off", maxlength: 1000, pattern: RANGES, placeholder: "1-12,14", title: t("Such as 1-12,14"),
      onchange: () => {
        if (!box.reportValidity()) return;
        save({ episode_ranges: { [name]: box.value.replace(/\s/g, "") }, watched_on: name === "watched" ? day() : undefined });
      },
    });
    return { box, label: h("label", {}, label, box) };
  };
  const watched = input("watched", t("Episodes watched"));
  const skipped = input("skipped", t("Episodes skipped"));
  const details = h("details", { class: "episodes" },
    h("summary", {}, t("Episodes out of order")),
    h("div", { class: "pair" }, watched.label, skipped.label),
    h("p", { class: "hint muted" }, t("Skipped episodes count for completion, not as watched.")));
  return {
    box: details,
    /** @param {Entry} entry */
    put(entry) {
      const told = episodesOf(entry);
      put(watched.box, told.watched ?? "");
      put(skipped.box, told.skipped ?? "");
      if (entry.episode_ranges) details.open = true;
    },
  };
}
