// What all programs share: the server's address, an account, and a count of the calls.
import assert from "node:assert/strict";

export const url = process.env.SERVER_URL ?? "";
const name = `typed_${process.pid}_${Date.now() % 1e6}`;
export const account = {
  email: `${name}@example.org`,
  password: "Right-Horse-7",
  user_name: name,
};
// The smallest picture there is, and the smallest list of another tracker.
export const picture = new Blob(
  [Buffer.from("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=", "base64")],
  { type: "image/gif" },
);
export const list = new Blob(
  [
    "<?xml version='1.0'?><myanimelist><myinfo><user_export_type>1</user_export_type>" +
      "</myinfo><anime><series_animedb_id>21</series_animedb_id>" +
      "<series_title>One Piece</series_title><my_watched_episodes>3" +
      "</my_watched_episodes><my_score>9</my_score><my_status>Watching</my_status>" +
      "</anime></myanimelist>",
  ],
  { type: "application/xml" },
);

let calls = 0;

/** Counts a call; its answer must be there. */
export function got<T>(answer: T | undefined | null): T {
  calls += 1;
  assert.ok(answer !== undefined && answer !== null, `call ${calls} had no answer`);
  return answer;
}

export function run(program: () => Promise<void>): void {
  program().then(
    () => console.log(`${calls} calls`),
    (error) => {
      console.error(error);
      process.exitCode = 1;
    },
  );
}
