/** A field that finds a title of the catalogue by its name. */

import { h, later } from "./dom.js";
import { t } from "./words.js";

/** @import { Api } from "../collection/index.js" */
/** @import { Answer } from "../collection/types.js" */
/** @import { Anime } from "../types.js" */

let made = 0;

/** @param {Api} api @param {string} label @param {(anime: Anime) => unknown} choose */
export function titleFinder(api, label, choose) {
  const list = h("datalist", { id: `titles-${(made += 1)}` });
  /** @type {Anime[]} */
  let found = [];
  const input = h("input", { type: "search", list: list.id, placeholder: t("Find the title"), "aria-label": label });
  const look = later(async () => {
    if (input.value.trim().length < 2) return;
    /** @type {Pick<Answer<Anime[]>, "data">} */
    const { data } = await api.send("GET", `/api/animes?${new URLSearchParams({ search: input.value, limit: "8" })}`).catch(() => ({ data: [] }));
    found = data;
    list.replaceChildren(...data.map(({ title }) => h("option", { value: title })));
  }, 250);
  input.oninput = () => {
    const chosen = found.find(({ title }) => title === input.value);
    if (chosen) choose(chosen);
    else look();
  };
  return h("span", {}, input, list);
}
