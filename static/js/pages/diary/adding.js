/** What is added to a day of the diary: a title of the list or the catalogue, and how many episodes. */

import { h, later } from "../../ui/dom.js";
import { makeId } from "../../collection/index.js";
import { correct } from "../../ui/diary_edits.js";
import { titleIn } from "../../ui/more_words.js";
import { dayName, t } from "../../ui/words.js";
import { fold } from "./month.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { Anime, App } from "../../types.js" */

const MOST = 8; // titles that are offered

/** @typedef {{id: string, title: string}} Named */

/**
 * @param {App} app @param {() => string} day  what is chosen: a day, or the month
 * @param {() => unknown} changed
 */
export function addingForm(app, day, changed) {
  const options = h("datalist", { id: "diary-titles" });
  const refusal = h("p", { class: "refusal", role: "alert" });
  const episodes = h("input", { name: "episodes", type: "number", min: 1, max: 100000, required: true, value: 1, inputmode: "numeric", "aria-label": t("Episodes") });
  const title = h("input", {
    name: "title", type: "search", required: true, list: "diary-titles", autocomplete: "off", placeholder: t("Title"), "aria-label": t("Title"),
    oninput: () => { listen(); },
  });
  /** What was offered, by its name. @type {Map<string, string>} */
  const known = new Map();

  /** @param {Named[]} found */
  function offer(found) {
    for (const { id, title } of found) known.set(title, id);
    options.replaceChildren(...found.slice(0, MOST).map(({ title }) => h("option", { value: title })));
  }

  const search = later(async () => {
    const wanted = title.value;
    const found = [...ofList(app, wanted), ...(await ofCatalogue(app, wanted))];
    if (wanted === title.value) offer(found);
  }, 250);

  function listen() {
    refusal.textContent = "";
    offer(ofList(app, title.value));
    search();
  }

  async function save() {
    const wanted = title.value.trim();
    const found = await find(wanted);
    if (!found) return void (refusal.textContent = t("No title by that name."));
    const said = { watched_on: day(), episodes: Number(episodes.value) };
    const { imageUrl = null } = app.collection.entries.get(found.id) ?? {};
    const row = { ...said, id: makeId(), anime_id: found.id, title: found.title, imageUrl, viewing: 1, minutes: 0, revision: 0 };
    await correct(app, row, "POST", { animeId: found.id, ...said }, t("Added {title} to {type}.", { title: found.title, type: dayName(day()) }), { changed });
    [title.value, episodes.value] = ["", "1"];
    title.focus();
  }

  /** What is meant by a name: what was offered, the only one of the list, or what is called so. @param {string} wanted */
  async function find(wanted) {
    const id = known.get(wanted);
    const [only, ...more] = ofList(app, wanted);
    if (id) return { id, title: wanted };
    return only && !more.length ? only : (await ofCatalogue(app, wanted)).find(({ title }) => fold(title) === fold(wanted));
  }
  return h("form", { class: "diary-add", onsubmit: (event) => (event.preventDefault(), save()) },
    title, options, episodes, h("button", { class: "button" }, t("Add")), refusal);
}

/** What the list has by that name, what is watched now first. @param {App} app @param {string} text @returns {Named[]} */
function ofList({ collection }, text) {
  const words = fold(text).split(/\s+/).filter(Boolean);
  const names = (/** @type {string} */ id) => fold(collection.namesOf(id).join("\n"));
  return [...collection.entries.values()]
    .filter(({ anime_id }) => words.every((word) => names(anime_id).includes(word)))
    .sort((one, other) => Number(other.type === "Watching") - Number(one.type === "Watching"))
    .map(({ anime_id, title }) => ({ id: anime_id, title }));
}

/** What is not on the list, where there is network. @param {App} app @param {string} text @returns {Promise<Named[]>} */
async function ofCatalogue({ api, preferences }, text) {
  if (text.trim().length < 2) return [];
  try {
    /** @type {Answer<Anime[]>} */
    const { data } = await api.send("GET", `/api/animes?${new URLSearchParams({ search: text, limit: String(MOST) })}`);
    return data.map((anime) => ({ id: anime.id, title: titleIn(preferences.titleLanguage, anime) }));
  } catch {
    return [];
  }
}
