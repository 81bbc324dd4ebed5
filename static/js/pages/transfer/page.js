/** Bringing a list along, as a plan that is looked at first; and taking it away again. */

import { here, keepQuery } from "../../shell/address.js";
import { makeId } from "../../collection/index.js";
import { $, confirmed, failed, h, later, loading, sayFailure, toast } from "../../ui/dom.js";
import { pageOf } from "../../ui/panel.js";
import { changedStatus, fieldName, formatName, number, since, statusName, t, titleCount, valueText } from "../../ui/words.js";

const IMPORTS = "/api/user/imports";
const outcomes = () => ({
  add: t("New"), update: t("Changed"), conflict: t("Needs your choice"), unmatched: t("No match"),
  refused: t("Unreadable"), unchanged: t("Already up to date"),
});
// Where sites give out the file; others have it in their settings.
const EXPORTS = [["MyAnimeList", "https://myanimelist.net/panel.php?go=export"], ["AniList", "https://anilist.co/gdpr/download"]];
// Where a table does not say how its scores are meant, its user does.
const scales = () => [
  ["", t("as the file says")], ["5", t("out of 5")], ["10", t("out of 10")], ["100", t("out of 100")],
];
// MyAnimeList's name for its export has the second it was made at.
const NAMED_BY_TIME = /\banimelist_\d{10}_-_\d/;
const policies = () => [
  ["newest", t("Most recent change")], ["keep", t("Keep mine, add missing")],
  ["overwrite", t("Use the file")], ["max_progress", t("Highest progress")],
];

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const body = h("div", { class: "transfer" });
  main.append(h("header", { class: "page-head" }, h("h1", {}, t("Import and export"))), body);
  const plan = here().query.get("plan"); // one comes back to it from a title's page
  if (plan) app.api.ask("GET", `${IMPORTS}/${plan}`).then((/** @type {any} */ { data }) => review(body, app, data), () => begin(body, app));
  else begin(body, app);
}

/** @param {any} plan */
const origin = ({ summary, format, file_name: name }) => t("{titles} from {format}", { titles: titleCount(summary.rows), format: name ? `${name} (${formatName(format)})` : formatName(format) });

/** @param {any} app */
const api = (app) => app.collection.api;

/** What was done, in one sentence. @param {any} summary */
function done({ add, update }) {
  if (!add) return t("Updated {titles}.", { titles: titleCount(update) });
  return update ? t("Added {titles} and updated {update}.", { titles: titleCount(add), update }) : t("Added {titles}.", { titles: titleCount(add) });
}

/** What would be done. @param {any} summary */
const planned = ({ add, update }) => [
  add && (add === 1 ? t("1 new title") : t("{n} new titles", { n: add })),
  update && (update === 1 ? t("1 change") : t("{n} changes", { n: update })),
].filter(Boolean).join(", ");

/** @param {any} summary */
const nothing = ({ rows, unchanged }) => (unchanged === rows ? t("Your list is already up to date.") : t("Nothing to import."));

// --- One: a file -----------------------------------------------------------------------

/** @param {HTMLElement} body @param {any} app */
function begin(body, app) {
  keepQuery({});
  const input = h("input", { type: "file", class: "unseen", accept: ".xml,.gz,.json,.csv,.zip", onchange: () => input.files[0] && upload(input.files[0]) });
  const busy = h("p", { class: "muted", role: "status" });
  const scale = h("select", {}, scales().map(([value, label]) => h("option", { value }, label)));
  const drop = h("div", { class: "drop sheet" },
    h("h2", {}, t("Import your list")),
    h("p", {}, t("Drop a file from MyAnimeList, AniList, Kitsu, Simkl, Shikimori, Hikka, Anime-Planet, Yamtrack or animecollections, or a CSV of your own. You review it before anything changes.")),
    h("p", { class: "muted" }, t("Export your list from"), " ", EXPORTS.flatMap(([name, address], at) => [at ? " · " : "", h("a", { href: address, rel: "noreferrer", target: "_blank" }, name)])),
    h("p", {}, h("label", {}, t("Scores in a CSV are"), " ", scale)),
    h("p", { class: "actions start" }, h("label", { class: "button primary" }, input, t("Choose a file"))), busy);
  drop.addEventListener("dragover", (/** @type {any} */ event) => (event.preventDefault(), drop.classList.add("over")));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (/** @type {any} */ event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files[0]) upload(event.dataTransfer.files[0]);
  });
  const earlier = h("section", { class: "sheet", hidden: true });
  body.replaceChildren(drop, earlier, exporting(app));
  tellEarlier();

  /** @param {File} file */
  async function upload(file) {
    busy.textContent = t("Reading {name}…", { name: file.name });
    try {
      const form = new FormData();
      form.append("file", file);
      // A file without a time of its own is as old as its copy on the disk.
      if (!NAMED_BY_TIME.test(file.name)) form.append("exported_at", new Date(file.lastModified).toISOString());
      if (scale.value) form.append("scale", scale.value);
      const { data } = await api(app).ask("POST", IMPORTS, form, { key: makeId() });
      review(body, app, data);
    } catch (error) {
      busy.textContent = "";
      sayFailure(error, () => upload(file));
    }
  }

  async function tellEarlier() {
    try {
      const { data } = await api(app).send("GET", IMPORTS);
      if (!data.length) return;
      earlier.hidden = false;
      earlier.append(h("h2", {}, t("Recent imports")), h("ul", { class: "plain" }, data.slice(0, 5).map((/** @type {any} */ plan) =>
        h("li", {}, h("button", { type: "button", class: "link", onclick: () => review(body, app, plan) },
          origin(plan)),
        h("span", { class: "muted" }, ` ${plan.status === "applied" ? t("imported") : t("not imported yet")} · ${since(plan.created_at)}`)))));
    } catch {
      // They are a convenience.
    }
  }
}

