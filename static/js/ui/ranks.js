/** Where a title stands in a list: as collections_app/own_lists/ranks.py has it; both pass the same cases. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = DIGITS.length;
const WIDTH = 4; // digits of every rank; more of them are a fraction
const FIRST = "V000";
const LARGEST = BASE ** WIDTH - 1;
const LONGEST = 200;

/** Not by language: as the server compares them. @param {string} one @param {string} other */
export const byCode = (one, other) => (one < other ? -1 : Number(one > other));

/**
 * A rank after `low` and before `high`; null stands for an end of the list. Null where there
 * is none: the server makes room then (`after`).
 * @param {string | null} low @param {string | null} high @returns {string | null}
 */
export function between(low, high) {
  if (low === null && high === null) return FIRST;
  if (low !== null && high !== null && low >= high) return null;
  const whole = low !== null ? numberOf(low) + 1 : numberOf(high ?? "") - Number(high?.length === WIDTH);
  if (whole >= 0 && whole <= LARGEST) {
    const text = textOf(whole);
    if (high === null || text < high) return text;
  }
  if (low === null) return null;
  const text = midpoint(low, high);
  return text.length <= LONGEST ? text : null;
}

/** Of its first digits. @param {string} rank */
const numberOf = (rank) => [...rank.slice(0, WIDTH)].reduce((number, digit) => number * BASE + DIGITS.indexOf(digit), 0);

/** @param {number} number */
const textOf = (number) => Array.from({ length: WIDTH }, (_, place) => DIGITS[Math.floor(number / BASE ** (WIDTH - 1 - place)) % BASE]).join("");

/** The digits that both begin with, then one in the middle. @param {string} low @param {string | null} high */
function midpoint(low, high) {
  let found = "";
  for (let place = 0, isBelow = high === null; ; place++) {
    const least = DIGITS.indexOf(low[place] ?? "0");
    const most = isBelow ? BASE : DIGITS.indexOf(high?.[place] ?? "0");
    if (most - least > 1) return found + DIGITS[Math.floor((least + most) / 2)];
    found += DIGITS[least];
    isBelow ||= most > least; // what follows is less than `high`, whatever it is
  }
}
