/** The ten recovery codes, which are shown once. */

import { dialog } from "../../ui/dialogs.js";
import { h, toast } from "../../ui/dom.js";
import { t } from "../../ui/words.js";

/** @param {string[]} codes */
export function showCodes(codes) {
  const text = codes.join("\n");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast(t("Copied."));
    } catch {
      getSelection()?.selectAllChildren(list); // a browser without a clipboard
    }
  };
  const list = h("ul", { class: "codes" }, codes.map((code) => h("li", {}, h("code", {}, code))));
  const file = h("a", { class: "button", download: "animecollections-recovery-codes.txt", href: `data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}` }, t("Download"));
  const box = dialog({ label: t("Recovery codes"), class: "small" },
    h("h2", {}, t("Recovery codes")),
    h("p", {}, t("If you lose your phone, each of these signs you in once. Keep them safe: they aren't shown again.")), list,
    h("div", { class: "actions" },
      h("button", { type: "button", class: "button", onclick: copy }, t("Copy")), file,
      h("button", { type: "button", class: "button primary", onclick: () => box.close() }, t("I have saved them"))));
}
