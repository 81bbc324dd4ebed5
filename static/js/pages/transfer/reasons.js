/** What the server says of a file and its rows, in the reader's language. */

/** @import { CodedSentence } from "../../types.js" */

/**
 * @typedef {object} Table  of a language
 * @property {Record<string, string>} SENTENCES
 * @property {(name: string, value: string) => string} wordsOf
 */

/** English is as the server says it. @type {Record<string, () => Promise<Table>>} */
const TABLES = { es: () => import("./reasons_es.js") };

/** @type {Table | null} */
let table = null;

/** Before the first sentence is shown; without it they stay in English. @param {string} language */
export async function loadReasons(language) {
  table = (await TABLES[language]?.().catch(() => null)) ?? null;
}

/** @param {CodedSentence[] | undefined} coded @param {string} sentence the whole, in English */
export const reasonText = (coded, sentence) =>
  (table && coded?.length ? coded.map(oneText).join(" ") : sentence);

/** @param {CodedSentence} coded */
function oneText({ code, sentence, values }) {
  const template = table?.SENTENCES[code];
  if (!table || !template) return sentence;
  const { wordsOf } = table;
  const text = template.replace(/\{(\w+)\}/g, (_, name) => wordsOf(name, values[name] ?? ""));
  return values.times ? `${text} (${values.times} ×)` : text;
}
