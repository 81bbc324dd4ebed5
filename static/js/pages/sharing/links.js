/** Links: made, with the address shown once; listed with their uses, replaced, ended. */

import { confirmed } from "../../ui/dialogs.js";
import { failureSentence, h, sayFailure, select, toast, whileBusy } from "../../ui/dom.js";
import { day, t } from "../../ui/words.js";
import { fieldsOf, hasEnded, leadsTo, nameOf, sharedFieldName } from "./things.js";

/** @import { Answer, OwnList } from "../../collection/types.js" */
/** @import { App, MadeShare, Share, Thing } from "../../types.js" */

export const SHARES = "/api/user/shares";
const DAY = 86_400_000; // milliseconds

export class Links {
  list = h("ul", { class: "feed-rows" });
  none = h("p", { class: "muted" }, t("No links."));
  made = h("div", { class: "feed-made", role: "status" });

  /**
   * @param {App} app @param {{shares: Share[], lists: OwnList[]}} state
   * @param {(shares: Share[]) => unknown} changed  after one was made, replaced or ended
   * @param {Thing} [thing]  only links to it, and a form that makes another; else all
   */
  constructor(app, state, changed, thing) {
    this.api = app.collection.api;
    this.lists = state.lists;
    this.shares = state.shares;
    this.changed = changed;
    this.thing = thing;
    this.box = h("section", { class: "sheet share-links" }, h("h2", {}, t("Links")),
      h("p", { class: "muted" }, t("Anyone who has a link sees what it leads to, without signing in. End it, and its address stops at once.")),
      this.none, this.list, this.made, thing && this.maker(thing));
    this.draw();
  }

  draw() {
    const { thing } = this;
    const shares = this.shares.filter((share) => !thing || leadsTo(share, thing));
    this.none.hidden = shares.length > 0;
    this.list.replaceChildren(...shares.map((share) => this.row(share)));
  }

  /** @param {Share} share */
  row(share) {
    const name = nameOf(share, this.lists);
    const { max_uses: most, uses, expires_at: end, fields, created_at: made } = share;
    const facts = [
      hasEnded(share, Date.now()) && t("Has ended"),
      most ? t("Used {n} of {most} times", { n: uses, most }) : uses === 1 ? t("Used once") : uses ? t("Used {n} times", { n: uses }) : t("Not used yet"),
      end && t("Until {day}", { day: day(end) }), fields.length > 0 && t("With {what}", { what: fields.map(sharedFieldName).join(", ") }), t("Made {day}", { day: day(made) })];
    return h("li", {},
      h("span", { class: "feed-text" }, h("strong", {}, name), h("span", { class: "muted facts" }, facts.filter(Boolean).join(" · "))),
      h("span", { class: "actions" },
        h("button", { type: "button", class: "button small", "aria-label": t("New address: {name}", { name }), onclick: () => this.rotate(share) }, t("New address")),
        h("button", { type: "button", class: "button small danger", "aria-label": t("End: {name}", { name }), onclick: () => this.end(share) }, t("End"))));
  }

  // --- What one does -------------------------------------------------------------------

  /** @param {Thing} thing */
  maker(thing) {
    const boxes = fieldsOf(thing).map((field) => ({ field, input: h("input", { type: "checkbox", value: field }) }));
    const lasts = select([["", t("Until you end it")], [String(DAY), t("A day")], [String(7 * DAY), t("A week")], [String(30 * DAY), t("A month")], [String(365 * DAY), t("A year")]]);
    const uses = h("input", { type: "number", min: 1, max: 1_000_000, inputmode: "numeric", placeholder: t("Any number") });
    const refusal = h("p", { class: "refusal", role: "alert" });
    const button = h("button", { class: "button primary" }, t("Make a link"));
    const form = h("form", { class: "share-form" },
      h("h3", {}, t("New link")),
      h("fieldset", { class: "ticks" }, h("legend", {}, t("Show also")),
        boxes.map(({ field, input }) => h("label", { class: "check" }, input, h("span", {}, sharedFieldName(field))))),
      h("div", { class: "fields" }, h("label", {}, t("It works"), lasts), h("label", {}, t("How often it may be opened"), uses)), refusal, h("p", { class: "actions start" }, button));
    form.onsubmit = (event) => {
      event.preventDefault();
      refusal.textContent = "";
      const body = {
        of: thing.of, ...(thing.id && { id: thing.id }), fields: boxes.filter(({ input }) => input.checked).map(({ field }) => field),
        expires_at: lasts.value ? new Date(Date.now() + Number(lasts.value)).toISOString() : null, max_uses: uses.value ? Number(uses.value) : null,
      };
      whileBusy(button, async () => {
        try {
          await this.take(this.api.send("POST", SHARES, body));
          form.reset();
        } catch (error) {
          refusal.textContent = failureSentence(error);
        }
      });
    };
    return form;
  }

  /** @param {Share} share */
  async rotate(share) {
    const name = nameOf(share, this.lists);
    if (!(await confirmed(t("Replace the address of the link to {name}? The one before stops at once.", { name }), t("New address")))) return;
    await this.take(this.api.send("POST", `${SHARES}/${share.id}/rotate`, {})).catch(sayFailure);
  }

  /** @param {Share} share */
  async end(share) {
    const name = nameOf(share, this.lists);
    if (!(await confirmed(t("End the link to {name}? Its address stops at once.", { name }), t("End")))) return;
    try {
      await this.api.send("DELETE", `${SHARES}/${share.id}`);
      this.made.replaceChildren();
      this.keep(this.shares.filter(({ id }) => id !== share.id));
    } catch (error) {
      sayFailure(error);
    }
  }

  /** A link with its address, which nobody can show again. @param {Promise<Answer<MadeShare>>} asked */
  async take(asked) {
    const { url, page_url: page, ...share } = (await asked).data;
    this.made.replaceChildren(addressOnce(nameOf(share, this.lists), page ?? url));
    this.keep([share, ...this.shares.filter(({ id }) => id !== share.id)]);
    this.made.querySelector("button")?.focus();
  }

  /** @param {Share[]} shares */
  keep(shares) {
    this.shares = shares;
    this.draw();
    this.changed(shares);
  }
}

/** @param {string} name @param {string} url */
function addressOnce(name, url) {
  const input = h("input", { value: url, "aria-label": t("Address of the link"), autocomplete: "off" });
  input.readOnly = true;
  input.onfocus = () => input.select();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url);
      toast(t("Copied."));
    } catch { // without https, or not allowed: it is selected for the keyboard
      input.focus();
      toast(t("Press Ctrl and C to copy."));
    }
  };
  const send = () => navigator.share({ title: name, url }).catch(() => {}); // closed again
  return h("section", { class: "feed-addresses" }, h("h3", {}, name), h("p", {}, t("Copy it now: this address isn't shown again.")), input,
    h("p", { class: "actions start" },
      h("button", { type: "button", class: "button primary", onclick: copy }, t("Copy")),
      "share" in navigator && h("button", { type: "button", class: "button", onclick: send }, t("Send…")),
      h("a", { class: "button", href: url, target: "_blank", rel: "noopener noreferrer" }, t("Open"))));
}