// --- Two: the plan -----------------------------------------------------------------------

/** @param {HTMLElement} body @param {any} app @param {any} plan */
function review(body, app, plan) {
  keepQuery({ plan: plan.id });
  const isApplied = plan.status === "applied";
  const names = Object.keys(outcomes());
  let outcome = names.find((name) => plan.summary[name]) ?? "add";
  /** @type {string | null} */
  let cursor = null;
  let isApplying = false;
  const head = h("div", { class: "plan-head" });
  const busy = h("p", { class: "muted", role: "status" });
  const tabs = h("div", { class: "tabs", role: "group", "aria-label": t("Results") });
  const many = h("p", { class: "actions start" });
  const rows = h("ol", { class: "plan-rows" });
  const more = h("button", { type: "button", class: "button", onclick: () => fetchRows() }, t("Show more"));
  body.replaceChildren(h("section", { class: "sheet plan" }, head, busy, tabs, many, rows, more));

  /** @param {string} method @param {string} path @param {any} [content] */
  async function ask(method, path, content) {
    const { data } = await api(app).ask(method, `${IMPORTS}/${plan.id}${path}`, content, { key: makeId() });
    return data;
  }

  function draw() {
    const { add, update } = plan.summary;
    head.replaceChildren(
      h("h2", { tabindex: "-1" }, isApplied ? origin(plan) : t("Review your import")),
      h("p", { class: "lead" }, add + update === 0 ? nothing(plan.summary) : isApplied ? done(plan.summary) : planned(plan.summary)),
      ...(plan.warnings ?? []).map((/** @type {string} */ warning) => h("p", { class: "muted" }, warning)),
      isApplied ? afterwards() : h("div", { class: "plan-tools" },
        policyChoice(),
        h("div", { class: "actions" },
          h("button", { type: "button", class: "button", onclick: () => discard() }, t("Discard")),
          h("button", { type: "button", class: "button primary", onclick: () => apply() }, t("Import")))));
    tabs.replaceChildren(...names.filter((name) => plan.summary[name]).map((name) =>
      h("button", { type: "button", class: "tab", "aria-pressed": String(name === outcome), onclick: () => ((outcome = name), draw(), refetch()) },
        h("span", {}, outcomes()[/** @type {keyof ReturnType<typeof outcomes>} */ (name)]), h("span", { class: "number" }, number(plan.summary[name])))));
    many.replaceChildren(...(isApplied || !["conflict", "add", "update"].includes(outcome) ? [] : [
      outcome === "conflict" && h("button", { type: "button", class: "button", onclick: () => decideAll("take") }, t("Use the file for all")),
      h("button", { type: "button", class: "button", onclick: () => decideAll("skip") }, t("Skip all")),
    ].filter(Boolean)));
  }

  function policyChoice() {
    const box = h("select", { onchange: async () => {
      try {
        plan = await ask("PATCH", "", { policy: box.value });
        draw();
        refetch();
      } catch (error) {
        sayFailure(error);
      }
    } }, policies().map(([name, label]) => h("option", { value: name }, label)));
    box.value = plan.policy;
    return h("label", {}, t("If the file and your list differ"), box);
  }

  const afterwards = () => h("div", { class: "actions start" },
    h("a", { class: "button primary", href: "/" }, t("Go to my list")),
    plan.operation_id && h("button", { type: "button", class: "button", onclick: () => undo() }, t("Undo the import")),
    h("button", { type: "button", class: "button", onclick: () => begin(body, app) }, t("Import another file")));

  function refetch() {
    cursor = null;
    rows.replaceChildren();
    return fetchRows();
  }

  async function fetchRows() {
    const asked = outcome;
    rows.querySelector(".whole")?.remove();
    if (!rows.children.length) rows.append(h("li", { class: "whole" }, loading()));
    try {
      const query = new URLSearchParams({ outcome, limit: "60", ...(cursor && { cursor }) });
      const { data, meta } = await api(app).ask("GET", `${IMPORTS}/${plan.id}/rows?${query}`, undefined, { tries: 2, check: Array.isArray });
      if (asked !== outcome) return;
      rows.querySelector(".whole")?.remove();
      rows.append(...data.map(line));
      cursor = meta.next_cursor ?? null;
      more.hidden = !cursor;
    } catch (error) {
      if (asked !== outcome) return;
      rows.querySelector(".whole")?.remove();
      rows.append(h("li", { class: "whole" }, failed(error, fetchRows)));
    }
  }

  /** @param {any} row */
  function line(row) {
    const item = h("li");
    item.append(...[
      h("div", {}, h("strong", {}, row.anime_id ? h("a", { href: pageOf(row.anime_id) }, row.anime_title) : row.title), row.anime_title && row.anime_title !== row.title && h("span", { class: "muted" }, ` ← ${row.title}`)),
      row.reason && h("p", { class: "muted" }, row.reason),
      differences(row),
      !isApplied && h("div", { class: "actions start" }, choices(row, item)),
    ].filter(Boolean));
    return item;
  }

  /** @param {any} row @param {any} item */
  function choices(row, item) {
    if (row.outcome === "refused" || (row.outcome === "unchanged" && !row.decision)) return [];
    if (row.outcome === "unmatched") return [candidates(row), finder(row)];
    const choice = (/** @type {string | null} */ decision, /** @type {string} */ label) =>
      h("button", { type: "button", class: "button", "aria-pressed": String((row.decision ?? null) === decision), onclick: () => decide([{ row: row.row, decision }], item) }, label);
    return row.outcome === "conflict" ? [choice("take", t("Use the file")), choice("keep", t("Keep mine"))]
      : [choice(row.decision ? null : "skip", row.decision ? t("Include") : t("Skip"))];
  }

  /** @param {any} row */
  const candidates = (row) => (row.candidates ?? []).map((/** @type {any} */ { anime_id, title, format, year }) =>
    h("button", { type: "button", class: "button", onclick: () => decide([{ row: row.row, anime_id, decision: "take" }]) }, `${title} (${[format, year].filter(Boolean).join(", ")})`));

  /** Another title, by its name. @param {any} row */
  function finder(row) {
    const list = h("datalist", { id: `titles-${row.row}` });
    /** @type {any[]} */
    let found = [];
    const input = h("input", {
      type: "search", list: list.id, placeholder: t("Find the title"), "aria-label": t("Which title is {title}?", { title: row.title }),
      oninput: () => {
        const chosen = found.find(({ title }) => title === input.value);
        if (chosen) decide([{ row: row.row, anime_id: chosen.id, decision: "take" }]);
        else look();
      },
    });
    const look = later(async () => {
      if (input.value.trim().length < 2) return;
      const { data } = await api(app).send("GET", `/api/animes?${new URLSearchParams({ search: input.value, limit: "8" })}`).catch(() => ({ data: [] }));
      found = data;
      list.replaceChildren(...data.map((/** @type {any} */ { title }) => h("option", { value: title })));
    }, 250);
    return h("span", {}, input, list);
  }

  /** @param {any[]} decisions @param {any} [item] */
  async function decide(decisions, item) {
    try {
      plan = withSummary(await ask("PATCH", "/rows", { rows: decisions }));
      item?.remove();
      draw();
      await refetch();
    } catch (error) {
      sayFailure(error);
    }
  }

  /** @param {string} decision */
  async function decideAll(decision) {
    try {
      plan = withSummary(await ask("PATCH", "/rows", { where: { outcome }, decision }));
      outcome = names.find((name) => plan.summary[name]) ?? outcome;
      draw();
      await refetch();
    } catch (error) {
      sayFailure(error);
    }
  }

  /** @param {any} answer */
  const withSummary = (answer) => (answer?.summary ? { ...plan, ...answer } : plan);

  /** One at a time: without network it waits. @param {any} [accept] */
  async function apply(accept = {}) {
    if (isApplying) return;
    isApplying = true;
    busy.textContent = navigator.onLine ? t("Importing…") : t("No connection. The import starts when you're back online.");
    try {
      await send(accept);
    } finally {
      isApplying = false;
      busy.textContent = "";
    }
  }

  /** @param {any} accept */
  async function send(accept) {
    try {
      const applied = await ask("POST", "/apply", accept);
      await app.collection.settle();
      toast(done(applied.summary), applied.operation_id && { label: t("Undo"), run: undo });
      review(body, app, applied);
      $("h2", body)?.focus();
    } catch (/** @type {any} */ error) {
      if (error.code !== "plan_stale") return sayFailure(error, () => apply(accept));
      const isFine = await confirmed(t("Your list changed since this preview. Import the rest and choose for those titles later?"), t("Import the rest"));
      plan = { ...plan, summary: error.details.summary ?? plan.summary };
      draw();
      if (isFine) await send({ accept: "unchanged" });
    }
  }

  async function undo() {
    try {
      await api(app).ask("POST", `/api/user/operations/${plan.operation_id}/undo`, {}, { key: makeId() });
      await app.collection.settle();
      toast(t("Import undone."));
      begin(body, app);
    } catch (error) {
      sayFailure(error, undo);
    }
  }

  async function discard() {
    try {
      await ask("DELETE", "");
      begin(body, app);
    } catch (error) {
      sayFailure(error, discard);
    }
  }

  draw();
  fetchRows();

  /** @param {any} row */
  function differences({ before, after }) {
    // Of a new entry, what it does not say is no news.
    const isEmpty = (/** @type {any} */ value) => !value || value === "active" || value.length === 0;
    const fields = Object.keys(after ?? {}).filter((name) => name in (before ?? {}) || !isEmpty(after[name]));
    if (!fields.length) return null;
    const { scoreFormat } = app.preferences;
    const was = before && ("type" in before || "state" in before);
    const rest = fields.filter((name) => name !== "type" && name !== "state").slice(0, 8);
    return h("p", { class: "differences" },
      rest.length < fields.length && h("span", {}, was && h("del", {}, statusName(changedStatus(before, after))), " ", h("ins", {}, statusName(changedStatus(after, before ?? {})))),
      rest.map((name) => h("span", {}, h("span", { class: "muted" }, `${fieldName(name)} `),
        before && name in before && before[name] !== null && before[name] !== "" && h("del", {}, valueText(name, before[name], scoreFormat)), " ",
        h("ins", {}, valueText(name, after[name], scoreFormat)))));
  }
}

