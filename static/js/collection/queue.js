/** The queue of what is to be sent: pure functions on it. */

import { makeId } from "./api.js";
import { FIELDS, WHOLES, dayOn, fieldsIn, isSame } from "./rules.js";

/** @import { Conflict, Entry, FieldName, Operation, Result, Unsent, Wholes } from "./types.js" */

const MOST_AT_ONCE = 200; // operations a batch

/**
 * What is to be sent next: one request, or a run of operations. An operation that
 * depends on a revision waits for the answer to those before it on the same anime.
 * What was sent before is sent as it was.
 * @param {Unsent[]} queue @returns {Unsent[]}
 */
export function takeNext(queue) {
  /** @type {Unsent[]} */
  const batch = [];
  const animes = new Set();
  for (const unsent of queue) {
    if (unsent.request) return batch.length ? batch : [unsent];
    const operation = /** @type {Operation} */ (unsent.operation);
    if (operation.op === "update" && !unsent.tried) {
      if (animes.has(operation.animeId)) break;
      operation.if_revision = unsent.seen?.revision || undefined;
    }
    animes.add(operation.animeId);
    batch.push(unsent);
    if (batch.length === MOST_AT_ONCE) break;
  }
  return batch;
}

/**
 * The entry as another device made it, null where it removed it; undefined where an
 * answer is none of this kind.
 * @param {Unsent} unsent @param {Result} answer @returns {Entry | null | undefined}
 */
export function overtakenBy({ operation }, answer) {
  if (answer.code === "revision_mismatch") return answer.details.entry;
  return answer.code === "entry_not_found" && operation?.op === "update" ? null : undefined;
}

/**
 * A change of a day that the server takes for one to come, as the clock of this device is
 * wrong: to be sent again, on the day that the server has. Null where that is not so.
 * @param {Unsent} unsent @param {Result} answer @returns {Unsent | null}
 */
export function withoutDay(unsent, answer) {
  const made = /** @type {Operation} */ (unsent.operation);
  const name = made.op === "viewing_begin" ? "started_on" : "watched_on";
  const { [name]: day, ...operation } = made;
  const isOfClock = answer.fields?.[name] && day === dayOn(new Date(unsent.at));
  return isOfClock ? { ...unsent, operation, tried: false } : null;
}

/**
 * A change that another device overtook: to be sent again, decided on the entry as it
 * is now, where the two touched different things; else for the user to decide.
 * @param {Unsent} unsent @param {Entry | null} theirs @returns {Unsent | Conflict}
 */
export function merge(unsent, theirs) {
  const { op: _, animeId, if_revision, quiet: __, ...yours } = /** @type {Operation} */ (unsent.operation);
  const [now, seen] = [theirs, unsent.seen];
  const names = fieldsIn(yours).filter((name) => FIELDS.includes(name));
  // What is said of episodes is said over the progress that one saw.
  const touched = [...names, ...(names.includes("episode_ranges") ? /** @type {FieldName[]} */ (["progress"]) : [])];
  const clash = touched.filter(
    (name) => !isSame(now?.[name], seen?.[name]) && !isSame(now?.[name], yours[name]),
  );
  if (theirs && !clash.length) {
    return { ...unsent, id: makeId(), seen: theirs, tried: false };
  }
  const pick = (/** @type {Entry | null | undefined} */ of) =>
    Object.fromEntries(names.map((name) => [name, of?.[name] ?? null]));
  return {
    animeId, title: now?.title ?? seen?.title ?? animeId, type: seen?.type ?? "To Watch",
    seen: pick(seen), yours, theirs: theirs && pick(now), at: unsent.at,
  };
}

/**
 * Two conflicts of one anime as one: nothing that was typed is lost.
 * @param {Conflict | undefined} one @param {Conflict} next @returns {Conflict}
 */
export function together(one, next) {
  if (!one) return next;
  return {
    ...next,
    seen: { ...next.seen, ...one.seen },
    yours: { ...one.yours, ...next.yours },
    theirs: next.theirs && { ...one.theirs, ...next.theirs },
  };
}

/**
 * The operation that takes back what a change made of an entry, and nothing that was
 * changed since; null where there is nothing to take back.
 * @param {string} animeId @param {Entry | null} was @param {Entry | null} became
 * @param {Entry | null} now @param {string} [day]  on which the change counted episodes
 * @returns {Operation | null}
 */
export function stepBack(animeId, was, became, now, day) {
  if (!was) return now && { op: "remove", animeId };
  const restore = (/** @type {FieldName[]} */ names) =>
    Object.fromEntries(names.map((name) => [name, was[name]]));
  if (!now) return { op: "add", animeId, ...restore(FIELDS) };
  const names = FIELDS.filter((name) => !isSame(was[name], became?.[name]) && !isSame(was[name], now[name]));
  if (!names.length) return null;
  // A type sets its state, so that the two go together.
  if (names.includes("type") && !names.includes("state")) names.push("state");
  const isLess = names.includes("progress") && now.progress > was.progress;
  return { op: "update", animeId, ...restore(names), ...(isLess && day && { watched_on: day }) };
}

/**
 * The operation that makes a viewing active again which a change of its entry has ended:
 * no field of the entry does. Null where it has not, or was undone since.
 * @param {string} animeId @param {number | undefined} viewing  that was active before
 * @param {Entry | null} was @param {Entry | null} became @param {Entry | null} now
 * @returns {Operation | null}
 */
export function reopening(animeId, viewing, was, became, now) {
  if (!viewing || !was || !isEnded(became) || !isEnded(now)) return null;
  return { op: "viewing_update", animeId, number: viewing, state: "active", progress: was.progress };
}

/** Whether no viewing of it is active. @param {Entry | null} entry */
const isEnded = (entry) => entry?.type === "Completed" || entry?.state === "dropped";

/** @param {Partial<Wholes>} wholes @param {Partial<Wholes>} changes  @returns {(keyof Wholes)[]} the names of what is new */
export function keepWholes(wholes, changes) {
  const names = WHOLES.filter(
    (name) => changes[name] !== null && changes[name] !== undefined,
  );
  Object.assign(wholes, Object.fromEntries(names.map((name) => [name, changes[name]])));
  return names;
}

/** @param {Unsent[]} queue @returns {string[]} */
export const idsOf = (queue) => queue.flatMap(({ operation }) => (operation?.animeId ? [operation.animeId] : []));

/** @param {Unsent[]} queue */
export const namesOfWholes = (queue) =>
  /** @type {(keyof Wholes)[]} */ (queue.flatMap(({ wholes }) => Object.keys(wholes ?? {})));
