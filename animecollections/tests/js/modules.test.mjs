/** The modules of the web client fit together: a name that is not there stops a whole page. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";

const ROOT = resolve(import.meta.dirname, "../../../static/js");
const files = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith(".js")).map((name) => join(ROOT, name));
const text = (file) => readFileSync(file, "utf8");
const listed = (names) => names.split(",").map((name) => name.trim()).filter(Boolean);
const after = (name) => name.split(/\s+as\s+/).at(-1);

function exportsOf(file) {
  const declared = [...text(file).matchAll(/^export (?:async )?(?:function\*?|class|const|let) ([\w$]+)/gm)].map(([, name]) => name);
  const named = [...text(file).matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, names]) => listed(names).map(after));
  return new Set([...declared, ...named]);
}

test("what a module imports is there", () => {
  assert.ok(files.length > 50);
  for (const file of files) {
    for (const [, names, from] of text(file).matchAll(/^(?:import|export) \{([^}]*)\} from "(\.[^"]+)"/gm)) {
      const there = exportsOf(resolve(dirname(file), from));
      assert.deepEqual(listed(names).map((name) => name.split(/\s+as\s+/)[0]).filter((name) => !there.has(name)), [], `${file} of ${from}`);
    }
  }
});
