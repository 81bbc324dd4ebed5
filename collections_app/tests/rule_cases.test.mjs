/** The client library's guess of a change, held to rule_cases.json (test_rule_cases.py). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FIELDS, LARGEST_NUMBER, STATES, guess } from "../../static/js/collection/index.js";
import { learnEpisodes } from "../../static/js/collection/rules.js";

await learnEpisodes();

const python = JSON.parse(process.env.PYTHON_SAYS);
const cases = JSON.parse(readFileSync(new URL("rule_cases.json", import.meta.url)));
const NOW = new Date("2026-11-23T09:30:00Z");
const TODAY = "2026-11-23";

const own = (entry) => entry && Object.fromEntries(FIELDS.map((name) => [name, entry[name]]));
const dated = (fields) => Object.fromEntries(
  Object.entries(fields).map(([name, value]) => [name, value === "today" ? TODAY : value]));

for (const { name, anime: said = { episodes: 12, airing_status: "finished" }, before, operation, becomes, ...more } of cases) {
  test(name, (t) => {
    const anime = { ...said, year: said.year === "last year" ? NOW.getFullYear() - 1 : said.year };
    t.mock.timers.enable({ apis: ["Date"], now: NOW });
    const aired = anime.airing_status === "finished" ? anime.episodes : null;
    const entry = before && { ...anime, episodes_aired: aired, anime_id: "1", ...python.new, ...before };
    const unsent = { id: "a", at: NOW.toISOString(), anime, tried: false, operation: { ...operation, animeId: "1" } };
    const wanted = becomes && dated({ ...python.new, ...before, ...becomes });
    const after = guess(entry, unsent);
    assert.deepEqual(own(after), wanted);
    if ("behind_by" in more) assert.equal(after.behind_by, more.behind_by);
  });
}

test("fields, types, states and limits are the server's", () => {
  assert.deepEqual(FIELDS, python.fields);
  assert.deepEqual(STATES, python.states_of_type);
  assert.deepEqual(Object.keys(STATES).sort(), python.types.toSorted());
  assert.equal(LARGEST_NUMBER, python.largest);
});
