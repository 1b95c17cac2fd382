import { assertEquals } from "@std/assert";
import {
  DOC,
  EMPTY,
  field,
  fields,
  RAND,
  startTestHub,
  type TestHub,
  TOKENS,
} from "../../test_hub.ts";

const BATCH = "/api/buckets/alice/photos/batch";

async function tree(test: TestHub, bucket = "alice/photos"): Promise<readonly unknown[]> {
  return fields((await test.call("GET", `/api/buckets/${bucket}/tree`)).json, "path");
}

async function totals(test: TestHub): Promise<readonly unknown[]> {
  const { json } = await test.call("GET", "/api/buckets/alice/photos");
  return [field(json, "totalFiles"), field(json, "size")];
}

Deno.test("a batch adds, overwrites and deletes, and the bucket's totals follow", async () => {
  await using test = await startTestHub();
  await test.registerRecorded("alice/photos");
  const add = (path: string, xetHash: string) => ({ type: "addFile", path, xetHash });
  const first = await test.batch("alice/photos", add("a", DOC), add("b", RAND), add("c", EMPTY));
  assertEquals([first.status, first.json], [
    200,
    { success: true, processed: 3, succeeded: 3, failed: [] },
  ]);
  assertEquals(await totals(test), [3, 1_100_000]);
  await test.batch("alice/photos", add("a", RAND), { type: "deleteFile", path: "b" });
  assertEquals(await tree(test), ["a", "c"]);
  assertEquals(await totals(test), [2, 900_000]);
});

Deno.test("a file that the CAS does not know cannot be added", async () => {
  await using test = await startTestHub();
  const answer = await test.batch("alice/photos", { type: "addFile", path: "a", xetHash: DOC });
  assertEquals([answer.status, answer.json], [
    422,
    {
      success: false,
      processed: 1,
      succeeded: 0,
      failed: [{ path: "a", error: "Xet hash not found" }],
    },
  ]);
  assertEquals(await tree(test), []);
});

Deno.test("paths that the Hub refuses are told in failed and the others stand", async () => {
  await using test = await startTestHub();
  const bad = [
    ...["/a", "a/", "/", "a//b", "../a", "a/../b", "a../b", "./a", "a/..", "..", "a.."],
    ...["a\\b", "a\0b", "\ud800", "", "a".repeat(1025)],
  ];
  const answer = await test.batch(
    "alice/photos",
    ...["good", ...bad].map((path) => ({ type: "addFile", path, xetHash: EMPTY })),
  );
  assertEquals([answer.status, field(answer.json, "succeeded")], [200, 1]);
  assertEquals(fields(field(answer.json, "failed"), "path"), bad);
  assertEquals(await tree(test), ["good"]);
});

Deno.test("deleting what is not there fails, or succeeds with the switch", async () => {
  await using test = await startTestHub();
  const missing = { type: "deleteFile", path: "missing" };
  const answer = await test.batch("alice/photos", missing);
  assertEquals([answer.status, field(answer.json, "failed")], [
    422,
    [{ path: "missing", error: "File not found" }],
  ]);
  test.hub.switches.settings.failDeleteOfMissing = false;
  assertEquals((await test.batch("alice/photos", missing)).status, 200);
  assertEquals(await totals(test), [0, 0]);
});

Deno.test("content is copied out of buckets that the caller reads and that hold it", async () => {
  await using test = await startTestHub();
  await test.registerRecorded("alice/photos");
  await test.batch("alice/photos", { type: "addFile", path: "a", xetHash: DOC });
  await test.call("POST", "/api/buckets/team/shared", { token: TOKENS.bob });
  await test.call("POST", "/api/buckets/bob/secret", {
    token: TOKENS.bob,
    json: { private: true },
  });
  const copy = async (xetHash: string, sourceRepoId: string, sourceRepoType = "bucket") => {
    const operation = { type: "copyFile", path: "b", xetHash, sourceRepoId, sourceRepoType };
    return field((await test.batch("team/shared", { ...operation, mtime: 1 })).json, "failed");
  };
  const refused = (error: string) => [{ path: "b", error }];
  assertEquals(await copy(RAND, "alice/photos"), refused("Xet hash not found in the source"));
  assertEquals(await copy(DOC, "bob/secret"), refused("Source bucket not found"));
  assertEquals(await copy(DOC, "nobody/none"), refused("Source bucket not found"));
  assertEquals(await copy(DOC, "alice"), refused("Source bucket not found"));
  assertEquals(await copy(DOC, "alice/photos", "model"), refused("Source model not found"));
  assertEquals(await tree(test, "team/shared"), []);
  assertEquals(await copy(DOC, "alice/photos"), []);
  assertEquals(await tree(test, "team/shared"), ["b"]);
});

Deno.test("only those who may write send batches", async () => {
  await using test = await startTestHub();
  await test.call("POST", "/api/buckets/team/shared");
  const send = async (bucket: string, token: string | null) => {
    const body = JSON.stringify({ type: "addFile", path: "a", xetHash: EMPTY });
    const headers = { "Content-Type": "application/x-ndjson" };
    return (await test.call("POST", `/api/buckets/${bucket}/batch`, { token, body, headers }))
      .status;
  };
  assertEquals(await send("alice/photos", null), 401);
  assertEquals(await send("alice/photos", "hf_wrong"), 401);
  assertEquals(await send("alice/photos", TOKENS.aliceRead), 403);
  assertEquals(await send("alice/photos", TOKENS.bob), 403);
  assertEquals(await send("team/shared", TOKENS.carol), 403);
  assertEquals(await send("team/none", TOKENS.bob), 404);
  assertEquals(await send("team/shared", TOKENS.bob), 200);
  assertEquals(await tree(test), []);
});

Deno.test("a body that is not a batch is a 400 for the whole call", async () => {
  await using test = await startTestHub();
  const good = JSON.stringify({ type: "addFile", path: "a", xetHash: EMPTY });
  const send = async (body: BodyInit, type = "application/x-ndjson") =>
    (await test.call("POST", BATCH, { body, headers: { "Content-Type": type } })).status;
  assertEquals(await send(""), 400);
  assertEquals(await send(`${good}\nnonsense`), 400);
  assertEquals(await send(`${good}\n{"type":"deleteFile"}`), 400);
  assertEquals(await send(new Uint8Array([0xff, 0xfe])), 400);
  assertEquals(await send(good, "application/json"), 400);
  assertEquals(await tree(test), []);
});

Deno.test("a file stands beside a directory of its name, or is refused with the switch", async () => {
  await using test = await startTestHub();
  await test.addEmpty("alice/photos", "a", "a/b", "c/d");
  test.hub.switches.settings.refuseFileBesideDirectory = true;
  const add = async (path: string) => {
    const operation = { type: "addFile", path, xetHash: EMPTY };
    return (await test.batch("alice/photos", operation)).status;
  };
  assertEquals([await add("c"), await add("c/d/e"), await add("a/b/x/y")], [422, 422, 422]);
  assertEquals([await add("c/d"), await add("c/e"), await add("cc")], [200, 200, 200]);
});
