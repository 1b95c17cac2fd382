import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertError, field, fields, startTestHub, TOKENS } from "../../test_hub.ts";

Deno.test("a bucket is created under one's name, as 'me', or in an organisation", async () => {
  await using test = await startTestHub();
  for (const [path, id] of [["alice/a", "alice/a"], ["me/b", "alice/b"], ["team/c", "team/c"]]) {
    const { status, json } = await test.call("POST", `/api/buckets/${path}`, { json: {} });
    assertEquals([status, field(json, "url")], [200, `${test.hub.url}/buckets/${id}`]);
    assertMatch(String(field(json, "id")), /^[0-9a-f]{24}$/);
    assertEquals((await test.call("GET", `/api/buckets/${id}`)).status, 200);
  }
});

Deno.test("a taken name is a 409 with the bucket's url", async () => {
  await using test = await startTestHub();
  const answer = await test.call("POST", "/api/buckets/me/photos");
  assertError(answer, 409, null, "You already created this bucket: alice/photos");
  assertEquals(field(answer.json, "url"), `${test.hub.url}/buckets/alice/photos`);
});

Deno.test("a wrong creation is refused and creates nothing", async () => {
  await using test = await startTestHub();
  const create = (path: string, json: unknown, token?: string | null) =>
    test.call("POST", `/api/buckets/${path}`, { json, ...(token === undefined ? {} : { token }) });
  assertEquals((await create("alice/a--b", {})).status, 400);
  assertEquals((await create("alice/..", {})).status, 404, "fetch removes the dots");
  assertEquals((await create("alice/%2E%2Eb", {})).status, 400);
  assertEquals((await create("alice/x", { visibility: "protected" })).status, 400);
  assertEquals((await create("alice/x", { private: "yes" })).status, 400);
  assertEquals((await create("alice/x", { region: "mars" })).status, 400);
  assertEquals((await create("alice/x", [])).status, 400);
  assertEquals((await create("alice/x", {}, null)).status, 401);
  assertEquals((await create("alice/x", {}, "hf_wrong")).status, 401);
  assertEquals((await create("alice/x", {}, TOKENS.aliceRead)).status, 403);
  assertEquals((await create("alice/x", {}, TOKENS.bob)).status, 403);
  assertEquals((await create("others/x", {})).status, 403);
  assertEquals((await create("team/x", {}, TOKENS.carol)).status, 403);
  assertError(
    await test.call("GET", "/api/buckets/alice/x"),
    404,
    "RepoNotFound",
    "Repository not found",
  );
});

