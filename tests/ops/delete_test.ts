import { assertEquals } from "@std/assert";
import type { Operations } from "../../lib/s3/operations.ts";
import type { CommitEntry } from "../../lib/store/object_store.ts";
import { MemoryStore } from "../support/memory_store.ts";
import { BUCKET, opsUnderTest, s3Error } from "./ops_under_test.ts";

type Objects = Operations["DeleteObjects"]["input"]["objects"];

const deleteInput = (objects: Objects) => ({ bucket: BUCKET, quiet: false, objects });

Deno.test("DeleteObject deletes what is there and what is not", async () => {
  const { run, put, textOf, codeOf } = await opsUnderTest();
  await put("key");
  const input = { bucket: BUCKET, key: "key", conditions: {} };
  await run("DeleteObject", input);
  assertEquals(await textOf("key"), undefined);
  await run("DeleteObject", input);
  assertEquals(await codeOf("DeleteObject", { ...input, bucket: "missing" }), "NoSuchBucket");
});

Deno.test("DeleteObject with If-Match deletes only that; a key that is not there is deleted", async () => {
  const { run, put, textOf } = await opsUnderTest();
  const { etag } = await put("key");
  const input = (ifMatch: readonly string[] | "*", key = "key") => ({
    bucket: BUCKET,
    key,
    conditions: { ifMatch },
  });
  const { code, fields } = await s3Error(run("DeleteObject", input(["x"])));
  assertEquals([code, fields], ["PreconditionFailed", { Condition: "If-Match" }]);
  assertEquals(await textOf("key"), "key");
  await run("DeleteObject", input(["x"], "none"));
  await run("DeleteObject", input([etag]));
  assertEquals(await textOf("key"), undefined);
});

Deno.test("size and time are conditions too, and all that are given must hold", async () => {
  const { run, put, textOf } = await opsUnderTest();
  const { etag, lastModified } = await put("key", "12345");
  const deleted = async (conditions: Operations["DeleteObject"]["input"]["conditions"]) => {
    const failed = await run("DeleteObject", { bucket: BUCKET, key: "key", conditions })
      .catch((error) => error.fields.Condition);
    const { results } = await run("DeleteObjects", deleteInput([{ key: "none", conditions }]));
    assertEquals(results.map(({ kind }) => kind), ["deleted"]);
    return failed;
  };
  const longAgo = new Date(lastModified.getTime() - 5000);
  assertEquals(await deleted({ ifMatchSize: 4 }), "x-amz-if-match-size");
  assertEquals(
    await deleted({ ifMatchLastModified: longAgo }),
    "x-amz-if-match-last-modified-time",
  );
  assertEquals(await deleted({ ifMatch: [etag], ifMatchSize: 4 }), "If-Match");
  assertEquals(await deleted({ ifMatch: ["x"], ifMatchSize: 5 }), "If-Match");
  assertEquals(await deleted({ ifMatchSize: 5, ifMatchLastModified: longAgo }), "If-Match");
  assertEquals(await textOf("key"), "12345");
  const all = { ifMatch: "*" as const, ifMatchSize: 5, ifMatchLastModified: lastModified };
  assertEquals(await deleted(all), undefined);
  assertEquals(await textOf("key"), undefined);
});

Deno.test("DeleteObjects answers for each entry, doubles and missing keys included, in one commit", async () => {
  const { run, put, store, textOf } = await opsUnderTest();
  await put("a");
  await put("b");
  const before = store.calls.length;
  const keys = ["b", "none", "a", "b"];
  const { results } = await run("DeleteObjects", deleteInput(keys.map((key) => ({ key }))));
  assertEquals(results, keys.map((key) => ({ key, kind: "deleted" as const })));
  assertEquals(store.calls.slice(before), [`commit ${BUCKET}`]);
  assertEquals([await textOf("a"), await textOf("b")], [undefined, undefined]);
});

Deno.test("DeleteObjects fails just the entries whose condition or version does not hold", async () => {
  const { run, put, textOf } = await opsUnderTest();
  const { etag } = await put("a");
  await put("b");
  await put("c");
  await put("d");
  const { results } = await run(
    "DeleteObjects",
    deleteInput([
      { key: "c", versionId: "some-version" },
      { key: "a", conditions: { ifMatch: [etag] } },
      { key: "b", conditions: { ifMatch: [etag] } },
      { key: "d", versionId: "null" },
      { key: "none", conditions: { ifMatch: [etag] } },
    ]),
  );
  assertEquals(
    results.map((result) => [result.key, result.kind, result.kind === "error" && result.code]),
    [
      ["c", "error", "NoSuchVersion"],
      ["a", "deleted", false],
      ["b", "error", "PreconditionFailed"],
      ["d", "deleted", false],
      ["none", "deleted", false],
    ],
  );
  assertEquals([results[0]?.versionId, results[3]?.versionId], ["some-version", "null"]);
  assertEquals(await textOf("a"), undefined);
  assertEquals([await textOf("b"), await textOf("c")], ["b", "c"]);
});

Deno.test("DeleteObjects in a bucket that is not there deletes nothing", async () => {
  // As the store on the Hub does, which has nothing to ask it then.
  class EagerStore extends MemoryStore {
    override async commit(bucket: string, entries: readonly CommitEntry[]) {
      return entries.length === 0 ? [] : await super.commit(bucket, entries);
    }
  }
  const { codeOf } = await opsUnderTest(new EagerStore());
  for (const object of [{ key: "k" }, { key: "k", versionId: "v" }]) {
    const input = { ...deleteInput([object]), bucket: "missing" };
    assertEquals(await codeOf("DeleteObjects", input), "NoSuchBucket");
  }
});
