/** What staff tell everybody for a while, above all pages; each ends by itself. */

import { Api } from "../collection/index.js";
import { $, h } from "../ui/dom.js";
import { moment } from "../ui/more_words.js";
import { language, t } from "../ui/words.js";

const EVERY = 5 * 60_000; // milliseconds

/** @typedef {{id: string, text: Record<string, string>, starts_at: string, ends_at: string}} Notice */

/** @type {Notice[]} */
let told = [];
let shown = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let ending;

export function watchNotices() {
  look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}

/** Without network, what was told stays until it ends. */
async function look() {
  if (document.hidden) return;
  told = await new Api().ask("GET", "/api/notices", undefined, { tries: 1 }).then(({ data }) => data, () => told);
  draw();
}

/** Nothing is drawn anew that stands there: it would be read out once more. */
function draw() {
  const now = Date.now();
  const current = told.filter(({ ends_at }) => Date.parse(ends_at) > now);
  const ids = current.map(({ id, text, ends_at }) => `${id} ${text[language]} ${ends_at}`).join();
  clearTimeout(ending);
  if (current.length) ending = setTimeout(draw, Math.min(EVERY, ...current.map(({ ends_at }) => Date.parse(ends_at) - now)));
  if (ids === shown) return;
  shown = ids;
  $("#notices").replaceChildren(...current.map(({ text, ends_at }) =>
    h("p", {}, text[language] ?? text.en, " ", h("small", {}, t("until {time}", { time: moment(ends_at) })))));
}
