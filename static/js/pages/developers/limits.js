/** Rate limits, as answers tell them. */

/**
 * Of `"read";q=600;w=60` and `"read";r=599;t=42`: how many in all, how many are left, and
 * for how many seconds.
 * @param {string | null} policy @param {string | null} state
 */
export function limitOf(policy, state) {
  const most = numberIn(policy, "q");
  const left = numberIn(state, "r");
  const seconds = numberIn(state, "t");
  return most === null || left === null || seconds === null ? null : { most, left, seconds };
}

/** @param {string | null} header @param {string} name */
function numberIn(header, name) {
  const found = new RegExp(`;${name}=(\\d+)`).exec(header ?? "");
  return found && Number(found[1]);
}
