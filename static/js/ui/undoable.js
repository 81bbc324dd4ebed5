/** Writes that go to the server at once, past the queue: each is said with its way back. */

import { Offline, makeId } from "../collection/index.js";
import { sayFailure, toast } from "./dom.js";
import { t } from "./words.js";

/** @import { Answer } from "../collection/types.js" */
/** @import { App } from "../types.js" */

/** Undoes what the server did, and says so. @param {App} app @param {string} id */
export async function undoOperation(app, id) {
  /** @type {Answer<{conflicts?: unknown[]}>} */
  const { data } = await app.collection.api.ask("POST", `/api/user/operations/${id}/undo`, {}, { key: makeId() });
  const left = data.conflicts?.length ?? 0;
  toast(left ? t("Undone. Newer changes kept: {n}.", { n: left }) : t("Undone."));
  app.collection.settle();
}

/**
 * @param {App} app @param {"POST" | "PUT" | "PATCH" | "DELETE"} method @param {string} path @param {unknown} body @param {string} sentence
 * @param {{revision?: number, changed?: (became: "done" | "undone" | "failed") => unknown, whenOffline?: (key: string) => unknown}} [about]
 *   revision: that one decided on, where a newer one is not to be overwritten; changed: what draws it
 *   again; whenOffline: what keeps it for later, under the key that it may have been done by already
 */
export async function write(app, method, path, body, sentence, { revision, changed = () => {}, whenOffline } = {}) {
  const key = makeId();
  /** @type {"done" | "failed"} */
  let became = "failed";
  try {
    const { meta } = await app.collection.api.ask(method, path, body, { key, ifMatch: revision, tries: whenOffline ? 1 : 4 });
    const { operation_id: id } = meta;
    toast(sentence, id ? { label: t("Undo"), run: () => undoOperation(app, id).then(() => changed("undone"), sayFailure) } : null);
    became = "done";
  } catch (error) {
    if (whenOffline && error instanceof Offline) return whenOffline(key);
    sayFailure(error);
  }
  app.collection.settle();
  changed(became);
}
