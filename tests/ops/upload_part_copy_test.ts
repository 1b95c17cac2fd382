import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Operations } from "../../lib/s3/operations.ts";
import { beginUpload, bodyOf, BUCKET, completionOf, opsUnderTest } from "./ops_under_test.ts";

type Input = Operations["UploadPartCopy"]["input"];

async function copying() {
  const ops = await opsUnderTest();
  const source = await ops.put("source", "0123456789");
  const upload = await beginUpload(ops);
  const input = (change: Partial<Input> = {}): Input => ({
    bucket: BUCKET,
    key: "key",
    uploadId: upload.uploadId,
    partNumber: 1,
    source: { bucket: BUCKET, key: "source", conditions: {} },
    ...change,
  });
  return { ops, source, upload, input };
}

Deno.test("a part is copied whole or in part, and the object is made of it", async () => {
  const { ops, upload, input } = await copying();
  const whole = await ops.run("UploadPartCopy", input());
  assertEquals(whole.part.size, 10);
  const { part } = await ops.run("UploadPartCopy", input({ range: { first: 2, last: 4 } }));
  assertEquals(part.size, 3);
  await ops.run("CompleteMultipartUpload", completionOf(upload, [part]));
  assertEquals(await ops.textOf("key"), "234");
});

Deno.test("an empty source makes an empty part", async () => {
  const { ops, upload, input } = await copying();
  await ops.put("source", "");
  const { part } = await ops.run("UploadPartCopy", input());
  await ops.run("CompleteMultipartUpload", completionOf(upload, [part]));
  assertEquals(await ops.textOf("key"), "");
});

Deno.test("a copied part's entity tag says which bytes it holds, and is no MD5", async () => {
  const { ops, input } = await copying();
  const etagOf = async (range?: Input["range"]) =>
    (await ops.run("UploadPartCopy", input({ ...(range && { range }) }))).part.etag;
  const whole = await etagOf();
  assertMatch(whole, /^[0-9a-f]{32}-1$/);
  assertEquals(await etagOf({ first: 0, last: 9 }), whole);
  assertNotEquals(await etagOf({ first: 0, last: 8 }), whole);
});

Deno.test("a copied part has the checksum that the upload chose", async () => {
  const ops = await opsUnderTest();
  await ops.put("source", "123456789");
  const { upload } = await ops.run("CreateMultipartUpload", {
    bucket: BUCKET,
    key: "key",
    attributes: {},
    checksum: { algorithm: "CRC32", type: "FULL_OBJECT" },
  });
  const of = { bucket: BUCKET, key: "key", uploadId: upload.uploadId };
  const source = { bucket: BUCKET, key: "source", conditions: {} };
  const { part } = await ops.run("UploadPartCopy", { ...of, partNumber: 1, source });
  assertEquals(part.checksums, { CRC32: "y/Q5Jg==" });
});

Deno.test("what is wrong with the source, the range or the upload is said, and nothing is added", async () => {
  const { ops, source, upload, input } = await copying();
  const from = (change: Partial<Input["source"]>) =>
    input({ source: { ...input().source, ...change } });
  const wrong: [string, Input][] = [
    ["NoSuchUpload", input({ uploadId: "x" })],
    ["NoSuchUpload", input({ key: "other" })],
    ["NoSuchBucket", input({ bucket: "missing" })],
    ["NoSuchKey", from({ key: "missing" })],
    ["NoSuchBucket", from({ bucket: "missing" })],
    ["PreconditionFailed", from({ conditions: { ifMatch: '"x"' } })],
    ["PreconditionFailed", from({ conditions: { ifNoneMatch: source.etag } })],
    ["InvalidArgument", input({ range: { first: 0, last: 10 } })],
    ["InvalidArgument", input({ range: { first: 10, last: 20 } })],
  ];
  for (const [code, request] of wrong) {
    assertEquals(await ops.codeOf("UploadPartCopy", request), code);
  }
  const { parts } = await ops.run("ListParts", { ...upload, maxParts: 10, partNumberMarker: 0 });
  assertEquals(parts, []);
});

Deno.test("of a part that is sent and one that is copied the last to end stays", async () => {
  const { ops, upload, input } = await copying();
  const release = Promise.withResolvers<void>();
  const body = bodyOf("sent");
  const slow = new TransformStream<Uint8Array, Uint8Array>({ flush: () => release.promise });
  const stream = body.stream.pipeThrough(slow);
  const sending = ops.run("UploadPart", { ...upload, partNumber: 1, body: { ...body, stream } });
  await ops.run("UploadPartCopy", input());
  release.resolve();
  const { part } = await sending;
  await ops.run("CompleteMultipartUpload", completionOf(upload, [part]));
  assertEquals(await ops.textOf("key"), "sent");
});
