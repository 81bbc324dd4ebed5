/** A list as a file, and what the file cannot hold. */

import { fieldName, formatName, valueText } from "../../ui/changes.js";
import { h, select } from "../../ui/dom.js";
import { listsNow, waitingIn } from "../../ui/own_lists.js";
import { downloadWithProof } from "../../ui/proof.js";
import { TYPES, t, titleCount, typeName } from "../../ui/words.js";

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

/** The lists of one's own, as parts to choose. @param {App} app @returns {[string, string][]} */
const listsOf = ({ collection }) =>
  listsNow(collection.wholes.lists, waitingIn(collection)).map(({ id, name }) => [`&list=${encodeURIComponent(id)}`, name]);

/** @param {App} app */
export function exporting(app) {
  const lost = h("div", { class: "muted", role: "status" });
  const format = select([
    ["json", t("animecollections (everything)")], ["mal", formatName("mal")], ["anilist", formatName("anilist")],
    ["csv", t("Spreadsheet (CSV)")], ["account", t("All my data (ZIP)")]]);
  const part = select([["", t("The whole list")], ...TYPES.map((type) => /** @type {[string, string]} */ ([`&type=${encodeURIComponent(type)}`, typeName(type)])), ...listsOf(app)]);
  const link = h("a", {
    class: "button primary", download: "",
    onclick: (event) => { if (format.value === "account") downloadWithProof(app.api, event); },
  }, t("Download"));
  const tell = async () => {
    const isAccount = format.value === "account"; // has all there is
    part.disabled = isAccount;
    const asked = `format=${format.value}${isAccount ? "" : part.value}`;
    link.href = `/api/user/export?${asked}`;
    lost.textContent = "";
    if (isAccount) return;
    try {
      /** @type {Answer<Fidelity>} */
      const { data } = await app.collection.api.send("GET", `/api/user/export/fidelity?${asked}`);
      lost.replaceChildren(...losses(data));
    } catch {
      // Downloads say so themselves.
    }
  };
  format.onchange = part.onchange = tell;
  tell();
  return h("section", { class: "sheet" }, h("h2", {}, t("Export your list")),
    h("p", {}, t("A file that animecollections and other sites can read.")),
    h("div", { class: "plan-tools" }, h("label", {}, t("Format"), format), h("label", {}, t("What"), part), h("p", { class: "actions" }, link)), lost);
}
