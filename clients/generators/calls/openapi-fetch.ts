// openapi-typescript's types, with openapi-fetch.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "../made/openapi-typescript";
import { account, got, list, picture, run, url } from "./checks";

type EntryType = components["schemas"]["EntryType"];

function form(file: Blob, name: string) {
  return { body: { file: "" }, bodySerializer: () => {
    const data = new FormData();
    data.append("file", file, name);
    return data;
  } };
}

run(async () => {
  const visitor = createClient<paths>({ baseUrl: url });
  got((await visitor.POST("/api/auth/signup", { body: account })).data);
  const { email, password } = account;
  const tokens = got(
    (await visitor.POST("/api/auth/token", { body: { email, password } })).data,
  );
  const api = createClient<paths>({
    baseUrl: url,
    headers: { Authorization: `Bearer ${tokens.data.access}` },
  });
  const found = got(
    (await api.GET("/api/animes", { params: { query: { search: "death note" } } })).data,
  );
  assert.equal(found.data[0]?.id, "1535");
  const cursor: string | null | undefined = found.meta.next_cursor;
  assert.equal(cursor, null);

  const watching: EntryType = "Watching";
  const added = got(
    (
      await api.POST("/api/user/watchList", {
        body: { animeId: 1535, type: watching },
        params: { header: { "Idempotency-Key": "once", "X-Client-Id": "typed" } },
      })
    ).data,
  );
  const revision: number = added.data.entry.revision;
  const listed = got((await api.GET("/api/user/watchList")).data);
  assert.equal(listed.data[0]?.type, watching);
  assert.ok(listed.meta.cursor);
  const path = { anime_id: "1535" };
  got((await api.GET("/api/user/watchList/{anime_id}", { params: { path } })).data);
  const scored = got(
    (
      await api.PATCH("/api/user/watchList/{anime_id}", {
        params: { path, header: { "If-Match": `"${revision}"` } },
        body: { score: 9.5 },
      })
    ).data,
  );
  assert.equal(scored.data.score, 9.5);
  const late = await api.PATCH("/api/user/watchList/{anime_id}", {
    params: { path, header: { "If-Match": `"${revision}"` } },
    body: { score: 1 },
  });
  const refusal = got(late.error);
  assert.ok(refusal.code === "revision_mismatch");
  assert.equal(refusal.details.entry?.score, 9.5);
  const more = got(
    (
      await api.POST("/api/user/watchList/{anime_id}/increment", {
        params: { path },
        body: {},
      })
    ).data,
  );
  assert.equal(more.data.progress, 1);
  const batch = got(
    (
      await api.POST("/api/user/watchList/batch", {
        body: { operations: [{ op: "remove", animeId: 7 }, { op: "increment", animeId: 1535 }] },
      })
    ).data,
  );
  assert.equal(batch.data.results[1]?.entry?.progress, 2);
  const counts = got((await api.GET("/api/user/watchList/counts")).data);
  assert.equal(counts.data.by_type["Watching"], 1);
  const operations = got((await api.GET("/api/user/operations")).data);
  const operation_id = operations.data[0]?.id ?? "";
  got(
    (
      await api.POST("/api/user/operations/{operation_id}/undo", {
        params: { path: { operation_id } },
        body: { dry_run: true },
      })
    ).data,
  );
  got((await api.POST("/api/user/searchHistory", { body: { query: "naruto" } })).data);
  const changed = got(
    (await api.PATCH("/api/user/preferences", { body: { theme: "dark" } })).data,
  );
  assert.equal(changed.data.theme, "dark");
  const image = got((await api.POST("/api/uploadImage", form(picture, "me.gif"))).data);
  assert.match(image.data, /\.webp$/);
  const plan = got((await api.POST("/api/user/imports", form(list, "list.xml"))).data);
  assert.equal(plan.data.summary.add, 1);
  got((await api.GET("/api/user/sync")).data);
  const unknown = await api.GET("/api/animes/{anime_id}", {
    params: { path: { anime_id: "7" } },
  });
  const code: string = got(unknown.error).code;
  assert.equal(code, "anime_not_found");
});
