import { assert, assertEquals } from "@std/assert";
import type { Operations } from "../../lib/s3/operations.ts";
import { beginUpload, BUCKET, completionOf, opsUnderTest, PART_SIZE } from "./ops_under_test.ts";

type GetInput = Operations["GetObject"]["input"];

const get = (change: Partial<GetInput>): GetInput => ({
  bucket: BUCKET,
  key: "key",
  conditions: {},
  overrides: {},
  ...change,
});

/** An object of the parts 2, 5 and 9. */
async function multipartObject() {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  const last = await upload.send(9, "end");
  const first = await upload.send(2, new Uint8Array(PART_SIZE).fill(0x61));
  const middle = await upload.send(5, new Uint8Array(PART_SIZE + 1).fill(0x62));
  await ops.run("CompleteMultipartUpload", completionOf(upload, [first, middle, last]));
  return ops;
}

Deno.test("a part is found by its number, which is not its place", async () => {
  const ops = await multipartObject();
  const read = async (partNumber: number) => {
    const output = await ops.run("GetObject", get({ partNumber }));
    assert(output.range.kind === "part");
    const text = await new Response(output.body ?? null).text();
    assertEquals(text.length, output.range.last - output.range.first + 1);
    return [output.range.first, text.length, text.at(0), output.partsCount];
  };
  assertEquals(await read(2), [0, PART_SIZE, "a", 3]);
  assertEquals(await read(5), [PART_SIZE, PART_SIZE + 1, "b", 3]);
  assertEquals(await read(9), [2 * PART_SIZE + 1, 3, "e", 3]);
  for (const partNumber of [1, 3, 10]) {
    assertEquals(await ops.codeOf("HeadObject", get({ partNumber })), "InvalidPartNumber");
  }
});

Deno.test("a plain read does not ask for parts, and an overwrite leaves none", async () => {
  const ops = await multipartObject();
  await ops.run("HeadObject", get({}));
  assertEquals(ops.store.calls.includes(`parts ${BUCKET}`), false);
  await ops.put("key", "new");
  const output = await ops.run("HeadObject", get({ partNumber: 1 }));
  assertEquals([output.range.kind, output.partsCount], ["part", undefined]);
  assertEquals(await ops.codeOf("HeadObject", get({ partNumber: 2 })), "InvalidPartNumber");
});

Deno.test("a copy has the parts of its source", async () => {
  const ops = await multipartObject();
  await ops.run("CopyObject", {
    bucket: BUCKET,
    key: "copy",
    source: { bucket: BUCKET, key: "key", conditions: {} },
    metadataDirective: "REPLACE",
    taggingDirective: "COPY",
    attributes: {},
    conditions: {},
  });
  assertEquals((await ops.run("HeadObject", get({ key: "copy", partNumber: 9 }))).partsCount, 3);
});

Deno.test("GetObjectAttributes pages through parts by number", async () => {
  const ops = await multipartObject();
  const page = async (maxParts: number, partNumberMarker: number) => {
    const { parts } = await ops.run("GetObjectAttributes", {
      bucket: BUCKET,
      key: "key",
      attributes: ["ObjectParts"],
      maxParts,
      partNumberMarker,
    });
    return [parts?.total, parts?.page.map(({ partNumber }) => partNumber), parts?.truncated];
  };
  assertEquals(await page(1000, 0), [3, [2, 5, 9], false]);
  assertEquals(await page(2, 0), [3, [2, 5], true]);
  assertEquals(await page(2, 5), [3, [9], false]);
  assertEquals(await page(0, 0), [3, [], false]);
});

Deno.test("GetObjectAttributes asks for parts only when they are wanted, and there are some", async () => {
  const ops = await opsUnderTest();
  await ops.put("key");
  const input = { bucket: BUCKET, key: "key", maxParts: 10, partNumberMarker: 0 };
  const calls = ops.store.calls.length;
  await ops.run("GetObjectAttributes", { ...input, attributes: ["ETag"] });
  assertEquals(ops.store.calls.slice(calls), [`stat ${BUCKET}`]);
  const output = await ops.run("GetObjectAttributes", { ...input, attributes: ["ObjectParts"] });
  assertEquals(output.parts, undefined);
  assertEquals(
    await ops.codeOf("GetObjectAttributes", { ...input, key: "none", attributes: ["ETag"] }),
    "NoSuchKey",
  );
});
