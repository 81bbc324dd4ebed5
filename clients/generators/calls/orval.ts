// orval's functions around fetch: the address and the token are its caller's to add.
import assert from "node:assert/strict";
import * as api from "../made/orval/api";
import { account, got, list, picture, run, url } from "./checks";

let token = "";
const plainFetch = globalThis.fetch;
globalThis.fetch = (path, init) => {
  const headers = new Headers(init?.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  return plainFetch(`${url}${String(path)}`, { ...init, headers });
};

run(async () => {
  const signedUp = got(await api.signUp(account));
  assert.equal(signedUp.status, 200);
  const { email, password } = account;
  const tokens = got(await api.createTokens({ email, password }));
  assert.ok(tokens.status === 200);
  token = tokens.data.data.access;
  const found = got(await api.getAnimes({ search: "death note" }));
  assert.ok(found.status === 200);
  assert.equal(found.data.data[0]?.id, "1535");
  const added = got(await api.addEntry({ animeId: 1535, type: "Watching" }));
  assert.ok(added.status === 200);
  const entry: api.Entry = added.data.data.entry;
  const listed = got(await api.getWatchList());
  assert.ok(listed.status === 200);
  const type: api.EntryType | undefined = listed.data.data[0]?.type;
  assert.equal(type, "Watching");
  got(await api.getEntry("1535"));
  const headers = { "If-Match": `"${entry.revision}"` };
  const scored = got(await api.changeEntry("1535", { score: 9.5 }, { headers }));
  assert.ok(scored.status === 200);
  assert.equal(scored.data.data.score, 9.5);
  const late = got(await api.changeEntry("1535", { score: 1 }, { headers }));
  assert.ok(late.status === 412);
  assert.equal(late.data.details.entry?.score, 9.5);
  const more = got(await api.incrementEntry("1535", {}));
  assert.ok(more.status === 200);
  assert.equal(more.data.data.progress, 1);
  const batch = got(
    await api.runBatch({
      operations: [{ op: "remove", animeId: 7 }, { op: "increment", animeId: 1535 }],
    }),
  );
  assert.ok(batch.status === 200);
  assert.equal(batch.data.data.results[1]?.entry?.progress, 2);
  const counts = got(await api.getCounts());
  assert.ok(counts.status === 200);
  assert.equal(counts.data.data.by_state.active, 1);
  const operations = got(await api.getOperations());
  assert.ok(operations.status === 200);
  const undone = got(await api.undoOperation(operations.data.data[0]?.id ?? "", { dry_run: true }));
  assert.equal(undone.status, 200);
  got(await api.saveSearch({ query: "naruto" }));
  const changed = got(await api.changePreferences({ theme: "dark" }));
  assert.ok(changed.status === 200);
  assert.equal(changed.data.data.theme, "dark");
  const image = got(await api.uploadImage({ file: picture, kind: "avatar" }));
  assert.ok(image.status === 200);
  assert.match(image.data.data, /\.webp$/);
  const plan = got(await api.planImport({ file: list }));
  assert.ok(plan.status === 200);
  assert.equal(plan.data.data.summary.add, 1);
  got(await api.getChanges());
  const unknown = got(await api.getAnime("7"));
  assert.ok(unknown.status === 404);
  assert.equal(unknown.data.code, "anime_not_found");
});
