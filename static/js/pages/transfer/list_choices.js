/** Which lists an import puts titles on: those of the file, and tags that become lists. */

import { h, nodes } from "../../ui/dom.js";
import { t, titleCount } from "../../ui/words.js";

/** @import { PlannedList } from "../../types.js" */

export class ListChoices {
  /** @param {PlannedList[]} lists @param {{replan: (choice: {lists: {name: string, is_taken: boolean}[]}) => Promise<boolean>}} plan */
  constructor(lists, plan) {
    this.plan = plan;
    const [own, smart, tags] = ["list", "smart", "tag"].map((kind) => lists.filter((one) => one.kind === kind));
    this.box = h("div", { class: "plan-lists" }, ...nodes([
      own.length && this.group(t("Put titles on these lists"), own, own.length <= 12),
      smart.length && this.group(t("Make these smart lists"), smart, true),
      tags.length && this.group(t("Make lists from tags"), tags, false)]));
  }

  /** @param {string} title @param {PlannedList[]} lists @param {boolean} isOpen */
  group(title, lists, isOpen) {
    const box = h("details", {}, h("summary", {}, title),
      h("ul", { class: "plain", "aria-label": title }, lists.map((one) => h("li", {}, this.choice(one)))));
    box.open = isOpen;
    return box;
  }

  /** @param {PlannedList} one */
  choice({ name, kind, titles, is_taken: isTaken, list_id: here }) {
    const box = h("input", { type: "checkbox", checked: isTaken });
    box.onchange = async () => {
      box.disabled = true; // one at a time: the plan is judged anew for each
      const wanted = box.checked;
      box.checked = (await this.plan.replan({ lists: [{ name, is_taken: wanted }] })) === wanted;
      box.disabled = false;
      box.focus();
    };
    const about = kind === "smart" ? here && t("you have a smart list of this name, which stays")
      : [titleCount(titles), here && t("on your list of this name")].filter(Boolean).join(" · ");
    return h("label", { class: "check" }, box, h("span", {}, name, " ", h("small", { class: "muted" }, about)));
  }
}
