// hey-api's functions around fetch.
import assert from "node:assert/strict";
import { client } from "../made/hey-api/client.gen";
import * as api from "../made/hey-api";
import { account, got, list, picture, run, url } from "./checks";

run(async () => {
  client.setConfig({ baseUrl: url });
  got((await api.signUp({ body: account })).data);
  const { email, password } = account;
  const tokens = got((await api.createTokens({ body: { email, password } })).data);
  client.setConfig({ baseUrl: url, auth: (way) => (way.scheme === "bearer" ? tokens.data.access : undefined) });
  const found = got((await api.getAnimes({ query: { search: "death note" } })).data);
  assert.equal(found.data[0]?.id, "1535");
  const added = got(
    (
      await api.addEntry({
        body: { animeId: 1535, type: "Watching" },
        headers: { "Idempotency-Key": "once", "X-Client-Id": "typed" },
      })
    ).data,
  );
  const entry: api.Entry = added.data.entry;
  const listed = got((await api.getWatchList()).data);
  const type: api.EntryType | undefined = listed.data[0]?.type;
  assert.equal(type, "Watching");
  const path = { anime_id: "1535" };
  got((await api.getEntry({ path })).data);
  const headers = { "If-Match": `"${entry.revision}"` };
  const scored = got((await api.changeEntry({ path, headers, body: { score: 9.5 } })).data);
  assert.equal(scored.data.score, 9.5);
  const refusal = got((await api.changeEntry({ path, headers, body: { score: 1 } })).error);
  assert.ok(refusal.code === "revision_mismatch");
  assert.equal(refusal.details.entry?.score, 9.5);
  const more = got((await api.incrementEntry({ path, body: { by: 1 } })).data);
  assert.equal(more.data.progress, 1);
  const batch = got(
    (
      await api.runBatch({
        body: { operations: [{ op: "remove", animeId: 7 }, { op: "increment", animeId: 1535 }] },
      })
    ).data,
  );
  assert.equal(batch.data.results[1]?.entry?.progress, 2);
  const counts = got((await api.getCounts()).data);
  assert.equal(counts.data.by_state.active, 1);
  const operations = got((await api.getOperations()).data);
  const operation_id = operations.data[0]?.id ?? "";
  got((await api.undoOperation({ path: { operation_id }, body: { dry_run: true } })).data);
  got((await api.saveSearch({ body: { query: "naruto" } })).data);
  const changed = got((await api.changePreferences({ body: { theme: "dark" } })).data);
  assert.equal(changed.data.theme, "dark");
  const image = got((await api.uploadImage({ body: { file: picture, kind: "avatar" } })).data);
  assert.match(image.data, /\.webp$/);
  const plan = got((await api.planImport({ body: { file: list } })).data);
  assert.equal(plan.data.summary.add, 1);
  got((await api.getChanges()).data);
  const unknown = got((await api.getAnime({ path: { anime_id: "7" } })).error);
  assert.equal(unknown.code, "anime_not_found");
});
