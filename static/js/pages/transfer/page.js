/** Bringing a list along: a file, which becomes a plan; and taking it away again. */

import { makeId } from "../../collection/index.js";
import { here, keepQuery } from "../../shell/address.js";
import { h, pageHead, sayFailure, select } from "../../ui/dom.js";
import { since } from "../../ui/more_words.js";
import { t } from "../../ui/words.js";
import { exporting } from "./exporting.js";
import { IMPORTS, PlanView } from "./plan.js";
import { origin } from "./sentences.js";

/** @import { Answer } from "../../collection/types.js" */
/** @import { App, Plan } from "../../types.js" */

/** Where sites give out the file; others have it in their settings. */
const EXPORTS = [["MyAnimeList", "https://myanimelist.net/panel.php?go=export"], ["AniList", "https://anilist.co/gdpr/download"]];
/** Where a table does not say how its scores are meant, its user does. @returns {[string, string][]} */
const scales = () => [
  ["", t("as the file says")], ["5", t("out of 5")], ["10", t("out of 10")], ["100", t("out of 100")],
];
/** MyAnimeList's name for its export has the second it was made at. */
const NAMED_BY_TIME = /\banimelist_\d{10}_-_\d/;

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new TransferPage(app);
  main.append(pageHead(t("Import and export")), page.body);
  const plan = here().query.get("plan"); // one comes back to it from a title's page
  if (plan) app.api.ask("GET", `${IMPORTS}/${plan}`).then(({ data }) => page.review(data), () => page.begin());
  else page.begin();
}

class TransferPage {
  body = h("div", { class: "transfer" });
  busy = h("p", { class: "muted", role: "status" });
  scale = select(scales());
  earlier = h("section", { class: "sheet", hidden: true });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.api = app.collection.api;
  }

  begin() {
    keepQuery({});
    this.busy.textContent = "";
    this.scale.value = "";
    this.earlier.hidden = true;
    this.body.replaceChildren(this.drop(), this.earlier, exporting(this.app));
    this.tellEarlier();
  }

  /** @param {Plan} plan */
  review(plan) {
    const view = new PlanView(this.app, plan, this);
    keepQuery({ plan: plan.id });
    this.body.replaceChildren(view.box);
    view.show();
  }

  /** What is shown now is read first. */
  focus() {
    this.body.querySelector("h2")?.focus();
  }

  /** Where a file is dropped, or chosen. */
  drop() {
    const input = h("input", { type: "file", class: "unseen", accept: ".xml,.gz,.tgz,.json,.csv,.zip" });
    input.onchange = () => input.files?.[0] && this.upload(input.files[0]);
    const drop = h("div", { class: "drop sheet" },
      h("h2", {}, t("Import your list")),
      h("p", {}, t("Drop a file from MyAnimeList, AniList, Kitsu, Simkl, Shikimori, Hikka, Anime-Planet, Yamtrack, Bangumi, Annict, Ryot, AniDB or animecollections."), " ", t("A CSV of your own is read too, and a viewing history from Netflix, Crunchyroll, Trakt or TV Time. You review it before anything changes.")),
      h("p", { class: "muted" }, t("Export your list from"), " ", EXPORTS.map(([name, address], at) => [at ? " · " : "", h("a", { href: address, rel: "noreferrer", target: "_blank" }, name)])),
      h("p", {}, h("label", {}, t("Scores in a CSV are"), " ", this.scale)),
      h("p", { class: "actions start" }, h("label", { class: "button primary" }, input, t("Choose a file"))), this.busy);
    drop.addEventListener("dragover", (event) => (event.preventDefault(), drop.classList.add("over")));
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      const file = event.dataTransfer?.files[0];
      if (file) this.upload(file);
    });
    return drop;
  }

  /** @param {File} file @returns {Promise<void>} */
  async upload(file) {
    this.busy.textContent = t("Reading {name}…", { name: file.name });
    try {
      const form = new FormData();
      form.append("file", file);
      // A file without a time of its own is as old as its copy on the disk.
      if (!NAMED_BY_TIME.test(file.name)) form.append("exported_at", new Date(file.lastModified).toISOString());
      if (this.scale.value) form.append("scale", this.scale.value);
      const { data } = await this.api.ask("POST", IMPORTS, form, { key: makeId() });
      this.review(data);
    } catch (error) {
      this.busy.textContent = "";
      sayFailure(error, () => this.upload(file));
    }
  }

  async tellEarlier() {
    try {
      /** @type {Answer<Plan[]>} */
      const { data } = await this.api.send("GET", IMPORTS);
      if (!data.length) return;
      this.earlier.hidden = false;
      this.earlier.replaceChildren(h("h2", {}, t("Recent imports")), h("ul", { class: "plain" }, data.slice(0, 5).map((plan) =>
        h("li", {}, h("button", { type: "button", class: "link", onclick: () => this.review(plan) }, origin(plan)),
          h("span", { class: "muted" }, ` ${plan.status === "applied" ? t("imported") : t("not imported yet")} · ${since(plan.created_at)}`)))));
    } catch {
      // They are a convenience.
    }
  }
}
