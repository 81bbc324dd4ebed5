/**
 * Corrections of the diary. Where there is no network they wait in the queue, as other
 * changes do, and are laid over what the server has told; sent, each is done once.
 */

import { makeId } from "../collection/index.js";
import { sayFailure, toast } from "./dom.js";
import { undoOperation, write } from "./undoable.js";
import { t } from "./words.js";

/** @import { Collection } from "../collection/collection.js" */
/** @import { Unsent } from "../collection/types.js" */
/** @import { App, Watched } from "../types.js" */

export const DIARY = "/api/user/watched";
/** The operation of what was sent, by its id; "" until that is known. @type {Map<string, string>} */
const sent = new Map();
/** What is undone once it has been sent. */
const takenBack = new Set();

/** @typedef {{watched_on?: string, episodes?: number, animeId?: string}} Fields */
/** @typedef {Unsent & {request: {method: string, path: string, body: Fields, ifMatch?: number}, watched: Watched}} Waiting */

/** @param {App} app @returns {Waiting[]} */
export const waitingIn = ({ collection }) => /** @type {Waiting[]} */ ([...collection.unsent, ...collection.unkept].filter(({ watched, id }) => watched && !takenBack.has(id)));

/**
 * Rows as they will be once what waits is done.
 * @param {App} app @param {Watched[]} rows @param {(day: string) => boolean} isHere  whether a row of a day belongs to them
 * @returns {Watched[]}
 */
export function withWaiting(app, rows, isHere) {
  const shown = new Map(rows.map((row) => [row.id, row]));
  for (const { request: { method, body }, watched } of waitingIn(app)) {
    const row = shown.get(watched.id) ?? watched;
    const { watched_on = row.watched_on, episodes = row.episodes } = body ?? {};
    const minutes = Math.round((row.minutes / row.episodes) * episodes);
    if (method === "DELETE") shown.delete(watched.id);
    else shown.set(watched.id, { ...row, watched_on, episodes, minutes, isWaiting: true });
  }
  return [...shown.values()].filter(({ watched_on }) => isHere(watched_on));
}

/**
 * @param {App} app @param {Watched} row  as it is shown; of what is added, as it will be
 * @param {"POST" | "PATCH" | "DELETE"} method @param {Fields | undefined} body @param {string} sentence
 * @param {{revision?: number, changed: () => unknown}} about
 */
export async function correct(app, row, method, body, sentence, { revision, changed }) {
  const { collection } = app;
  const request = { method, path: method === "POST" ? DIARY : `${DIARY}/${row.id}`, body, ifMatch: revision };
  const isAlone = !waitingIn(app).length && navigator.onLine && collection.status !== "offline";
  /** @param {Unsent} unsent @param {Waiting} [before] */
  const wait = (unsent, before) => keep(app, unsent, sentence, changed, before).catch(sayFailure);
  if (isAlone) {
    const whenOffline = (/** @type {string} */ id) => wait(made(id, request, row, true));
    return write(app, method, request.path, body, sentence, { revision, changed, whenOffline });
  }
  const before = waitingIn(app).findLast(({ watched }) => watched.id === row.id);
  if (!before) return wait(made(makeId(), request, row));
  if (!(await drop(collection, before.id))) {
    toast(t("This is being sent. Try again in a moment."));
    return changed();
  }
  const isNew = before.request.method === "POST";
  if (isNew && method === "DELETE") return changed();
  const together = method === "DELETE" ? request : { ...before.request, body: { ...before.request.body, ...body } };
  return wait(made(makeId(), together, before.watched), before);
}

/** @param {string} id @param {Unsent["request"]} request @param {Watched} watched @returns {Unsent} */
const made = (id, request, watched, tried = false) => ({ id, request, watched, tried, at: new Date().toISOString() });

/**
 * In the queue, shown at once, with its way back.
 * @param {App} app @param {Unsent} unsent @param {string} sentence @param {() => unknown} changed @param {Waiting} [before]  that it contains
 */
async function keep(app, unsent, sentence, changed, before) {
  listen(app);
  await app.collection.queue([unsent]);
  toast(sentence, { label: t("Undo"), run: () => takeBack(app, unsent.id, before).then(changed, sayFailure) });
  changed();
}

/** @param {App} app @param {string} id @param {Waiting} [before] */
async function takeBack(app, id, before) {
  if (sent.get(id)) return undoOperation(app, sent.get(id) ?? "");
  takenBack.add(id);
  if (await drop(app.collection, id)) takenBack.delete(id);
  if (before) await app.collection.queue([made(makeId(), before.request, before.watched)]);
  toast(t("Undone."));
}

/** Whether it was not sent yet, and will not be. @param {Collection} collection @param {string} id */
async function drop(collection, id) {
  await collection.undo({ ids: [id], entries: [] });
  return !collection.unsent.some((unsent) => unsent.id === id);
}

const heard = new WeakSet();
/** @param {App} app */
function listen(app) {
  if (heard.has(app.collection)) return;
  heard.add(app.collection);
  app.collection.on("sent", ({ detail: { id, operation = "" } }) => {
    sent.set(id, operation);
    if (takenBack.delete(id) && operation) undoOperation(app, operation).catch(sayFailure);
  });
}
