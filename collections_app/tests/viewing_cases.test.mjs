/** What the client library shows of viewings, held to viewing_cases.json (test_viewing_cases.py). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { timesThrough } from "../../static/js/collection/index.js";

const { new: fresh } = JSON.parse(process.env.PYTHON_SAYS);
const cases = JSON.parse(readFileSync(new URL("viewing_cases.json", import.meta.url)));

for (const { name, entry, rows, shown } of cases) {
  test(name, () => {
    const listed = entry && { id: "7", anime_id: "1", episodes: 12, ...fresh, ...entry };
    const told = timesThrough(rows, listed ?? undefined);
    assert.equal(told.length, shown.length);
    told.forEach((row, at) => {
      const wanted = shown[at];
      assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, row[key]])), wanted);
    });
  });
}
