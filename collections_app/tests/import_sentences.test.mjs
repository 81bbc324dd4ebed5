/** What an import says in other languages: each of the server's sentences. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { loadReasons, reasonText } from "../../static/js/pages/transfer/reasons.js";
import { SENTENCES } from "../../static/js/pages/transfer/reasons_es.js";

const { sentences } = JSON.parse(process.env.PYTHON_SAYS);
const valuesIn = (template) => [...new Set(template.match(/\{\w+\}/g))].sort();

test("every sentence of the server is there in Spanish, with its values", () => {
  assert.deepEqual(Object.keys(SENTENCES).sort(), Object.keys(sentences).sort());
  for (const [code, template] of Object.entries(SENTENCES)) {
    assert.deepEqual(valuesIn(template), valuesIn(sentences[code]), code);
  }
});

test("Spanish is by code, and what has none stays as the server says it", async () => {
  const coded = [
    { code: "recognised", sentence: "Recognised by its name and year.", values: { grounds: "name and year" } },
    { code: "new_one", sentence: "Something new.", values: {} },
  ];
  assert.equal(reasonText(coded, "in English"), "in English");
  await loadReasons("es");
  assert.equal(reasonText(coded, "in English"), "Reconocido por su nombre y año. Something new.");
  assert.equal(reasonText([], "in English"), "in English");
  await loadReasons("en");
  assert.equal(reasonText(coded, "in English"), "in English");
});
