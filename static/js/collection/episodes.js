/** Episodes out of order, as the server has them (collections_app/watch_list/episode_ranges.py): "1-12,14". */

/** @import { Entry, EpisodeRanges, Sent } from "./types.js" */

/** @param {string | null} [text] @returns {number[]} */
export const numbersIn = (text) => (text ? text.split(",") : []).flatMap((range) => {
  const [first, last = first] = range.split("-").map(Number);
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
});

/** @param {Iterable<number>} numbers */
export function rangesOf(numbers) {
  /** @type {number[][]} */
  const spans = [];
  for (const number of [...numbers].sort((one, other) => one - other)) {
    const span = spans.at(-1);
    if (span?.[1] === number - 1) span[1] = number;
    else spans.push([number, number]);
  }
  return spans.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join();
}

/** All of what an entry says of episodes. @param {Pick<Entry, "progress" | "episode_ranges">} entry @returns {EpisodeRanges} */
export const episodesOf = ({ progress, episode_ranges: ranges }) =>
  ranges ?? { watched: progress ? (progress === 1 ? "1" : `1-${progress}`) : "", skipped: "" };

/** How many of the first so many are neither watched nor skipped. @param {Entry} entry @param {number} count */
export function leftOf(entry, count) {
  const { watched, skipped } = episodesOf(entry);
  const said = new Set([...numbersIn(watched), ...numbersIn(skipped)].filter((number) => number <= count));
  return count - said.size;
}

/** Whether what is sent has more that was watched. @param {EpisodeRanges | null | undefined} said @param {Entry | null} seen */
export const hasMore = (said, seen) =>
  numbersIn(said?.watched).length > (seen?.episode_ranges ? numbersIn(seen.episode_ranges.watched).length : seen?.progress ?? 0);

/**
 * What is sent of episodes, over what stood there, with the progress that follows from it.
 * A list that is not sent stays, but for what the other one has.
 * @param {Entry} before @param {Sent} sent @returns {Pick<Entry, "progress" | "episode_ranges"> | null}  null: nothing new
 */
export function saidOver(before, { episode_ranges: said }) {
  if (!said || JSON.stringify(said) === JSON.stringify(before.episode_ranges)) return null;
  const { watched, skipped } = episodesOf(before);
  const all = new Set(numbersIn(said.watched ?? watched));
  const none = new Set(numbersIn(said.skipped ?? skipped));
  const [stood, over] = "skipped" in said ? [all, none] : [none, all];
  for (const number of over) stood.delete(number);
  const now = { progress: 0, episode_ranges: { watched: rangesOf(all), skipped: rangesOf(none) } };
  joinRun(now, 0);
  return now;
}

/**
 * Progress is the last of an unbroken run: it goes on over what was watched ahead or skipped.
 * @param {Pick<Entry, "progress" | "episode_ranges">} entry @param {number} was  progress, with which its episodes were told
 */
export function joinRun(entry, was) {
  if (!entry.episode_ranges) return;
  const skipped = new Set(numbersIn(entry.episode_ranges.skipped));
  const ahead = numbersIn(entry.episode_ranges.watched).filter((number) => number > was);
  if (entry.progress < was) for (let next = entry.progress + 1; skipped.delete(next); next += 1);
  const seen = new Set([...skipped, ...ahead]);
  while (seen.has(entry.progress + 1)) entry.progress += 1;
  const watched = new Set(ahead);
  for (let number = 1; number <= entry.progress; number += 1) if (!skipped.has(number)) watched.add(number);
  const isPlain = !skipped.size && watched.size === entry.progress;
  entry.episode_ranges = isPlain ? null : { watched: rangesOf(watched), skipped: rangesOf(skipped) };
}
