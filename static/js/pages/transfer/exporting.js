/** A list as a file, and what the file cannot hold. */

import { fieldName, formatName, valueText } from "../../ui/changes.js";
import { h, select } from "../../ui/dom.js";
import { downloadWithProof } from "../../ui/proof.js";
import { t, titleCount } from "../../ui/words.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Fidelity } from "../../types.js" */

/** What a format cannot say of this list, in sentences. @param {Fidelity} fidelity */
function losses({ fields, examples, unnamed, ambiguous, lists }) {
  const told = Object.entries(fields).map(([name, count]) => {
    const [first] = examples[name] ?? [];
    const example = first && name !== "extra" && `${first.title}: ${valueText(name, first.here, "10.0")} → ${valueText(name, first.there, "10.0")}`;
    return h("li", {}, h("strong", {}, fieldName(name)), ` · ${titleCount(count)}`, example && h("span", { class: "muted" }, ` · ${example}`));
  });
  if (unnamed) told.push(h("li", {}, t("Titles without an ID there, exported by name: {n}.", { n: unnamed })));
  if (ambiguous) told.push(h("li", {}, t("Titles to choose by hand if you import this file here: {n}.", { n: ambiguous })));
  if (lists) told.push(h("li", {}, t("Lists of your own that would not come back: {n}.", { n: lists })));
  return told.length ? [h("p", {}, t("This format loses some of your list:")), h("ul", {}, told)] : [h("p", {}, t("This format keeps all of your list."))];
}

/** @param {App} app */
export function exporting(app) {
  const lost = h("div", { class: "muted", role: "status" });
  const format = select([
    ["json", t("animecollections (everything)")], ["mal", formatName("mal")], ["anilist", formatName("anilist")],
    ["csv", t("Spreadsheet (CSV)")], ["account", t("All my data (ZIP)")]]);
  const link = h("a", {
    class: "button primary", download: "",
    onclick: (event) => { if (format.value === "account") downloadWithProof(app.api, event); },
  }, t("Download"));
  const tell = async () => {
    link.href = `/api/user/export?format=${format.value}`;
    lost.textContent = "";
    if (format.value === "account") return;
    try {
      /** @type {Answer<Fidelity>} */
      const { data } = await app.collection.api.send("GET", `/api/user/export/fidelity?format=${format.value}`);
      lost.replaceChildren(...losses(data));
    } catch {
      // Downloads say so themselves.
    }
  };
  format.onchange = tell;
  tell();
  return h("section", { class: "sheet" }, h("h2", {}, t("Export your list")),
    h("p", {}, t("A file that animecollections and other sites can read.")),
    h("div", { class: "plan-tools" }, h("label", {}, t("Format"), format), h("p", { class: "actions" }, link)), lost);
}
