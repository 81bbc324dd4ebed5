// openapi-generator's typescript-fetch: a class for each tag, names in camel case.
import assert from "node:assert/strict";
import {
  CatalogueApi,
  Configuration,
  HistoryAndUndoApi,
  ImagesApi,
  ImportsApi,
  ProfileApi,
  ResponseError,
  SearchHistoryApi,
  SigningInApi,
  SyncApi,
  WatchListApi,
} from "../made/typescript-fetch";
import { EntryType, Theme } from "../made/typescript-fetch";
import { account, got, list, picture, run, url } from "./checks";

async function refusal(call: Promise<unknown>): Promise<{ code: string; status: number }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ResponseError) {
      return (await error.response.json()) as { code: string; status: number };
    }
    throw error;
  }
  throw new Error("It was not refused.");
}

run(async () => {
  const { email, password, user_name: userName } = account;
  const visitor = new SigningInApi(new Configuration({ basePath: url }));
  got(await visitor.signUp({ signUpInput: { email, password, userName } }));
  const tokens = got(await visitor.createTokens({ signInInput: { email, password } }));
  const signedIn = new Configuration({ basePath: url, accessToken: tokens.data.access });
  const watchList = new WatchListApi(signedIn);

  const found = got(await new CatalogueApi(signedIn).getAnimes({ search: "death note" }));
  assert.equal(found.data[0]?.id, "1535");
  const added = got(
    await watchList.addEntry({
      addEntryInput: { animeId: 1535, type: EntryType.Watching },
      idempotencyKey: "once",
      xClientId: "typed",
    }),
  );
  const listed = got(await watchList.getWatchList());
  assert.equal(listed.data[0]?.type, EntryType.Watching);
  assert.ok(listed.meta.cursor);
  const one = { animeId: "1535" };
  got(await watchList.getEntry(one));
  const ifMatch = `"${added.data.entry.revision}"`;
  const scored = got(
    await watchList.changeEntry({ ...one, ifMatch, changeEntryInput: { score: 9.5 } }),
  );
  assert.equal(scored.data.score, 9.5);
  const late = got(
    await refusal(watchList.changeEntry({ ...one, ifMatch, changeEntryInput: { score: 1 } })),
  );
  assert.equal(late.code, "revision_mismatch");
  const more = got(await watchList.incrementEntry({ ...one, incrementInput: { by: 1 } }));
  assert.equal(more.data.progress, 1);
  const batch = got(
    await watchList.runBatch({
      batchInput: { operations: [{ op: "remove", animeId: 7 }, { op: "increment", animeId: 1535 }] },
    }),
  );
  assert.equal(batch.data.results[1]?.entry?.progress, 2);
  const counts = got(await watchList.getCounts());
  assert.equal(counts.data.byState.active, 1);
  const history = new HistoryAndUndoApi(signedIn);
  const operations = got(await history.getOperations());
  const operationId = operations.data[0]?.id ?? "";
  got(await history.undoOperation({ operationId, undoInput: { dryRun: true } }));
  got(await new SearchHistoryApi(signedIn).saveSearch({ searchInput: { query: "naruto" } }));
  const changed = got(
    await new ProfileApi(signedIn).changePreferences({ preferencesInput: { theme: Theme.Dark } }),
  );
  assert.equal(changed.data.theme, Theme.Dark);
  const image = got(await new ImagesApi(signedIn).uploadImage({ file: picture }));
  assert.match(image.data, /\.webp$/);
  const plan = got(await new ImportsApi(signedIn).planImport({ file: list }));
  assert.equal(plan.data.summary.add, 1);
  const changes = got(await new SyncApi(signedIn).getChanges());
  assert.ok(changes.meta.cursor);
  const unknown = got(await refusal(new CatalogueApi(signedIn).getAnime({ animeId: "7" })));
  assert.equal(unknown.code, "anime_not_found");
});