Deno.test("info shows what clients read", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", "a", "b");
  const { json } = await test.call("GET", "/api/buckets/alice/photos", { token: null });
  const shown = ["id", "private", "size", "totalFiles"].map((name) => field(json, name));
  assertEquals(shown, ["alice/photos", false, 0, 2]);
  assertMatch(String(field(json, "createdAt")), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

Deno.test("updatedAt grows with every change, even within a millisecond", async () => {
  await using test = await startTestHub({ now: () => 1_800_000_000_000 });
  const seen: string[] = [];
  const look = async () => {
    const { json } = await test.call("GET", "/api/buckets/alice/photos");
    seen.push(String(field(json, "updatedAt")));
  };
  await look();
  await test.addEmpty("alice/photos", "a");
  await look();
  await test.batch("alice/photos", { type: "deleteFile", path: "a" });
  await look();
  await test.call("PUT", "/api/buckets/alice/photos/settings", { json: { private: true } });
  await look();
  assertEquals(seen, [...new Set(seen)].sort());
  await test.batch("alice/photos", { type: "deleteFile", path: "missing" });
  await look();
  assertEquals(seen.at(-1), seen.at(-2), "what changes nothing leaves it");
});

Deno.test("a private bucket is a 401 for nobody, a 404 for others, and seen by members", async () => {
  await using test = await startTestHub();
  await test.call("POST", "/api/buckets/team/secret", { json: { visibility: "private" } });
  await test.call("POST", "/api/buckets/alice/secret", { json: { private: true } });
  const look = (path: string, token: string | null) =>
    test.call("GET", `/api/buckets/${path}`, { token });
  assertError(await look("alice/secret", null), 401, null, "Invalid username or password.");
  assertError(await look("alice/secret", TOKENS.bob), 404, "RepoNotFound", "Repository not found");
  assertEquals((await look("alice/secret", TOKENS.aliceRead)).status, 200);
  assertEquals((await look("team/secret", TOKENS.carol)).status, 200);
  for (const call of ["tree", "xet-read-token", "events"]) {
    assertEquals((await look(`alice/secret/${call}`, null)).status, 401, call);
    assertEquals((await look(`alice/secret/${call}`, TOKENS.bob)).status, 404, call);
  }
});

Deno.test("a missing bucket looks like a private one", async () => {
  await using test = await startTestHub();
  const look = (token: string | null) => test.call("GET", "/api/buckets/alice/none", { token });
  assertError(await look(null), 401, null, "Invalid username or password.");
  assertError(await look(TOKENS.bob), 404, "RepoNotFound", "Repository not found");
});

Deno.test("the list of a namespace comes in pages with absolute links", async () => {
  await using test = await startTestHub();
  test.hub.switches.settings.bucketPageSize = 2;
  for (const name of ["b", "Photos-2", "d"]) {
    await test.call("POST", `/api/buckets/alice/${name}`, { json: { private: name === "d" } });
  }
  const first = await test.call("GET", "/api/buckets/me");
  assertEquals(fields(first.json, "id"), ["alice/Photos-2", "alice/b"]);
  const link = first.headers.get("Link") ?? "";
  const next = /^<(http:\/\/[^>]+)>; rel="next"$/.exec(link)?.[1];
  assert(next !== undefined && next.startsWith(test.hub.url), link);
  const second = await test.call("GET", next.slice(test.hub.url.length));
  assertEquals(fields(second.json, "id"), ["alice/d", "alice/photos"]);
  assertEquals(second.headers.get("Link"), null);
});

Deno.test("the list shows private buckets to members only, and searches names", async () => {
  await using test = await startTestHub();
  await test.call("POST", "/api/buckets/alice/secret", { json: { private: true } });
  const list = async (path: string, token: string | null) =>
    fields((await test.call("GET", `/api/buckets/${path}`, { token })).json, "id");
  assertEquals(await list("alice", TOKENS.alice), ["alice/photos", "alice/secret"]);
  assertEquals(await list("alice", TOKENS.bob), ["alice/photos"]);
  assertEquals(await list("alice", null), ["alice/photos"]);
  assertEquals(await list("alice?search=PHO", null), ["alice/photos"]);
  assertEquals(await list("alice?search=zzz", null), []);
  assertEquals(await list("others", null), []);
  assertEquals((await test.call("GET", "/api/buckets/unknown")).status, 404);
  assertEquals((await test.call("GET", "/api/buckets/me", { token: null })).status, 401);
  assertEquals((await test.call("GET", "/api/buckets/me?cursor=zzz")).status, 400);
});

Deno.test("a bucket is deleted with its files, by those who may write", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", "a");
  const remove = (token: string | null) =>
    test.call("DELETE", "/api/buckets/alice/photos", { token });
  assertEquals((await remove(null)).status, 401);
  assertEquals((await remove(TOKENS.bob)).status, 403);
  assertEquals((await remove(TOKENS.aliceRead)).status, 403);
  assertEquals((await remove(TOKENS.alice)).status, 200);
  assertError(await remove(TOKENS.alice), 404, "RepoNotFound", "Repository not found");
  assertEquals((await test.call("POST", "/api/buckets/alice/photos")).status, 200);
  assertEquals((await test.call("GET", "/api/buckets/alice/photos/tree")).json, []);
});

Deno.test("settings change who sees a bucket", async () => {
  await using test = await startTestHub();
  const set = (json: unknown, token?: string) =>
    test.call("PUT", "/api/buckets/alice/photos/settings", { json, token: token ?? TOKENS.alice });
  assertEquals((await set({ private: true })).status, 200);
  assertEquals((await test.call("GET", "/api/buckets/alice/photos", { token: null })).status, 401);
  assertEquals((await set({ private: false }, TOKENS.bob)).status, 404);
  assertEquals((await set({ private: false }, TOKENS.aliceRead)).status, 403);
  assertEquals((await set({ private: 1 })).status, 400);
  assertEquals((await set({})).status, 400);
  assertEquals((await set({ visibility: "public" })).status, 200);
  assertEquals((await test.call("GET", "/api/buckets/alice/photos", { token: null })).status, 200);
});

Deno.test("a bucket moves with its files, within what one may write", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", "a");
  const move = (fromRepo: unknown, toRepo: unknown, type: unknown = "bucket", token?: string) =>
    test.call("POST", "/api/repos/move", {
      json: { fromRepo, toRepo, type },
      token: token ?? TOKENS.alice,
    });
  assertEquals((await move("alice/photos", "others/x")).status, 403);
  assertEquals((await move("alice/photos", "alice/x", "bucket", TOKENS.bob)).status, 403);
  assertEquals((await move("alice/photos", "alice/x--y")).status, 400);
  assertEquals((await move("alice/photos", "x")).status, 400);
  assertEquals((await move(7, "alice/x")).status, 400);
  assertEquals((await move("alice/photos", "alice/photos")).status, 409);
  assertEquals((await move("alice/photos", "alice/x", "model")).status, 404);
  assertError(await move("alice/none", "alice/x"), 404, "RepoNotFound", "Repository not found");
  assertEquals((await move("alice/photos", "team/pictures")).status, 200);
  assertEquals((await test.call("GET", "/api/buckets/alice/photos")).status, 404);
  const tree = await test.call("GET", "/api/buckets/team/pictures/tree");
  assertEquals(fields(tree.json, "path"), ["a"]);
});

Deno.test("the change feed is a 501", async () => {
  await using test = await startTestHub();
  assertEquals((await test.call("GET", "/api/buckets/alice/photos/events")).status, 501);
});
