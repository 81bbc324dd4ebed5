/** What was sent to a webhook, what it answered; sending again, and a test. */

import { dialog } from "../../ui/dialogs.js";
import { failed, h, loading, sayFailure, whileBusy } from "../../ui/dom.js";
import { moment } from "../../ui/more_words.js";
import { t } from "../../ui/words.js";
import { outcomeText } from "./names.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { Api } from "../../collection/index.js" */
/** @import { Delivery } from "../../types.js" */

const PAUSE = 1_500; // milliseconds between two looks at one that waits
const LOOKS = 12;

/**
 * @param {Api} api @param {string} address of the webhook @param {string} name
 * @param {boolean} isForPeople sentences, which are not sent again
 */
export function deliveries(api, address, name, isForPeople) {
  const title = t("Deliveries to {name}", { name });
  const list = h("div", { class: "tokens deliveries", role: "status" }, loading());
  const test = h("button", { type: "button", class: "button" }, t("Send a test"));
  let isOpen = true;

  /** @param {number} [looks] how often, while one waits for a worker */
  const draw = async (looks = LOOKS) => {
    if (!isOpen) return;
    try {
      /** @type {Answer<Delivery[]>} */
      const { data } = await api.ask("GET", `${address}/deliveries?limit=30`);
      list.replaceChildren(data.length ? h("ul", {}, data.map(row)) : h("p", { class: "muted" }, t("Nothing was sent in seven days.")));
      if (looks && data.some((one) => one.is_asked)) setTimeout(() => draw(looks - 1), PAUSE);
    } catch (error) {
      list.replaceChildren(failed(error, () => draw()));
    }
  };
  /** @param {string} path */
  const post = async (path) => {
    try {
      await api.ask("POST", `${address}${path}`, {});
      await draw();
    } catch (error) {
      sayFailure(error);
    }
  };
  /** @param {Delivery} one */
  const row = (one) => {
    const when = moment(one.made_at);
    const kind = one.kind === "test" ? t("Test") : t("Change");
    const again = h("button", { type: "button", class: "button small", "aria-label": t("Send again: {what}", { what: `${kind}, ${when}` }) }, t("Send again"));
    again.onclick = () => whileBusy(again, () => post(`/deliveries/${one.id}/redeliver`));
    return h("li", {},
      h("div", {}, h("strong", {}, kind), " ", h("span", { class: "muted" }, when),
        h("small", { class: one.status === "delivered" ? "muted" : "" }, outcomeText(one)),
        one.answer && h("details", {}, h("summary", {}, t("What it answered")), h("pre", { class: "answer", tabindex: 0 }, one.answer))),
      isForPeople && one.kind !== "test" ? null : again);
  };

  test.onclick = () => whileBusy(test, () => post("/test"));
  const box = dialog({ label: title, onclose: () => (isOpen = false) },
    h("h2", {}, title), h("p", { class: "muted" }, t("Deliveries are kept for seven days.")), list,
    h("div", { class: "actions" }, test, h("button", { type: "button", class: "button primary", onclick: () => box.close() }, t("Done"))));
  draw();
}
