import { assertEquals, assertRejects } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { Operations, WriteConditions } from "../../lib/s3/operations.ts";
import { bodyOf, brokenBody, BUCKET, opsUnderTest, s3Error } from "./ops_under_test.ts";

type GetInput = Operations["GetObject"]["input"];

const getInput = (change: Partial<GetInput> = {}): GetInput => ({
  bucket: BUCKET,
  key: "key",
  conditions: {},
  overrides: {},
  ...change,
});

const putInput = (conditions: WriteConditions, text = "new") => ({
  bucket: BUCKET,
  key: "key",
  body: bodyOf(text),
  attributes: {},
  conditions,
});

Deno.test("PutObject stores the bytes with their type and echoes what was verified", async () => {
  const ops = await opsUnderTest();
  const output = await ops.run("PutObject", {
    ...putInput({}),
    attributes: { contentType: "text/x" },
    body: bodyOf("hello", { CRC32: "abc" }),
  });
  assertEquals(output.checksums, { CRC32: "abc" });
  assertEquals(output.object.attributes, { contentType: "text/x" });
  assertEquals(await ops.textOf("key"), "hello");
});

Deno.test("PutObject of a body that fails a check leaves the old object", async () => {
  const ops = await opsUnderTest();
  await ops.put("key", "old");
  const body = brokenBody("new", new S3Error("BadDigest"));
  const error = await s3Error(ops.run("PutObject", { ...putInput({}), body }));
  assertEquals(error.code, "BadDigest");
  assertEquals(await ops.textOf("key"), "old");
});

Deno.test("PutObject refuses a bad key before it reads, and a missing bucket", async () => {
  const { codeOf, store } = await opsUnderTest();
  const before = store.calls.length;
  const input = putInput({});
  assertEquals(await codeOf("PutObject", { ...input, key: "a//b" }), "InvalidArgument");
  assertEquals([store.calls.length, input.body.stream.locked], [before, false]);
  assertEquals(await codeOf("PutObject", { ...input, bucket: "missing" }), "NoSuchBucket");
});

Deno.test("conditions on a write hold or fail, key there or not", async () => {
  const { run, put, textOf, codeOf } = await opsUnderTest();
  const missing: [WriteConditions, string | undefined][] = [
    [{ ifMatch: "*" }, "NoSuchKey"],
    [{ ifMatch: ["x"] }, "NoSuchKey"],
    [{ ifMatch: "*", ifNoneMatch: "*" }, "InvalidRequest"],
  ];
  for (const [conditions, code] of missing) {
    assertEquals(await codeOf("PutObject", putInput(conditions)), code);
    assertEquals(await textOf("key"), undefined);
  }
  for (const conditions of [{ ifNoneMatch: "*" }, { ifNoneMatch: ["x"] }] as const) {
    await run("PutObject", putInput(conditions));
    assertEquals(await textOf("key"), "new");
    await run("DeleteObject", { bucket: BUCKET, key: "key", conditions: {} });
  }
  const { etag } = await put("key", "old");
  const failing: WriteConditions[] = [
    { ifNoneMatch: "*" },
    { ifNoneMatch: ["x", etag] },
    { ifMatch: ["x"] },
    { ifMatch: [] },
  ];
  for (const conditions of failing) {
    assertEquals(await codeOf("PutObject", putInput(conditions)), "PreconditionFailed");
    assertEquals(await textOf("key"), "old");
  }
  for (const conditions of [{ ifMatch: ["x", etag] }, { ifMatch: "*" }, { ifNoneMatch: ["x"] }]) {
    await put("key", "old");
    await run("PutObject", putInput(conditions as WriteConditions));
    assertEquals(await textOf("key"), "new");
  }
});

Deno.test("of many writers with If-None-Match: * just one succeeds", async () => {
  const { run } = await opsUnderTest();
  const writers = Array.from(
    { length: 10 },
    (_, i) => run("PutObject", putInput({ ifNoneMatch: "*" }, `${i}`)),
  );
  const outcomes = await Promise.allSettled(writers);
  assertEquals(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
});

Deno.test("GetObject reads all or a range, HeadObject neither", async () => {
  const { run, put } = await opsUnderTest();
  await put("key", "0123456789");
  const read = async (change: Partial<GetInput>) => {
    const { body, range } = await run("GetObject", getInput(change));
    return [range.kind, await new Response(body).text()];
  };
  assertEquals(await read({}), ["whole", "0123456789"]);
  assertEquals(await read({ range: "bytes=2-4" }), ["part", "234"]);
  assertEquals(await read({ range: "bytes=-3" }), ["part", "789"]);
  assertEquals(await read({ range: "bytes=8-99" }), ["part", "89"]);
  assertEquals(await read({ range: "bytes=0-1,3-4" }), ["whole", "0123456789"]);
  assertEquals(await read({ partNumber: 1 }), ["part", "0123456789"]);
  const head = await run("HeadObject", getInput({ range: "bytes=2-4" }));
  assertEquals([head.body, head.range], [undefined, { kind: "part", first: 2, last: 4 }]);
});

Deno.test("GetObject tells what cannot be read", async () => {
  const { run, put, codeOf } = await opsUnderTest();
  await put("key", "0123456789");
  await put("empty", "");
  assertEquals(await codeOf("GetObject", getInput({ key: "none" })), "NoSuchKey");
  assertEquals(await codeOf("GetObject", getInput({ bucket: "missing" })), "NoSuchBucket");
  assertEquals(await codeOf("GetObject", getInput({ partNumber: 2 })), "InvalidPartNumber");
  const both = getInput({ partNumber: 1, range: "bytes=0-1" });
  assertEquals(await codeOf("GetObject", both), "InvalidRequest");
  const beyond = await assertRejects(
    () => run("GetObject", getInput({ range: "bytes=10-" })),
    S3Error,
  );
  assertEquals([beyond.code, beyond.headers["Content-Range"]], ["InvalidRange", "bytes */10"]);
  assertEquals(
    await codeOf("GetObject", getInput({ key: "empty", range: "bytes=0-" })),
    "InvalidRange",
  );
  const whole = await run("HeadObject", getInput({ key: "empty", partNumber: 1 }));
  assertEquals(whole.range, { kind: "whole" });
});

Deno.test("conditions on a read come before its range, and a missing key before both", async () => {
  const { run, put, codeOf } = await opsUnderTest();
  const { etag, lastModified } = await put("key", "0123456789");
  const before = new Date(lastModified.getTime() - 60_000).toUTCString();
  const conditions = { ifNoneMatch: `"${etag}"` };
  const unmodified = await run("GetObject", getInput({ conditions, range: "bytes=99-" }));
  assertEquals([unmodified.notModified, unmodified.body], [true, undefined]);
  for (const conditions of [{ ifMatch: '"x"' }, { ifUnmodifiedSince: before }]) {
    assertEquals(await codeOf("HeadObject", getInput({ conditions })), "PreconditionFailed");
    assertEquals(await codeOf("HeadObject", getInput({ conditions, key: "none" })), "NoSuchKey");
  }
  const range = "bytes=0-1";
  const held = await run("HeadObject", getInput({ range, ifRange: `"${etag}"` }));
  const stale = await run("HeadObject", getInput({ range, ifRange: '"x"' }));
  assertEquals([held.range.kind, stale.range.kind], ["part", "whole"]);
});
