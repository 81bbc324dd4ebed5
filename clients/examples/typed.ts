/** What an editor knows of the package; compiled, never run. */

import { Collection, NoCookie, Refused, Tokens, signIn, type Keep, type Snapshot } from "animecollections-client";

const keep: Keep = { load: async () => null, save: (pair) => console.log(pair?.refresh) };
const tokens = await Tokens.signIn({ email: "a@example.org", password: "" }, { base: "https://anime.example.org", keep });
const collection = await Collection.open(await tokens.user(), { ...tokens.options, poll: 30 });

const ends: () => void = collection.subscribe((snapshot: Snapshot) => snapshot.entries[0]?.progress.toFixed());
collection.on("conflict", ({ detail }) => collection.resolve(detail.animeId, "yours"));
collection.on("refused", ({ detail: { error } }) => error instanceof Refused && error.code.trim());
const change = await collection.move(["1535"], "Watching", "on_hold");
await collection.undo(change);
ends();

// @ts-expect-error: no such event
collection.on("changes", () => {});
// @ts-expect-error: no such type
await collection.move(["1535"], "Seen");
// @ts-expect-error: a snapshot never changes
collection.snapshot().entries.push();

try {
  await signIn({ email: "a@example.org", password: "" });
} catch (error) {
  if (error instanceof NoCookie) console.log(error.message);
}