// --- And away again ----------------------------------------------------------------------

/** What a format cannot say of this list, in sentences. @param {any} fidelity @returns {any[]} */
function losses({ fields, examples, unnamed, ambiguous }) {
  const told = Object.entries(fields).map(([name, count]) => {
    const [{ title, here, there } = /** @type {any} */ ({})] = examples[name] ?? [];
    const example = title && name !== "extra" && `${title}: ${valueText(name, here, "10.0")} → ${valueText(name, there, "10.0")}`;
    return h("li", {}, h("strong", {}, fieldName(name)), ` · ${titleCount(Number(count))}`, example && h("span", { class: "muted" }, ` · ${example}`));
  });
  if (unnamed) told.push(h("li", {}, t("Titles without an ID there, exported by name: {n}.", { n: unnamed })));
  if (ambiguous) told.push(h("li", {}, t("Titles to choose by hand if you import this file here: {n}.", { n: ambiguous })));
  return told.length ? [h("p", {}, t("This format loses some of your list:")), h("ul", {}, told)] : [h("p", {}, t("This format keeps all of your list."))];
}

/** @param {any} app */
function exporting(app) {
  const lost = h("div", { class: "muted", role: "status" });
  const format = h("select", { onchange: () => tell() },
    [["json", t("animecollections (everything)")], ["mal", formatName("mal")], ["anilist", formatName("anilist")], ["csv", t("Spreadsheet (CSV)")], ["account", t("All my data (ZIP)")]].map(([name, label]) => h("option", { value: name }, label)));
  const link = h("a", { class: "button primary", download: "" }, t("Download"));
  const tell = async () => {
    link.href = `/api/user/export?format=${format.value}`;
    lost.textContent = "";
    if (format.value === "account") return;
    try {
      const { data } = await api(app).send("GET", `/api/user/export/fidelity?format=${format.value}`);
      lost.replaceChildren(...losses(data));
    } catch {
      // Downloads say so themselves.
    }
  };
  tell();
  return h("section", { class: "sheet" }, h("h2", {}, t("Export your list")),
    h("p", {}, t("A file that animecollections and other sites can read.")),
    h("div", { class: "plan-tools" }, h("label", {}, t("Format"), format), h("p", { class: "actions" }, link)), lost);
}

