/** A title: what the catalogue knows of it, and what one keeps of it. For visitors too. */

import { Api } from "../../collection/index.js";
import { Controls } from "../../ui/controls.js";
import { cover } from "../../ui/covers.js";
import { failed, h, loading, sayFailure } from "../../ui/dom.js";
import { openEntry, pageOf } from "../../ui/panel.js";
import { addTo } from "../../ui/quick.js";
import { STATUSES, airingName, episodeCount, factsOf, number, seasonName, statusHint, statusName, statusOf, t, titleIn } from "../../ui/words.js";

/** Where other sites have it, by the name of their id. @type {Record<string, [string, string]>} */
const SITES = {
  anilist: ["AniList", "https://anilist.co/anime/"],
  mal: ["MyAnimeList", "https://myanimelist.net/anime/"],
  kitsu: ["Kitsu", "https://kitsu.app/anime/"],
  simkl: ["Simkl", "https://simkl.com/anime/"],
  anidb: ["AniDB", "https://anidb.net/anime/"],
  "anime-planet": ["Anime-Planet", "https://www.anime-planet.com/anime/"],
  anisearch: ["aniSearch", "https://www.anisearch.com/anime/"],
  livechart: ["LiveChart", "https://www.livechart.me/anime/"],
  animenewsnetwork: ["Anime News Network", "https://www.animenewsnetwork.com/encyclopedia/anime.php?id="],
  notify: ["Notify.moe", "https://notify.moe/anime/"],
};
const MOST_NAMES = 6;
/** @param {any} data */
const isTitle = (data) => Boolean(data?.id && data.title);

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const { collection } = app;
  let id = location.pathname.split("/")[2] ?? "";
  const listed = () => collection?.entries.get(id);
  const head = h("div", { class: "title-head" });
  const mine = h("section", { class: "title-mine", "aria-label": t("On my list"), hidden: true });
  const facts = h("div", { class: "title-facts" });
  const page = h("article", { class: "title-page" }, h("div", { class: "title-cover" }), h("div", { class: "title-text" }, head, mine, facts));
  /** What the catalogue answered. @type {any} */
  let known = null;
  let isLeft = false;

  // --- What the catalogue knows --------------------------------------------------------

  async function fetchIt() {
    try {
      const path = `/api/animes/${id}`; // as the address has it
      const ask = (/** @type {any} */ api) => api.ask("GET", path, undefined, { tries: 2, check: isTitle });
      // A session that ended hides nothing that any visitor may see.
      const { data } = await ask(app.api).catch((/** @type {any} */ error) => (error.status === 401 ? ask(new Api()) : Promise.reject(error)));
      if (isLeft) return;
      known = data;
      if (id !== data.id) history.replaceState(history.state, "", pageOf(data.id) + location.search);
      id = data.id;
      draw();
    } catch (/** @type {any} */ error) {
      if (isLeft || listed()) return; // the list knows enough to show it
      const isNowhere = error.name === "Refused" && [400, 404].includes(error.status);
      main.replaceChildren(isNowhere ? nowhere() : failed(error, () => (draw(), fetchIt()), t("This title needs a connection.")));
    }
    app.entitle();
  }

  const nowhere = () => h("div", { class: "empty" },
    h("h1", {}, t("Not found.")),
    h("p", { class: "muted" }, t("This title doesn't exist.")),
    h("a", { class: "button primary", href: collection ? "/discover" : "/" }, collection ? t("Discover") : t("Go to the home page")));

  function draw() {
    const entry = listed();
    const anime = known ?? entry;
    if (!anime) return main.replaceChildren(loading());
    const kept = collection?.titles.get(id);
    const title = entry?.title ?? titleIn(app.preferences.titleLanguage, anime);
    const names = new Set([anime.title, anime.english_title ?? kept?.english_title, anime.native_title ?? kept?.native_title, ...(anime.synonyms ?? [])]);
    names.delete(title);
    page.firstChild.replaceChildren(cover({ ...anime, title, thumbnailUrl: null }));
    head.replaceChildren(
      h("h1", { tabindex: "-1" }, title),
      h("p", { class: "muted other-titles" }, [...names].filter(Boolean).slice(0, MOST_NAMES).join(" · ")),
      h("p", {}, [
        anime.format !== "Unknown" && anime.format, [seasonName(anime.season), anime.year].filter(Boolean).join(" "),
        anime.episodes && episodeCount(anime.episodes), anime.episode_minutes && t("{n} min", { n: anime.episode_minutes }),
        airingName(anime.airing_status)].filter(Boolean).join(" · ")),
      anime.rating ? h("p", { class: "rating" }, h("strong", {}, number(anime.rating)), " ", h("span", { class: "muted" }, t("out of 10"))) : "");
    facts.replaceChildren(...[
      chips(t("Genres"), anime.genres ?? kept?.genres ?? []),
      anime.studios?.length > 0 && h("p", {}, h("span", { class: "muted" }, `${t("Studios")} `), anime.studios.join(", ")),
      ...(known ? [links(known.external_ids), related(known.relations)] : [])].filter(Boolean));
    if (!page.isConnected) main.replaceChildren(page);
    drawMine();
  }

  /** @param {string} label @param {string[]} names */
  const chips = (label, names) => names.length > 0 && h("ul", { class: "chips", "aria-label": label },
    names.map((name) => h("li", {}, collection ? h("a", { href: `/discover?${new URLSearchParams({ genre: name })}` }, name) : name)));

  /** @param {Record<string, string>} ids */
  function links(ids) {
    const there = Object.entries(SITES).filter(([site]) => ids[site]);
    return there.length > 0 && h("ul", { class: "title-links", "aria-label": t("On other sites") }, there.map(([site, [name, address]]) =>
      h("li", {}, h("a", { href: address + encodeURIComponent(ids[site]), rel: "noreferrer" }, name))));
  }

  /** @param {any[]} titles */
  const related = (titles) => titles.length > 0 && h("section", {}, h("h2", {}, t("Related")),
    h("ul", { class: "cards strip" }, titles.map((anime) => {
      const title = titleIn(app.preferences.titleLanguage, anime);
      const entry = collection?.entries.get(anime.id);
      return h("li", { class: "card" },
        h("a", { class: "open", href: pageOf(anime.id) }, cover({ ...anime, title }), h("span", { class: "card-title" }, title)),
        h("span", { class: "muted facts" }, [factsOf({ ...anime, episodes: null }), entry && statusName(statusOf(entry))].filter(Boolean).join(" · ")));
    })));

  // --- What one keeps of it ------------------------------------------------------------

  /** @type {Controls | undefined} */
  let controls;

  function drawMine() {
    const entry = listed();
    mine.hidden = !entry && !known;
    if (mine.hidden) return;
    if (entry && controls) return controls.put(entry);
    controls = entry && new Controls(app, id, save);
    mine.replaceChildren(...(controls ? [...controls.parts, more()] : [adding()]));
    if (entry) controls?.put(entry);
  }

  /** @type {(fields: any) => Promise<any>} */
  const save = (fields) => collection.update(id, fields).catch((/** @type {any} */ error) => sayFailure(error, () => save(fields)));
  const more = () => h("button", { type: "button", class: "button", onclick: () => openEntry(app, id) }, t("Dates, notes and tags"));

  const adding = () => (collection ? h("div", { class: "actions start", role: "group", "aria-label": t("Add to…") },
    h("span", { class: "muted" }, t("Add to…")),
    STATUSES.slice(0, -1).map((status) => h("button", { type: "button", class: "button", title: statusHint(status), onclick: () => addTo(app, known, status, titleIn(app.preferences.titleLanguage, known)) }, statusName(status))))
    : h("button", { type: "button", class: "button primary", onclick: join }, t("Add to my list")));

  async function join() {
    const { joinDialog } = await import("../welcome/page.js");
    joinDialog(t("Create your own list"), app.start);
  }

  const redraw = (/** @type {any} */ { detail }) => {
    if (!page.isConnected) return;
    if (!detail.ids) draw();
    else if (detail.ids.includes(id)) drawMine();
  };
  collection?.addEventListener("changed", redraw);
  draw();
  fetchIt();
  return () => {
    isLeft = true;
    collection?.removeEventListener("changed", redraw);
  };
}
