/** Where one puts conditions together: groups in groups, each with its conditions. */

import { h, iconButton, select } from "../../ui/dom.js";
import { t } from "../../ui/words.js";
import { CONDITIONS, isLeaf, newGroup, newLeaf } from "./conditions.js";

/** @import { Group, Leaf, Part } from "./conditions.js" */

const DEEPEST = 4; // groups in each other; the server takes one level more
const UNITS = /** @type {() => [string, string][]} */ (() => [["d", t("days")], ["w", t("weeks")], ["m", t("months")], ["y", t("years")]]);
/** What of its parts holds, as one word. @type {() => [string, string][]} */
const JOINTS = () => [["all", t("All of these")], ["any", t("Any of these")], ["not any", t("None of these")], ["not all", t("Not all of these")]];

/**
 * What people choose from.
 * @typedef {{lists: [id: string, name: string][], tags: string[], genres: string[]}} Known
 */

export class RulesForm {
  box = h("div", { class: "rules" });

  /** @param {string} from @param {Group} root @param {Known} known @param {() => void} changed */
  constructor(from, root, known, changed) {
    this.from = from;
    this.root = root;
    this.known = known;
    this.changed = changed;
    this.draw();
  }

  /** Where titles are from decides what can be asked: what cannot, goes. @param {string} from */
  choose(from) {
    this.from = from;
    const kept = (/** @type {Part} */ part) => (isLeaf(part) ? part.name in CONDITIONS[from] : ((part.parts = part.parts.filter(kept)), part.parts.length > 0));
    this.root.parts = this.root.parts.filter(kept);
    if (!this.root.parts.length) this.root.parts.push(newLeaf(from));
    this.redraw();
  }

  draw() {
    this.box.replaceChildren(
      ...["tags", "genres"].map((name) => h("datalist", { id: `known-${name}` }, this.known[/** @type {"tags"} */ (name)].map((value) => h("option", { value })))),
      this.group(this.root, null, 1));
  }

  /** @param {string} [focus]  a selector of what gets the focus */
  redraw(focus) {
    this.draw();
    if (focus) /** @type {HTMLElement | null} */ (this.box.querySelector(focus))?.focus();
    this.changed();
  }

  /** @param {Group} group @param {Group | null} around @param {number} depth @returns {HTMLElement} */
  group(group, around, depth) {
    const joint = select(JOINTS(), { "aria-label": t("What of these holds"), onchange: () => {
      group.isNot = joint.value.startsWith("not ");
      group.joint = /** @type {Group["joint"]} */ (joint.value.replace("not ", ""));
      this.changed();
    } });
    joint.value = (group.isNot ? "not " : "") + group.joint;
    const id = `group-${this.number(group)}`;
    const add = (/** @type {Part} */ part, /** @type {string} */ focus) => (group.parts.push(part), this.redraw(focus));
    return h("fieldset", { class: "rule-group", id },
      h("legend", {}, joint, around && iconButton("close", t("Remove this group"), { onclick: () => this.remove(around, group) })),
      h("ul", {}, group.parts.map((part) => h("li", {}, isLeaf(part) ? this.leaf(part, group) : this.group(part, group, depth + 1)))),
      h("div", { class: "tools" },
        h("button", { type: "button", class: "button small add-condition", onclick: () => add(newLeaf(this.from), `#${id} > ul > li:last-child select`) }, t("Add a condition")),
        depth < DEEPEST && h("button", { type: "button", class: "button small", onclick: () => add(newGroup([newLeaf(this.from)]), `#${id} > ul > li:last-child select`) }, t("Add a group"))));
  }

  /** Each group has one as long as it is edited. @type {Group[]} */
  numbered = [];

  /** @param {Group} group */
  number(group) {
    if (!this.numbered.includes(group)) this.numbered.push(group);
    return this.numbered.indexOf(group);
  }

  /** @param {Group} around @param {Part} part */
  remove(around, part) {
    around.parts = around.parts.filter((one) => one !== part);
    this.redraw(`#group-${this.number(around)} > .tools > .add-condition`);
  }

  // --- One condition -------------------------------------------------------------------

  /** @param {Leaf} leaf @param {Group} around */
  leaf(leaf, around) {
    const what = select(Object.entries(CONDITIONS[this.from]).map(([name, { label }]) => [name, label]), { "aria-label": t("Condition"), onchange: () => {
      Object.assign(leaf, { name: what.value, value: "" });
      const other = this.value(leaf); // the menu stays: whoever types in it types on
      value.replaceWith(other);
      value = other;
      this.changed();
    } });
    what.value = leaf.name;
    let value = this.value(leaf);
    const not = h("input", { type: "checkbox", checked: leaf.isNot });
    not.onchange = () => ((leaf.isNot = not.checked), this.changed());
    return h("div", { class: "rule" }, what, value, h("label", { class: "check" }, not, h("span", {}, t("Not"))), iconButton("close", t("Remove this condition"), { onclick: () => this.remove(around, leaf) }));
  }

  /** @param {Leaf} leaf @returns {HTMLElement} */
  value(leaf) {
    const about = CONDITIONS[this.from][leaf.name] ?? { label: leaf.name, kind: "text" };
    const put = (/** @type {string} */ value) => ((leaf.value = value), this.changed());
    if ("words" in about) return this.among(about.label, about.words, leaf, put);
    if (about.kind === "list") return this.among(about.label, this.known.lists, leaf, put);
    if (about.kind === "within") return this.within(about.label, leaf, put);
    const more = {
      number: { type: "number", min: 0, step: about.step ?? 1, inputmode: "decimal" }, day: { type: "date" },
      tag: { list: "known-tags", maxlength: 50 }, genre: { list: "known-genres", maxlength: 200 }, text: { maxlength: 200 },
    }[about.kind];
    const input = h("input", { "aria-label": about.label, autocomplete: "off", value: leaf.value, ...more });
    input.oninput = () => put(input.value);
    return input;
  }

  /** @param {string} label @param {[string, string][]} words @param {Leaf} leaf @param {(value: string) => void} put */
  among(label, words, leaf, put) {
    const isKnown = !leaf.value || words.some(([value]) => value === leaf.value);
    const box = select([["", t("Choose…")], ...words, .../** @type {[string, string][]} */ (isKnown ? [] : [[leaf.value, leaf.value]])], { "aria-label": label, onchange: () => put(box.value) });
    box.value = leaf.value;
    return box;
  }

  /** @param {string} label @param {Leaf} leaf @param {(value: string) => void} put */
  within(label, leaf, put) {
    const number = h("input", { type: "number", min: 1, max: 9999, inputmode: "numeric", "aria-label": label, value: leaf.value.slice(0, -1) });
    const unit = select(UNITS(), { "aria-label": t("Unit") });
    unit.value = leaf.value.slice(-1) || "d";
    number.oninput = unit.onchange = () => put(number.value && number.value + unit.value);
    return h("span", { class: "pair-of" }, number, unit);
  }
}
