/** What was watched with others: said of an episode here, accepted or declined, and by whom a day of the diary was. */

import { FOLLOWERS, FOLLOWING, ofName } from "./follow.js";
import { failureSentence, h, loading, select } from "./dom.js";
import { write } from "./undoable.js";
import { daysBack } from "./watched_on.js";
import { dayName, t } from "./words.js";

/** @import { Answer, Entry } from "../collection/types.js" */
/** @import { App, Person, Together, Watched } from "../types.js" */

export const TOGETHER = "/api/user/together";
const MOST = 100; // that are asked for at once
const MOST_PAGES = 10; // of followers

/** @param {Together} one */
export const episodesSaid = ({ first, last }) => (first === last ? t("Episode {n}", { n: first }) : t("Episodes {first} to {last}", { first, last }));

/** Who follow one and are followed. @param {App} app */
async function mutualsOf(app) {
  /** @type {string[]} */
  const names = [];
  /** @type {string | null | undefined} */
  let cursor;
  for (let page = 0; page < MOST_PAGES && cursor !== null; page++) {
    const query = new URLSearchParams({ limit: String(MOST), ...(cursor && { cursor }) });
    /** @type {Answer<Person[]>} */
    const { data, meta } = await app.collection.api.ask("GET", `${FOLLOWERS}?${query}`, undefined, { tries: 2, check: Array.isArray });
    names.push(...data.filter(({ state }) => state === "following").map(({ user_name: name }) => name));
    cursor = meta.next_cursor ?? null;
  }
  return names;
}

/** Says with whom an episode of a title was watched; opened when it is wanted. */
export class WatchedWith {
  body = h("div", {});
  box = h("details", { class: "watched-with", ontoggle: () => { this.box.open && !this.body.children.length && this.draw(); } }, h("summary", {}, t("Watched with…")), this.body);

  /** @param {App} app @param {string} animeId @param {() => Entry | undefined} entry  as it is now */
  constructor(app, animeId, entry) {
    this.app = app;
    this.animeId = animeId;
    this.entry = entry;
  }

  async draw() {
    this.body.replaceChildren(loading());
    try {
      const names = await mutualsOf(this.app);
      this.body.replaceChildren(names.length ? this.form(names) : h("p", { class: "muted" }, t("You can choose people whom you follow and who follow you."), " ", h("a", { href: "/following" }, t("Following"))));
    } catch (error) {
      this.body.replaceChildren(h("p", { class: "muted" }, failureSentence(error)));
    }
  }

  /** @param {string[]} names */
  form(names) {
    const at = String(Math.max(1, this.entry()?.progress ?? 1));
    const number = (/** @type {string} */ label) => h("input", { type: "number", min: 1, max: this.entry()?.episodes || 100000, required: true, inputmode: "numeric", value: at, "aria-label": label });
    const [first, last] = [number(t("First episode")), number(t("Last episode"))];
    const who = select(names.map((name) => [name, name]), { "aria-label": t("Watched with") });
    const day = h("input", { type: "date", max: daysBack(0), value: daysBack(0), required: true, "aria-label": t("Day") });
    const form = h("form", { class: "tools" }, who, first, h("span", { "aria-hidden": "true" }, "–"), last, day, h("button", { class: "button" }, t("Tell them")));
    form.onsubmit = (event) => {
      event.preventDefault();
      const body = { animeId: this.animeId, first: Number(first.value), last: Math.max(Number(first.value), Number(last.value)), watched_on: day.value };
      write(this.app, "POST", `${ofName(FOLLOWING, who.value)}/together`, body, t("{name} can take it over to their list.", { name: who.value }));
    };
    return form;
  }
}

/**
 * With whom the days of a month were, by title and day; null where that cannot be asked.
 * @param {App} app @param {string} month @returns {Promise<Map<string, string[]> | null>}
 */
export async function companyIn(app, month) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  const last = new Date(Number(month.slice(0, 4)), Number(month.slice(5)), 0).getDate();
  const query = new URLSearchParams({ from: `${month}-01`, to: `${month}-${last}`, limit: String(MOST) });
  try {
    /** @type {Answer<Together[]>} */
    const { data } = await app.collection.api.ask("GET", `${TOGETHER}?${query}`, undefined, { tries: 1, check: Array.isArray });
    for (const one of data.filter(({ state }) => state !== "waiting")) {
      const names = found.get(placeOf(one)) ?? [];
      if (!names.includes(one.user_name)) found.set(placeOf(one), [...names, one.user_name]);
    }
  } catch {
    return null; // the diary is whole without it
  }
  return found;
}

/** @param {Pick<Watched, "anime_id" | "watched_on">} row */
export const placeOf = ({ anime_id: id, watched_on: day }) => `${id} ${day}`;

/** What others say one watched with them, to be taken over or declined. @param {App} app @param {Together} one @param {() => unknown} changed */
export function offerRow(app, one, changed) {
  const { id, user_name: name, title } = one;
  const about = { name, title };
  const act = (/** @type {"PUT" | "DELETE"} */ method, /** @type {string} */ text, /** @type {string} */ label, /** @type {string} */ said) => {
    const button = h("button", { type: "button", class: method === "PUT" ? "button primary" : "button", "aria-label": label }, text);
    button.onclick = () => {
      button.disabled = true;
      write(app, method, `${TOGETHER}/${id}`, method === "PUT" ? {} : undefined, said, { changed });
    };
    return button;
  };
  return h("li", {},
    h("div", {}, h("strong", {}, title), h("small", { class: "muted" }, [name, episodesSaid(one), dayName(one.watched_on)].join(" · "))),
    act("PUT", t("Accept"), t("Add {title} with {name} to my list", about), t("{title} is on your list.", about)),
    act("DELETE", t("Decline"), t("Decline {title} with {name}", about), t("Declined. {name} is not told.", about)));
}
