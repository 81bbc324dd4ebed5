/** A secret that is shown once, to be copied. */

import { dialog } from "./dialogs.js";
import { h, toast } from "./dom.js";
import { t } from "./words.js";

/** @param {string} title @param {string} secret */
export function showOnce(title, secret) {
  const text = h("input", { value: secret, "aria-label": title });
  text.readOnly = true;
  text.onfocus = () => text.select();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
      toast(t("Copied."));
    } catch {
      text.focus(); // a browser without a clipboard: it is selected
    }
  };
  const box = dialog({ label: title, class: "small" },
    h("h2", {}, title),
    h("p", {}, t("Copy it now: it isn't shown again. Keep it like a password.")), text,
    h("div", { class: "actions" },
      h("button", { type: "button", class: "button", onclick: copy }, t("Copy")),
      h("button", { type: "button", class: "button primary", onclick: () => box.close() }, t("Done"))));
}
