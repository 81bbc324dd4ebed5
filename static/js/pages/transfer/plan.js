/** The plan of an import: looked at, decided row by row, then done. */

import { Refused, makeId } from "../../collection/index.js";
import { confirmed } from "../../ui/dialogs.js";
import { failed, h, loading, nodes, sayFailure, select, toast } from "../../ui/dom.js";
import { number, t } from "../../ui/words.js";
import { line } from "./rows.js";
import { ListChoices } from "./list_choices.js";
import { done, leadOf, origin, outcomes, outcomesIn } from "./sentences.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Decision, Outcome, Plan, Row } from "../../types.js" */

export const IMPORTS = "/api/user/imports";
/** @returns {[string, string][]} */
const policies = () => [
  ["newest", t("Most recent change")], ["keep", t("Keep mine, add missing")],
  ["overwrite", t("Use the file")], ["max_progress", t("Highest progress")],
];

/** @param {Plan} plan */
const warningsOf = ({ warnings, warning_codes: coded }) =>
  coded?.map(({ sentence }) => sentence) ?? warnings ?? [];

export class PlanView {
  head = h("div", { class: "plan-head" });
  busy = h("p", { class: "muted", role: "status" });
  tabs = h("div", { class: "tabs", role: "group", "aria-label": t("Results") });
  many = h("p", { class: "actions start" });
  rows = h("ol", { class: "plan-rows" });
  more = h("button", { type: "button", class: "button" }, t("Show more"));
  box = h("section", { class: "sheet plan" }, this.head, this.busy, this.tabs, this.many, this.rows, this.more);
  /** @type {string | null} */
  cursor = null;
  isApplying = false;

  /**
   * @param {App} app @param {Plan} plan
   * @param {{review: (plan: Plan) => void, begin: () => void, focus: () => void}} page
   */
  constructor(app, plan, page) {
    this.app = app;
    this.api = app.collection.api;
    this.plan = plan;
    this.page = page;
    this.isApplied = plan.status === "applied";
    this.scoreFormat = app.preferences.scoreFormat;
    /** @type {Outcome} */
    this.outcome = outcomesIn(plan.summary)[0] ?? "add";
    this.more.onclick = () => this.fetchRows();
    if (!this.isApplied && plan.lists?.length) this.head.after(new ListChoices(plan.lists, this).box);
  }

  show() {
    this.draw();
    this.fetchRows();
  }

  /** @param {string} method @param {string} path @param {unknown} [content] */
  async ask(method, path, content) {
    const { data } = await this.api.ask(method, `${IMPORTS}/${this.plan.id}${path}`, content, { key: makeId() });
    return data;
  }

  // --- Drawing -------------------------------------------------------------------------

  draw() {
    const { plan, isApplied, outcome } = this;
    this.head.replaceChildren(...nodes([
      h("h2", { tabindex: "-1" }, isApplied ? origin(plan) : t("Review your import")),
      h("p", { class: "lead" }, leadOf(plan)),
      warningsOf(plan).map((warning) => h("p", { class: "muted" }, warning)),
      isApplied ? this.afterwards() : h("div", { class: "plan-tools" },
        this.policyChoice(),
        h("div", { class: "actions" },
          h("button", { type: "button", class: "button", onclick: () => this.discard() }, t("Discard")),
          h("button", { type: "button", class: "button primary", onclick: () => this.apply() }, t("Import"))))]));
    this.tabs.replaceChildren(...outcomesIn(plan.summary).map((name) =>
      h("button", { type: "button", class: "tab", "aria-pressed": String(name === outcome), onclick: () => this.look(name) },
        h("span", {}, outcomes()[name]), h("span", { class: "number" }, number(plan.summary[name])))));
    this.many.replaceChildren(...nodes(!isApplied && ["conflict", "add", "update"].includes(outcome) && [
      outcome === "conflict" && h("button", { type: "button", class: "button", onclick: () => this.decideAll("take") }, t("Use the file for all")),
      h("button", { type: "button", class: "button", onclick: () => this.decideAll("skip") }, t("Skip all"))]));
  }

  policyChoice() {
    const box = select(policies());
    box.value = this.plan.policy;
    box.onchange = () => this.replan({ policy: box.value });
    return h("label", {}, t("If the file and your list differ"), box);
  }

  /** @param {{policy: string} | {lists: {name: string, is_taken: boolean}[]}} choice @returns {Promise<boolean>} whether it was done */
  async replan(choice) {
    try {
      this.plan = await this.ask("PATCH", "", choice);
    } catch (error) {
      sayFailure(error);
      return false;
    }
    if (!this.plan.summary[this.outcome]) this.outcome = outcomesIn(this.plan.summary)[0] ?? this.outcome;
    this.draw();
    this.refetch();
    return true;
  }

