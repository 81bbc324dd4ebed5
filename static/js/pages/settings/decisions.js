/** What staff hide from others of one's own, why, and the answer to it. */

import { failureSentence, h, toast, whileBusy } from "../../ui/dom.js";
import { section } from "../../ui/fields.js";
import { thingWords } from "../../ui/reported_things.js";
import { language, t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Moderation } from "../../types.js" */

const DECISIONS = "/api/user/moderation";

/** A place for them, which stays empty where there are none. @param {App} app */
export function decisionsPlace(app) {
  const place = h("div", { id: "decisions", class: "decisions" });
  draw(app, place).then(() => location.hash === "#decisions" && place.scrollIntoView()).catch(() => {}); // without network
  return place;
}

/** @param {App} app @param {HTMLElement} place */
async function draw(app, place) {
  /** @type {Answer<Moderation[]>} */
  const { data } = await app.collection.api.ask("GET", DECISIONS, undefined, { check: Array.isArray });
  if (!data.length) return void place.replaceChildren();
  place.replaceChildren(section(t("Hidden by our staff"),
    h("p", { class: "muted" }, t("You still see what is hidden. It stays hidden after a change, until our staff have seen it: answer once you changed it, or if you disagree.")),
    h("ul", { class: "plain" }, data.map((decision) => h("li", {}, shown(app, place, decision))))));
}

/** @param {App} app @param {HTMLElement} place @param {Moderation} decision */
function shown(app, place, decision) {
  const { state, reason, decided_at, answer, waits } = decision;
  const day = new Date(decided_at).toLocaleDateString(language);
  return [
    h("h3", {}, nameOf(app, decision)),
    h("p", {}, state === "lifted" ? t("Shown again since {day}: {reason}", { day, reason }) : t("Hidden from others since {day}: {reason}", { day, reason })),
    answer && h("p", { class: "muted" }, t("You answered: {answer}", { answer })),
    waits && h("p", {}, t("Our staff will read your answer.")),
    state === "withheld" && !waits && answerForm(app, place, decision),
  ];
}

/** @param {App} app @param {Moderation} decision */
function nameOf(app, { of, which }) {
  const words = thingWords()[of];
  const list = app.collection.wholes.lists?.find(({ id }) => id === which);
  return list ? `${words}: ${list.name}` : words;
}

/** @param {App} app @param {HTMLElement} place @param {Moderation} decision */
function answerForm(app, place, { id }) {
  const text = h("textarea", { rows: 3, maxlength: 2000, required: true });
  const refusal = h("p", { class: "refusal", role: "alert" });
  const button = h("button", { class: "button" }, t("Send the answer"));
  const send = async () => {
    refusal.textContent = "";
    try {
      await app.collection.api.send("POST", `${DECISIONS}/${id}/answer`, { text: text.value });
      toast(t("Answer sent."));
      await draw(app, place);
    } catch (error) {
      refusal.textContent = failureSentence(error);
    }
  };
  const form = h("form", { class: "card-form" }, h("label", {}, t("Your answer"), text), refusal, button);
  form.onsubmit = (event) => {
    event.preventDefault();
    whileBusy(button, send);
  };
  return form;
}
