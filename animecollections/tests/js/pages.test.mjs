/** What pages choose and count, without a document. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { SORT_NAMES, USUAL, choose, countsOf, directionOf, fold, queryOf, wantedBy } from "../../../static/js/pages/list/choosing.js";
import { choose as chooseNext } from "../../../static/js/pages/next/choosing.js";
import { limitOf } from "../../../static/js/pages/developers/limits.js";
import { dayAfter, dayAsked, laidOut, placeByKey, weekOf } from "../../../static/js/pages/calendar/week.js";
import { decades, headingOf, isOpenEnded, ofToday, queryOf as browseQuery, shelvesOf, wantedBy as browsedBy } from "../../../static/js/pages/browse/choosing.js";
import { byFormat, byWeekday, hourNote, noteOf, seasonAfter, seasonAsked, seasonOn } from "../../../static/js/pages/season/seasons.js";
import { rulesOf, treeOf } from "../../../static/js/pages/lists/conditions.js";
import { byDay, dayByKey, levelOf, monthAfter, monthIn, totalsOf, weeksOf } from "../../../static/js/pages/diary/month.js";
import { doingsOf } from "../../../static/js/pages/feed/doings.js";
import { sentenceOf } from "../../../static/js/pages/notices/sentences.js";
import { pick, reasonOf } from "../../../static/js/pages/recommendations/choosing.js";
import { around, besides } from "../../../static/js/pages/title/order.js";
import { namesInOrder, nameOf, period, regionsText, regularly, safeLinks } from "../../../static/js/pages/title/told.js";
import { addressOf, hasEnded, leadsTo, nameOf as linkName, thingOf } from "../../../static/js/pages/sharing/things.js";
import { daysIn, daysOf, fiveYears, monthsOf, scoreCounts, statuses, weekdays } from "../../../static/js/pages/statistics/figures.js";
import { changedFields, done, leadOf, outcomesIn } from "../../../static/js/pages/transfer/sentences.js";
import { about, airsNote, airsSoon, dayIn, hasPassed } from "../../../static/js/ui/airs.js";
import { airsAt } from "../../../static/js/ui/airs_at.js";
import { changedStatus, operationText, valueText } from "../../../static/js/ui/changes.js";
import { placeOf, scoreText, statusOf } from "../../../static/js/ui/words.js";
import { contrast, readable } from "../../../static/js/ui/colour.js";
import { HeldOrder } from "../../../static/js/ui/held_order.js";

const entry = (id, more = {}) => ({
  anime_id: id, title: `Title ${id}`, type: "Watching", state: "active", progress: 1, episodes: 12, score: null, rating: null,
  year: null, format: "TV", tags: [], priority: 0, added_at: "2026-01-01", updated_at: "2026-01-01", started_on: null, finished_on: null, ...more,
});
const wanted = (more = {}) => ({ view: "grid", ...USUAL, ...more });
const anyOf = { genresOf: () => [], isFound: () => true };
const ids = (entries) => entries.map(({ anime_id }) => anime_id);

// --- Sharing -----------------------------------------------------------------------------

test("an address leads to what can be shared, and back", () => {
  const lists = [{ id: "1", client_key: "k", name: "Mine", kind: "manual" }, { id: "2", client_key: null, name: "Found", kind: "smart" }];
  const found = (query) => thingOf(new URLSearchParams(query), lists, 2026);
  for (const query of ["of=profile", "of=stats", "of=history", "of=year&id=2025", "of=type&id=To+Watch", "of=list&id=1"]) {
    assert.equal(addressOf(found(query)), `/sharing?${query}`);
  }
  assert.equal(found("of=list&id=k").id, "1");
  assert.equal(found("of=year").id, "2026");
  assert.equal(found("of=type&id=To+Watch").thing, "to_watch");
  for (const query of ["of=list&id=2", "of=list&id=3", "of=type&id=Dropped", "of=constructor", ""]) assert.equal(found(query), undefined);
});

test("a link is named by what it leads to, and ends by itself", () => {
  const link = { of: "type", which: "To Watch", expires_at: null, max_uses: null, uses: 7 };
  assert.equal(linkName(link, []), "To watch");
  assert.equal(linkName({ ...link, of: "year", which: "2025" }, []), "2025 in review");
  assert.ok(leadsTo(link, { of: "type", id: "To Watch" }) && !leadsTo(link, { of: "type", id: "Watching" }));
  const now = Date.parse("2026-12-01T12:00:00Z");
  assert.ok(!hasEnded(link, now));
  assert.ok(hasEnded({ ...link, max_uses: 7 }, now) && !hasEnded({ ...link, max_uses: 8 }, now));
  assert.ok(hasEnded({ ...link, expires_at: "2026-12-01T12:00:00Z" }, now) && !hasEnded({ ...link, expires_at: "2026-12-01T12:00:01Z" }, now));
});

test("who sees what is told with both sides", () => {
  const told = (change) => operationText({ changes: [change], size: 1, undoes_app: "" }, "10");
  const preferences = (before, after) => told({ kind: "preferences", before: before && { preferences: before }, after: after && { preferences: after } });
  assert.equal(preferences({ "audience.watching": "nobody" }, { "audience.watching": "everyone" }), "Who sees Watching: Only you → Everyone.");
  assert.equal(preferences({ theme: "dark", "audience.stats": "link" }, { theme: "light", "audience.stats": "nobody" }),
    "Preferences changed. Who sees Statistics: People with a link → Only you.");
  assert.equal(told({ kind: "preferences", before: {}, after: {} }), "Preferences changed.");
  assert.equal(told({ kind: "list", before: { list: "Mine", audience: "nobody" }, after: { list: "Mine", audience: "link" } }), "Who sees Mine: Only you → People with a link.");
});

// --- The diary ---------------------------------------------------------------------------

test("a month has whole weeks from Monday on", () => {
  const weeks = weeksOf("2026-11");
  assert.equal(weeks.length, 6);
  assert.deepEqual(weeks[0], [null, null, null, null, null, null, "2026-11-01"]);
  assert.deepEqual(weeks[5], ["2026-11-30", null, null, null, null, null, null]);
  assert.deepEqual(weeksOf("2027-02").length, 4); // begins on a Monday
  assert.equal(weeksOf("2024-02").flat().filter(Boolean).length, 29);
});

test("months follow each other over years, and what is no month is this one", () => {
  assert.deepEqual([monthAfter("2026-12", 1), monthAfter("2026-01", -1)], ["2027-01", "2025-12"]);
  assert.deepEqual(["2009-05", "2009-13", "x", ""].map((asked) => monthIn(asked, "2026-11-30")), ["2009-05", "2026-11", "2026-11", "2026-11"]);
});

test("keys walk over days, weeks and months", () => {
  const walked = Object.fromEntries(["ArrowLeft", "ArrowUp", "Home", "End", "PageUp", "PageDown"].map((key) => [key, dayByKey("2026-03-31", key)]));
  assert.deepEqual(walked, {
    ArrowLeft: "2026-03-30", ArrowUp: "2026-03-24", Home: "2026-03-30", End: "2026-04-05", PageUp: "2026-02-28", PageDown: "2026-04-30" });
  assert.equal(dayByKey("2026-03-31", "a"), null);
});

test("a month counts its days, and what is of the month alone, but not what is of the year", () => {
  const row = (watched_on, episodes) => ({ id: watched_on, watched_on, episodes, minutes: episodes * 24 });
  const rows = [row("2026-11-02", 2), row("2026-11-02", 1), row("2026-11-05", 4), row("2026-11", 3), row("2026", 12)];
  assert.deepEqual(totalsOf(rows, "2026-11"), { episodes: 10, minutes: 240, days: 2 });
  assert.deepEqual([...byDay(rows).keys()], ["2026-11-02", "2026-11-05", "2026-11", "2026"]);
  assert.deepEqual([0, 1, 6, 24].map((episodes) => levelOf(episodes, 24)), [0, 1, 1, 4]);
});

// --- When episodes air -------------------------------------------------------------------

test("what airs is told no more exactly than it is known, in the reader's zone", () => {
  const at = "2026-12-05T22:30:00Z";
  assert.equal(dayIn(new Date(at), "Asia/Tokyo"), "2026-12-06");
  assert.equal(airsAt(at, "Asia/Tokyo"), "Sun, Dec 6, 2026, 07:30 AM");
  assert.deepEqual(["2026-12-05", "2026-12", "2026"].map((known) => airsAt(known, "Asia/Tokyo")), ["Dec 5, 2026", "December 2026", "2026"]);
  const now = Date.parse("2026-12-01T12:00:00Z");
  const soon = [at, "2026-12-05", "2026-12-20T08:00:00Z", "2026-12-20", "2027-01"].map((when) => airsSoon(when, "UTC", now));
  assert.deepEqual(soon, ["Sat 10:30 PM", "Sat", "Dec 20", "Dec 20", "January 2027"]);
  assert.deepEqual([about("Sat", true), about("Sat", false)], ["about Sat", "Sat"]);
});

test("a time passes at its minute, a day and a month as a whole", () => {
  const now = Date.parse("2026-12-05T12:00:00Z");
  const passed = ["2026-12-05T12:00:00Z", "2026-12-05T12:01:00Z", "2026-12-05", "2026-12-04", "2026-12", "2026-11"].map((at) => hasPassed(at, "UTC", now));
  assert.deepEqual(passed, [true, false, false, true, false, true]);
});

test("what one watches says how many episodes one is behind, else when the next one airs", () => {
  const now = Date.parse("2026-12-01T12:00:00Z");
  const airing = { episodes_aired: 8, behind_by: 0, progress: 8, next_airs_at: "2026-12-05T22:30:00Z", next_airs_estimated: true };
  const note = (more) => airsNote(entry("1", { ...airing, ...more }), "UTC", now);
  assert.equal(note({}), "about Sat 10:30 PM");
  assert.equal(note({ next_airs_estimated: false }), "next: Sat 10:30 PM");
  assert.equal(note({ progress: 5, behind_by: 2 }), "2 behind"); // as the server says, who knows what was skipped
  assert.equal(note({ next_airs_at: "2026-12-01T11:00:00Z" }), "1 behind"); // it has aired since the server was asked
  assert.equal(note({ next_airs_at: "2026-12-01T11:00:00Z", progress: 9 }), ""); // seen before it aired
  assert.equal(note({ episodes_aired: null, behind_by: null, next_airs_at: null }), "");
  assert.equal(note({ state: "on_hold", behind_by: 2 }), "");
  assert.equal(note({ type: "Completed" }), "");
});

test("a title says when it aired, and its regular times", () => {
  const day = (at) => ({ at, precision: "day" });
  assert.equal(period({ begin: day("1998-04-03"), end: day("1999-04-24") }), "Apr 3, 1998 – Apr 24, 1999");
  assert.equal(period({ begin: day("2001-09-01"), end: day("2001-09-01") }), "Sep 1, 2001");
  assert.equal(period({ begin: day("1999-10"), end: null }), "since October 1999");
  assert.equal(period({ begin: null, end: null }), "");
  const weekly = (at, every_days = 7) => regularly({ broadcast: { start: { at }, every_days } }, "Asia/Tokyo");
  assert.deepEqual([weekly("2026-10-04T08:00:00Z"), weekly("2026-10-04"), weekly("2026-10"), weekly("2026-10-04", 1), weekly("2026-10-04", 14)],
    ["every Sunday at 05:00 PM", "every Sunday", "every week", "every day", "every 14 days"]);
});

test("links of a title lead to https alone, and a bad code of a language is shown as it is", () => {
  const link = (url) => ({ url });
  assert.deepEqual(safeLinks([link("https://a.example"), link("http://b.example"), link("javascript:alert(1)")]), [link("https://a.example")]);
  assert.deepEqual([nameOf("language", "zh-Hans"), nameOf("language", "?"), regionsText(["JP", "US"]), regionsText(["A", "B", "C", "D"])],
    ["Simplified Chinese", "?", "Japan, United States", "4 countries"]);
  assert.deepEqual(namesInOrder([{ language: "de" }, { language: "es-MX" }], "es").map(({ language }) => language), ["es-MX", "de"]);
});

test("a long series shows what is around a title, and what is related besides", () => {
  const series = Array.from({ length: 20 }, (_, id) => ({ id: String(id) }));
  assert.deepEqual(around(series, 0, 4).map(({ id }) => id), ["0", "1", "2", "3"]);
  assert.deepEqual(around(series, 10, 4).map(({ id }) => id), ["8", "9", "10", "11"]);
  assert.deepEqual(around(series, 19, 4).map(({ id }) => id), ["16", "17", "18", "19"]);
  assert.deepEqual(besides([{ id: "3" }, { id: "30" }], series), [{ id: "30" }]);
  assert.deepEqual(besides([{ id: "0" }], series.slice(0, 1)), [{ id: "0" }]);
});

test("a week begins on Monday, over months too, and what is no day is today", () => {
  assert.deepEqual(weekOf("2026-12-06"), ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-05", "2026-12-06"]);
  assert.deepEqual([dayAfter("2026-12-31", 1), dayAfter("2026-03-01", -1)], ["2027-01-01", "2026-02-28"]);
  assert.deepEqual(["2026-12-03", "2026-13-03", "2026-12-99", ""].map((asked) => dayAsked(asked, "2026-11-30")), ["2026-12-03", "2026-11-30", "2026-11-30", "2026-11-30"]);
});

test("what airs is on the reader's day, what has no time last, and a month apart", () => {
  const airs = (airs_at) => ({ airs_at });
  const { days, months } = laidOut(["2026-11-30", "2026-11-30T16:00:00Z", "2026-11-29T23:00:00Z", "2026-12", "2027-01"].map(airs), weekOf("2026-11-30"), "Asia/Tokyo");
  assert.deepEqual(days[0][1].map(({ airs_at }) => airs_at), ["2026-11-29T23:00:00Z", "2026-11-30"]);
  assert.deepEqual(days[1][1].map(({ airs_at }) => airs_at), ["2026-11-30T16:00:00Z"]);
  assert.deepEqual(months, [airs("2026-12")]);
});

test("arrows walk along what airs, and to the next day that has any", () => {
  const counts = [2, 0, 3, 1];
  assert.deepEqual([[0, "ArrowDown"], [0, "ArrowUp"], [1, "ArrowRight"], [4, "ArrowRight"], [4, "ArrowLeft"], [5, "ArrowRight"], [0, "x"]].map(([at, key]) => placeByKey(counts, at, key)),
    [1, null, 3, 5, 1, null, null]);
});

// --- Seasons, and browsing ---------------------------------------------------------------

test("a season has three months, and years follow each other", () => {
  assert.deepEqual(["2026-01-01", "2026-03-31", "2026-04-01", "2026-12-31"].map((day) => seasonOn(day).season), ["winter", "winter", "spring", "fall"]);
  assert.deepEqual(seasonAfter({ year: 2026, season: "fall" }, 1), { year: 2027, season: "winter" });
  assert.deepEqual(seasonAfter({ year: 2026, season: "winter" }, -1), { year: 2025, season: "fall" });
  assert.deepEqual(seasonAsked("/season/1998/spring", "2026-11-30"), { year: 1998, season: "spring" });
  for (const path of ["/season", "/season/98/spring", "/season/1998/autumn"]) assert.deepEqual(seasonAsked(path, "2026-11-30"), { year: 2026, season: "fall" });
});

test("what starts in a season is grouped by kind, and by the weekday in the reader's zone", () => {
  const anime = (id, format, airs = {}) => ({ id, format, ...airs });
  const titles = [
    anime("1", "TV", { first_airs_at: "2026-10-03T16:30:00Z" }), anime("2", "Movie", { first_airs_at: "2026-10-04" }), anime("3", "Special"),
    anime("4", "ONA", { first_airs_at: "2026-10-04T12:00:00Z" }), anime("5", "TV", { first_airs_at: "2026-10" }), anime("6", "TV", { first_airs_at: "2026-10-04" }),
    anime("7", "TV", { first_airs_at: "2026-09-29T12:00:00Z", next_airs_at: "2026-12-06T09:00:00Z" })];
  const told = (groups) => groups.map(([of, some]) => [of, some.map(({ id }) => id).join("")]);
  assert.deepEqual(told(byFormat(titles)), [["TV", "1567"], ["Movie", "2"], ["ONA", "4"], ["OVA", "3"]]);
  const { days, others } = byWeekday(titles, "Asia/Tokyo");
  assert.deepEqual(told(days), [[6, "1746"]]); // Sunday: 1 at 1:30 at night, what has no hour last
  assert.deepEqual(others.map(({ id }) => id), ["2", "3", "5"]);
  assert.deepEqual(told(byWeekday(titles, "UTC").days), [[5, "1"], [6, "746"]]);
});

test("a title of a season says when it begins, or when its next episode airs", () => {
  const now = Date.parse("2026-10-02T12:00:00Z");
  const first = { first_airs_at: "2026-10-03T16:30:00Z", first_airs_estimated: false, episodes_aired: 0, next_airs_at: "2026-10-03T16:30:00Z" };
  assert.equal(noteOf(first, "UTC", now), "from Sat 04:30 PM");
  assert.equal(noteOf({ ...first, first_airs_estimated: true }, "UTC", now), "from about Sat 04:30 PM");
  assert.equal(noteOf({ ...first, episodes_aired: 3, next_airs_at: "2026-10-24T16:30:00Z", next_airs_estimated: true }, "UTC", Date.parse("2026-10-20T12:00:00Z")), "Episode 4: about Sat 04:30 PM");
  assert.equal(noteOf({ first_airs_at: null, next_airs_at: null }, "UTC", now), "");
  assert.equal(noteOf({ first_airs_at: "2027-01" }, "UTC", now), "from January 2027");
  assert.deepEqual([hourNote(first, "UTC", now), hourNote({ first_airs_at: "2026-09-29" }, "UTC", now)], ["04:30 PM · from Sat", "time not known"]);
});

test("the address says what one browses by, and nonsense in it narrows nothing", () => {
  assert.equal(isOpenEnded(browsedBy([["decade", "soon"], ["page", "2"]])), true);
  const wanted = browsedBy([["by", "x"], ["decade", "1990"], ["genre", "Drama"], ["new", "1"]]);
  assert.deepEqual(browseQuery(wanted), { genre: "Drama", on_list: "false", year_min: "1990", year_max: "1999", ordering: "-rating" });
  assert.equal(headingOf(wanted), "Best rated · Drama · 1990s");
  assert.equal(headingOf(browsedBy([["by", "popularity"], ["format", "Movie"], ["status", "airing"]])), "Most popular · Films · Airing now");
  assert.deepEqual(decades(1987), ["1980", "1970", "1960"]);
});

test("shelves of genres are other ones each day, and all have their turn", () => {
  const genres = Array.from({ length: 8 }, (_, at) => ({ name: `Genre ${at}`, count: at }));
  const days = ["2026-11-30", "2026-12-01", "2026-12-02"].map((day) => ofToday(genres, day));
  assert.equal(new Set(days.flat()).size, 8);
  const shelves = shelvesOf(genres, "2026-11-30", () => "Fall");
  assert.equal(shelves[0].path, "/season/2026/fall");
  assert.deepEqual(shelves[2], { name: "Best rated", path: "/browse?by=rating", query: { ordering: "-rating" } });
  assert.equal(shelves.length, 10);
  assert.deepEqual(shelves, shelvesOf(genres, "2026-11-30", () => "Fall"));
});

// --- My list -----------------------------------------------------------------------------

test("a search folds case and accents", () => assert.equal(fold("Ōkami ÉCLAIR"), "okami eclair"));

test("the address says what is wanted, else the last visit, else the usual", () => {
  assert.deepEqual(wantedBy([], {}), wanted());
  assert.deepEqual(wantedBy([], { type: "Completed", view: "table", search: "x" }), wanted({ type: "Completed", view: "table" }));
  assert.deepEqual(wantedBy([["type", "dropped"], ["other", "1"]], { view: "table", sort: "title" }), wanted({ type: "dropped", view: "table" }));
  assert.equal(wantedBy([["type", "nonsense"]], {}).type, USUAL.type);
  assert.deepEqual(queryOf(wanted({ view: "table", type: "all", search: "x" })), { type: "all", search: "x" });
});

test("every sort has both directions, and what has no value comes last in both", () => {
  const entries = [entry("1", { score: 5 }), entry("2"), entry("3", { score: 9 })];
  const sorted = (more) => ids(choose(entries, wanted({ sort: "score", ...more }), anyOf).ofType);
  assert.deepEqual(sorted({}), ["3", "1", "2"]);
  assert.deepEqual(sorted({ reversed: "1" }), ["1", "3", "2"]);
  for (const sort of SORT_NAMES) assert.equal(directionOf(wanted({ sort })), -directionOf(wanted({ sort, reversed: "1" })));
});

test("equal values are in the order of ids, as numbers", () => {
  const entries = ["10", "9", "100"].map((id) => entry(id));
  assert.deepEqual(ids(choose(entries, wanted(), anyOf).ofType), ["9", "10", "100"]);
});

test("filters and search narrow all lists, the tab one of them", () => {
  const entries = [
    entry("1", { year: 1999, tags: ["a"], score: 8 }), entry("2", { year: 2010, type: "Completed" }),
    entry("3", { state: "on_hold" }), entry("4", { format: "Movie", year: 2010 })];
  const find = (more, known = anyOf) => {
    const { found, ofType } = choose(entries, wanted({ type: "all", ...more }), known);
    assert.deepEqual(ids(found).toSorted(), ids(ofType).toSorted());
    return ids(found);
  };
  assert.deepEqual(find({ from: "2000" }), ["2", "4"]);
  assert.deepEqual(find({ to: "2000" }), ["1"]);
  assert.deepEqual(find({ tag: "a" }), ["1"]);
  assert.deepEqual(find({ least: "8" }), ["1"]);
  assert.deepEqual(find({ format: "Movie" }), ["4"]);
  assert.deepEqual(find({ genre: "Comedy" }, { ...anyOf, genresOf: ({ anime_id }) => (anime_id === "3" ? ["Comedy"] : []) }), ["3"]);
  assert.deepEqual(find({ search: "Déath note" }, { ...anyOf, isFound: (one, words) => one.anime_id === "2" && words.join() === "death,note" }), ["2"]);
  assert.deepEqual(ids(choose(entries, wanted({ type: "on_hold" }), anyOf).ofType), ["3"]);
  assert.deepEqual(countsOf(entries), { Watching: 2, Completed: 1, "To Watch": 0, on_hold: 1, dropped: 0, Collection: 0, rewatching: 0 });
});

test("an order that is held keeps its places until it is released", () => {
  const order = new HeldOrder();
  const [one, two, three] = ["1", "2", "3"].map((id) => entry(id));
  const look = (id) => ({ 1: { ...one, type: "Completed" } })[id];
  assert.deepEqual(ids(order.arrange([one, two], look)), ["1", "2"]);
  order.touch();
  const shown = order.arrange([three, two], look);
  assert.deepEqual(ids(shown), ["1", "2", "3"]);
  assert.equal(shown[0].away, "moved");
  assert.equal(order.isStale, true);
  assert.equal(order.arrange([three], () => undefined)[0].away, "removed");
  order.release();
  assert.deepEqual(ids(order.arrange([three, two], look)), ["3", "2"]);
});

// --- Up next -----------------------------------------------------------------------------

test("Up next has what is not finished, the latest first; then what could be started", () => {
  const { active, paused, waiting } = chooseNext([
    entry("1", { updated_at: "2026-01-02" }), entry("2", { updated_at: "2026-01-03" }), entry("3", { progress: 12 }),
    entry("4", { episodes: null, progress: 99 }), entry("5", { state: "on_hold" }),
    entry("6", { type: "To Watch", rating: 9 }), entry("7", { type: "To Watch", priority: 2 }), entry("8", { type: "Completed" })]);
  assert.deepEqual([ids(active), ids(paused), ids(waiting)], [["2", "1", "4"], ["5"], ["7", "6"]]);
});

// --- Statistics --------------------------------------------------------------------------

test("dropped and on hold count as lists of their own", () => {
  const rows = statuses({
    by_type: [{ type: "Watching", titles: 5, mean_score: 7 }, { type: "Completed", titles: 2, mean_score: 8 }],
    by_state: [{ state: "active", titles: 6 }, { state: "on_hold", titles: 1, mean_score: 5 }] });
  assert.deepEqual(rows.map(({ status, titles, mean_score }) => [status, titles, mean_score]),
    [["Watching", 4, null], ["Completed", 2, 8], ["On hold", 1, 5]]);
});

test("scores fall into ten columns, months without episodes are there too", () => {
  assert.deepEqual(scoreCounts([]), []);
  const counts = scoreCounts([{ score: 9.6, titles: 2 }, { score: 10, titles: 1 }, { score: 0.2, titles: 3 }]);
  assert.deepEqual([counts[0][1], counts[9][1]], [3, 3]);
  const months = monthsOf([{ month: "2025-11", episodes: 4 }, { month: "2026-01", episodes: 2 }]);
  assert.deepEqual(months.map(([, episodes]) => episodes), [0, 0, 0, 4, 0, 2]);
  assert.deepEqual(monthsOf([]), []);
});

test("years by five, days of the week in their order, a year of days with its levels", () => {
  assert.deepEqual(fiveYears([{ year: 2004, titles: 1 }, { year: 2000, titles: 2 }, { year: null, titles: 9 }, { year: 1999, titles: 1 }]), [["1995", 1], ["2000", 3]]);
  assert.deepEqual(weekdays([{ weekday: "sunday", episodes: 3 }]).map(([, episodes]) => episodes), [0, 0, 0, 0, 0, 0, 3]);
  const { days, most } = daysOf([{ day: "2026-11-29", episodes: 1 }, { day: "2026-11-30", episodes: 8 }]);
  assert.equal(most, 8);
  assert.deepEqual(days.slice(-2).map(({ name, level }) => [name, level]), [["2026-11-29", 1], ["2026-11-30", 4]]);
  assert.equal(new Date(`${days[0].name}T12:00:00`).getDay(), 1); // a Monday
});

// --- Imports -----------------------------------------------------------------------------

const summary = (more) => ({ rows: 3, add: 0, update: 0, unchanged: 0, conflict: 0, unmatched: 0, refused: 0, ...more });

test("a month in review has a column for each of its days", () => {
  const pairs = daysIn({ year: 2026, month: 2, calendar: [{ day: "2026-02-03", episodes: 5 }] });
  assert.equal(pairs.length, 28);
  assert.deepEqual(pairs[2], ["3", 5]);
  assert.deepEqual(daysIn({ year: 2026, month: 2, calendar: [] }), []);
});

test("a plan says what it would do, and did", () => {
  assert.equal(leadOf({ summary: summary({ add: 2, update: 1 }), status: "planned" }), "2 new titles, 1 change");
  assert.equal(leadOf({ summary: summary({ unchanged: 3 }), status: "planned" }), "Your list is already up to date.");
  assert.equal(leadOf({ summary: summary({ refused: 3 }), status: "planned" }), "Nothing to import.");
  assert.equal(done(summary({ add: 1 })), "Added 1 title.");
  assert.deepEqual(outcomesIn(summary({ refused: 1, add: 1 })), ["add", "refused"]);
});

test("of a new entry, what it does not say is no news", () => {
  assert.deepEqual(changedFields(null, { type: "Watching", state: "active", score: null, tags: [], progress: 3 }), ["type", "progress"]);
  assert.deepEqual(changedFields({ score: 8 }, { score: null }), ["score"]);
  assert.deepEqual(changedFields(null, null), []);
});

// --- Words -------------------------------------------------------------------------------

test("a status is a type, or a state that is not active", () => {
  for (const status of ["Watching", "Completed", "To Watch", "Collection", "on_hold", "dropped", "rewatching"]) {
    assert.equal(statusOf(placeOf(status)), status);
  }
  assert.equal(changedStatus({ state: "active" }, { state: "dropped" }), "Collection");
  assert.equal(changedStatus({ state: "active" }, { state: "on_hold" }), "Watching");
});

test("scores and values as a person says them", () => {
  assert.deepEqual(["100", "10", "5", "3", "10.0"].map((format) => scoreText(7.5, format)), ["75", "8", "★★★★", "🙂", "7.5"]);
  assert.equal(scoreText(null, "10"), "");
  assert.equal(valueText("tags", [], "10"), "–");
  assert.equal(valueText("progress", 1, "10"), "1 episode");
  assert.equal(valueText("notes", "x".repeat(61), "10"), `${"x".repeat(60)}…`);
});

test("an operation in a sentence", () => {
  const change = { kind: "update", anime_id: "1", title: "One", before: { score: null }, after: { score: 8 } };
  const told = (more) => operationText({ changes: [change], size: 1, summary: "", through: "api", file_name: "", ...more }, "10");
  assert.equal(told({}), "One · My score: – → ★ 8.");
  assert.equal(told({ size: 3 }), "One · My score: – → ★ 8. And 2 more.");
  assert.equal(told({ size: 3, through: "import", file_name: "a.csv" }), "Imported 3 titles from a.csv.");
  assert.equal(told({ changes: [{ ...change, kind: "add", after: { type: "Watching", state: "on_hold" } }] }), "Added One to On hold.");
});

test("a notice in a sentence", () => {
  const told = (kind, more) => sentenceOf({ kind, first_episode: more.episode ?? null, episode: null, episodes: 12, airs_at: null, added: false, text: null, ...more }, "Asia/Tokyo");
  assert.equal(told("episode", { episode: 9 }), "Episode 9 aired.");
  assert.equal(told("episode", { first_episode: 3, episode: 5 }), "Episodes 3 to 5 aired.");
  assert.equal(told("first", { episode: 1 }), "The first episode aired.");
  assert.equal(told("first", { episode: 1, episodes: 1 }), "Out now.");
  assert.equal(told("finale", { episode: 12 }), "The last episode aired: 12.");
  assert.equal(told("moved", { episode: 4, airs_at: "2026-12-05" }), "Episode 4 moved to Dec 5, 2026.");
  assert.equal(told("moved", { episode: 4 }), "Episode 4 has no date any more.");
  assert.equal(told("sequel", { airs_at: "2027-01", related_title: "One" }), "Sequel of One, from January 2027.");
  assert.equal(told("sequel", { airs_at: "2027-01", related_title: "One", added: true }), "Sequel of One, from January 2027. Added to To Watch.");
  assert.equal(told("merged", { related_title: "AKIRA" }), "AKIRA is the same title: your entries are one now.");
  assert.equal(told("app", { text: "Ani" }), "Ani");
});

test("an accent colour is readable on every paper", () => {
  for (const paper of ["#faf9f6", "#17181b"]) {
    for (const hex of ["#3498db", "#ffff00", "#101010"]) assert.ok(contrast(readable(hex, paper), paper) >= 4.5);
  }
});

test("a rate limit is read from the headers of an answer", () => {
  assert.deepEqual(limitOf('"read";q=600;w=60', '"read";r=599;t=42'), { most: 600, left: 599, seconds: 42 });
  assert.equal(limitOf(null, null), null);
  assert.equal(limitOf('"read"', '"read";r=1;t=2'), null);
});

test("the undo of an app is one sentence", () => {
  const change = { kind: "remove", title: "Monster", before: {}, after: {} };
  const told = (size) => operationText({ changes: [change], size, undoes_app: "Ani Notes" }, "10.0");
  assert.equal(told(3), "Took back 3 changes of Ani Notes.");
  assert.equal(told(1), "Removed Monster.");
});

test("rules become a tree of single conditions, and rules again", () => {
  const again = (rules) => {
    const { from, root } = treeOf(rules);
    return rulesOf(from, root);
  };
  assert.deepEqual(again({ type: ["Watching", "Completed"], genre: ["Drama", "Horror"], year: 2001 }), {
    from: "watch_list",
    all: [{ any: [{ type: "Watching" }, { type: "Completed" }] }, { all: [{ genre: "Drama" }, { genre: "Horror" }] }, { year: "2001" }],
  });
  assert.deepEqual(again({ from: "catalogue", exclude_genre: ["Drama", "Horror"] }), {
    from: "catalogue", all: [{ not: { any: [{ genre: "Drama" }, { genre: "Horror" }] } }],
  });
  assert.deepEqual(again({ not: { any: [{ tag: "a" }, { not: { tag: "b" } }] } }), {
    from: "watch_list", all: [{ not: { any: [{ tag: "a" }, { not: { tag: "b" } }] } }],
  });
  assert.deepEqual(again({ any: [{ on_list: true }, { year: "" }] }), { from: "watch_list", any: [{ on_list: "true" }] });
  assert.equal(again({ all: [{ any: [{ year: " " }] }] }), null);
});

// --- The feed ----------------------------------------------------------------------------

test("an item of the feed says what matters of what somebody did", () => {
  const said = (did, more = {}) => doingsOf({ did, episodes: null, score: null, total_episodes: 12, ...more }, "10.0").join(", ");
  assert.equal(said(["added"]), "added it");
  assert.equal(said(["added", "planned"]), "plans to watch it");
  assert.equal(said(["added", "started", "watched", "scored"], { episodes: { first: 3, last: 5 }, score: 9 }), "watched episodes 3–5, gave it 9");
  assert.equal(said(["watched", "dropped"], { episodes: { first: 4, last: 4 } }), "watched episode 4, dropped it");
  assert.equal(said(["added", "watched", "completed"], { episodes: { first: 1, last: 12 } }), "completed it");
  assert.equal(said(["watched", "completed"], { episodes: { first: 12, last: 12 } }), "watched episode 12, completed it");
  assert.equal(said(["of a later release"]), "");
});

// --- Recommendations ---------------------------------------------------------------------

test("a recommendation says why, and chance does not give the same twice running", () => {
  const because = (kind) => [{ anime_id: "1", title: "Aria", kind }, { anime_id: "2", title: "Mushishi", kind }];
  assert.equal(reasonOf(because("people")), "People with Aria and Mushishi have it too.");
  assert.equal(reasonOf(because("genres")), "Its genres and studios are like those of Aria and Mushishi.");
  assert.equal(reasonOf([]), "Many people know it.");
  assert.equal(pick(["a", "b"], "a", () => 0), "b");
  assert.equal(pick(["a"], "a", () => 0.9), "a");
  assert.equal(pick([], undefined), undefined);
});