  afterwards() {
    return h("div", { class: "actions start" },
      h("a", { class: "button primary", href: "/" }, t("Go to my list")),
      this.plan.operation_id && h("button", { type: "button", class: "button", onclick: () => this.undo() }, t("Undo the import")),
      h("button", { type: "button", class: "button", onclick: () => this.page.begin() }, t("Import another file")));
  }

  // --- Rows ----------------------------------------------------------------------------

  /** @param {Outcome} outcome */
  look(outcome) {
    this.outcome = outcome;
    this.draw();
    this.refetch();
  }

  refetch() {
    this.cursor = null;
    this.rows.replaceChildren();
    return this.fetchRows();
  }

  /** @returns {Promise<void>} */
  async fetchRows() {
    const asked = this.outcome;
    const endWaiting = () => this.rows.querySelector(".whole")?.remove();
    endWaiting();
    if (!this.rows.children.length) this.rows.append(h("li", { class: "whole" }, loading()));
    try {
      const query = new URLSearchParams({ outcome: asked, limit: "60", ...(this.cursor && { cursor: this.cursor }) });
      /** @type {Answer<Row[]>} */
      const { data, meta } = await this.api.ask("GET", `${IMPORTS}/${this.plan.id}/rows?${query}`, undefined, { tries: 2, check: Array.isArray });
      if (asked !== this.outcome) return;
      endWaiting();
      this.rows.append(...data.map((row) => line(row, this)));
      this.cursor = meta.next_cursor ?? null;
      this.more.hidden = !this.cursor;
    } catch (error) {
      if (asked !== this.outcome) return;
      endWaiting();
      this.rows.append(h("li", { class: "whole" }, failed(error, () => this.fetchRows())));
    }
  }

  // --- Deciding ------------------------------------------------------------------------

  /** @param {Decision[]} rows @param {HTMLElement} [item] */
  decide(rows, item) {
    return this.change({ rows }, () => item?.remove());
  }

  /** @param {string} decision */
  decideAll(decision) {
    const where = { outcome: this.outcome };
    return this.change({ where, decision }, () => (this.outcome = outcomesIn(this.plan.summary)[0] ?? this.outcome));
  }

  /** @param {unknown} decisions @param {() => unknown} then */
  async change(decisions, then) {
    try {
      const answer = await this.ask("PATCH", "/rows", decisions);
      if (answer?.summary) this.plan = { ...this.plan, ...answer };
      then();
      this.draw();
      await this.refetch();
    } catch (error) {
      sayFailure(error);
    }
  }

  // --- Doing ---------------------------------------------------------------------------

  /** One at a time: without network it waits. @param {{accept?: "unchanged"}} [accept] @returns {Promise<void>} */
  async apply(accept = {}) {
    if (this.isApplying) return;
    this.isApplying = true;
    this.busy.textContent = navigator.onLine ? t("Importing…") : t("No connection. The import starts when you're back online.");
    try {
      await this.send(accept);
    } finally {
      this.isApplying = false;
      this.busy.textContent = "";
    }
  }

  /** @param {{accept?: "unchanged"}} accept @returns {Promise<void>} */
  async send(accept) {
    try {
      /** @type {Plan} */
      const applied = await this.ask("POST", "/apply", accept);
      await this.app.collection.settle();
      toast(done(applied.summary), applied.operation_id ? { label: t("Undo"), run: () => this.undo(applied.operation_id) } : null);
      this.page.review(applied);
      this.page.focus();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "plan_stale") return sayFailure(error, () => this.apply(accept));
      const isFine = await confirmed(t("Your list changed since this preview. Import the rest and choose for those titles later?"), t("Import the rest"));
      this.plan = { ...this.plan, summary: error.details.summary ?? this.plan.summary };
      this.draw();
      if (isFine) await this.send({ accept: "unchanged" });
    }
  }

  /** @returns {Promise<void>} */
  async undo(operation = this.plan.operation_id) {
    try {
      await this.api.ask("POST", `/api/user/operations/${operation}/undo`, {}, { key: makeId() });
      await this.app.collection.settle();
      toast(t("Import undone."));
      this.page.begin();
    } catch (error) {
      sayFailure(error, () => this.undo(operation));
    }
  }

  /** @returns {Promise<void>} */
  async discard() {
    try {
      await this.ask("DELETE", "");
      this.page.begin();
    } catch (error) {
      sayFailure(error, () => this.discard());
    }
  }
}
