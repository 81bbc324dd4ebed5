/** Taking back all that an app did since a moment: first what would happen, then yes. */

import { makeId } from "../../collection/index.js";
import { audienceName, thingName } from "../../ui/audiences.js";
import { changeText, fieldName, valueText } from "../../ui/changes.js";
import { dialog } from "../../ui/dialogs.js";
import { failureSentence, h, loading, select, toast, whileBusy } from "../../ui/dom.js";
import { undoOperation } from "../../ui/undoable.js";
import { t } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, AppUndone, KeptValue } from "../../types.js" */

const [HOUR, DAY] = [3_600_000, 86_400_000]; // milliseconds
const SHOWN = 20; // of changes, and of what stays
const OTHER = "other";

/** The moments that can be chosen, before now. @returns {[value: string, text: string][]} */
const spans = () => [
  [String(HOUR), t("the last hour")], [String(DAY), t("the last 24 hours")], [String(7 * DAY), t("the last 7 days")],
  [String(30 * DAY), t("the last 30 days")], [String(3650 * DAY), t("everything")], [OTHER, t("since a time…")],
];

/** @type {() => Record<string, string>} */
const kinds = () => ({ searches: t("Search history"), profile: t("Profile"), preferences: t("Preferences"), notices: t("Notices") });

/** @param {{ kind: string }} left */
const isOfLists = ({ kind }) => kind === "list" || kind === "list_item";

/** @param {App} app @param {{id: string, name: string}} who */
export function askTakeBack(app, who) {
  new TakeBack(app, who).open();
}

class TakeBack {
  span = select(spans());
  time = h("input", { type: "datetime-local", "aria-label": t("Since"), hidden: true });
  preview = h("div", { class: "preview", "aria-live": "polite" });
  refusal = h("p", { class: "refusal", role: "alert" });
  button = h("button", { class: "button danger" }, t("Undo changes"));
  since = "";
  asking = 0; // an answer to an older choice comes too late
  /** @type {HTMLDialogElement | undefined} */
  box = undefined;

  /** @param {App} app @param {{id: string, name: string}} who */
  constructor(app, { id, name }) {
    this.app = app;
    this.name = name;
    this.address = `/api/user/apps/${id}/undo`;
    this.span.value = String(DAY);
    this.span.onchange = this.time.onchange = () => this.look();
  }

  open() {
    const title = t("Undo changes of {name}", { name: this.name });
    this.box = dialog({ label: title }, h("form", {
      onsubmit: (event) => {
        event.preventDefault();
        whileBusy(this.button, () => this.takeBack());
      },
    },
      h("h2", {}, title),
      h("label", {}, t("What it did in"), this.span), this.time, this.preview, this.refusal,
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button", onclick: () => { this.box?.close(); } }, t("Cancel")), this.button)));
    this.look();
  }

  /** What would happen. */
  async look() {
    const isOther = this.span.value === OTHER;
    this.time.hidden = !isOther;
    this.button.hidden = true;
    this.refusal.textContent = "";
    if (isOther && !this.time.value) return this.preview.replaceChildren();
    const moment = isOther ? new Date(this.time.value) : new Date(Date.now() - Number(this.span.value));
    this.since = moment.toISOString();
    const asked = ++this.asking;
    this.preview.replaceChildren(loading());
    try {
      /** @type {Answer<AppUndone>} */
      const { data, meta } = await this.app.collection.api.ask("POST", this.address, { since: this.since, dry_run: true }, { tries: 2 });
      if (asked !== this.asking) return;
      this.preview.replaceChildren(...this.told(data, Boolean(meta.next_cursor)));
      this.button.hidden = !data.size;
    } catch (error) {
      if (asked !== this.asking) return;
      this.preview.replaceChildren();
      this.refusal.textContent = failureSentence(error);
    }
  }

  /** @param {AppUndone} undone @param {boolean} hasMore */
  told({ size, changes, conflicts, conflict_count: kept, left_alone }, hasMore) {
    const [ofLists, left] = [left_alone.filter(isOfLists), left_alone.filter((one) => !isOfLists(one))];
    const format = this.app.preferences.scoreFormat;
    const rest = size - Math.min(size, SHOWN);
    return [
      h("p", {}, hasMore ? t("At least {n} changes would be made:", { n: size }) : size ? t("{n} changes would be made:", { n: size }) : t("There is nothing to undo.")),
      h("ul", { class: "plain" }, changes.slice(0, SHOWN).map((change) => h("li", {}, changeText(change, format, false))),
        rest > 0 && h("li", { class: "muted" }, t("and {n} more", { n: rest }))),
      kept > 0 && h("p", {}, t("Changed since, so it stays:")),
      kept > 0 && h("ul", { class: "plain" }, conflicts.slice(0, SHOWN).map((one) => h("li", {}, keptText(one, format))),
        kept > SHOWN && h("li", { class: "muted" }, t("and {n} more", { n: kept - SHOWN }))),
      left.length > 0 && h("p", { class: "muted" }, t("This can't be undone: {what}.", { what: left.map(({ kind }) => kinds()[kind] ?? kind).join(", ") })),
      ofLists.length > 0 && h("p", { class: "muted" }, t("There are too many changes of lists. Undo them one by one in the history.")),
    ].filter((part) => part instanceof Node);
  }

  async takeBack() {
    this.refusal.textContent = "";
    let [size, kept, parts, operation] = [0, 0, 0, ""];
    try {
      for (let cursor; cursor !== null; parts++) {
        /** @type {Answer<AppUndone>} */
        const { data, meta } = await this.app.collection.api.ask("POST", this.address, { since: this.since, ...(cursor && { cursor }) }, { key: makeId() });
        size += data.size;
        kept += data.conflict_count;
        operation = meta.operation_id ?? operation;
        cursor = meta.next_cursor ?? null;
      }
    } catch (error) {
      this.refusal.textContent = failureSentence(error);
      return;
    } finally {
      this.app.collection.settle();
    }
    this.box?.close();
    const sentence = kept ? t("Undone: {n}. Newer changes kept: {kept}.", { n: size, kept }) : t("Undone: {n}.", { n: size });
    const again = parts === 1 && operation ? { label: t("Undo"), run: () => undoOperation(this.app, operation) } : null;
    toast(sentence, again);
  }
}

/** @param {KeptValue} kept @param {string} format */
function keptText({ title, field, found, by }, format) {
  const [, thing] = field.split("audience.");
  const what = thing ? t("Who sees {name}: {now}", { name: thingName(thing), now: audienceName(String(found)) }) : field === "watched" ? t("Diary") : `${fieldName(field)} ${valueText(field, found, format)}`;
  const who = by && (by.token_name || (by.through === "session" ? t("by you") : by.through));
  const said = title ? `${title} · ${what}` : what;
  return who ? `${said} (${who})` : said;
}
