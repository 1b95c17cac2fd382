import { assertEquals, assertNotEquals } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { beginUpload, bodyOf, brokenBody, BUCKET, opsUnderTest } from "./ops_under_test.ts";

Deno.test("uploads of one key are apart and say who began them", async () => {
  const ops = await opsUnderTest();
  const one = await beginUpload(ops);
  const two = await beginUpload(ops);
  assertNotEquals(one.uploadId, two.uploadId);
  await one.send(1, "one");
  const listed = (uploadId: string) =>
    ops.run("ListParts", { ...one, uploadId, maxParts: 10, partNumberMarker: 0 });
  assertEquals((await listed(one.uploadId)).upload.initiator, "KEY");
  assertEquals((await listed(two.uploadId)).parts, []);
});

Deno.test("an upload is begun only for a key and a bucket that can be", async () => {
  const { codeOf } = await opsUnderTest();
  const input = { bucket: BUCKET, key: "key", attributes: {} };
  assertEquals(await codeOf("CreateMultipartUpload", { ...input, key: "a//b" }), "InvalidArgument");
  assertEquals(
    await codeOf("CreateMultipartUpload", { ...input, bucket: "missing" }),
    "NoSuchBucket",
  );
});

Deno.test("a part sent again replaces the first, and a part is no object", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  await upload.send(1, "first");
  const again = await upload.send(1, "again");
  assertEquals(again.etag, "639849f6b368019778991b32434354fc");
  const { parts } = await ops.run("ListParts", { ...upload, maxParts: 10, partNumberMarker: 0 });
  assertEquals(parts.map(({ etag }) => etag), [again.etag]);
  assertEquals(await ops.textOf("key"), undefined);
});

Deno.test("a part whose body fails a check changes nothing", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  const good = await upload.send(1, "good");
  const body = brokenBody("bad", new S3Error("BadDigest"));
  assertEquals(await ops.codeOf("UploadPart", { ...upload, partNumber: 1, body }), "BadDigest");
  const { parts } = await ops.run("ListParts", { ...upload, maxParts: 10, partNumberMarker: 0 });
  assertEquals(parts, [good]);
});

Deno.test("a part for an upload that is not of that bucket and key is refused unread", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  const input = { bucket: BUCKET, key: "key", uploadId: upload.uploadId, partNumber: 1 };
  const code = async (change: Partial<typeof input>) => {
    const body = bodyOf("content");
    const code = await ops.codeOf("UploadPart", { ...input, ...change, body });
    assertEquals(body.stream.locked, false);
    return code;
  };
  assertEquals(await code({ key: "other" }), "NoSuchUpload");
  assertEquals(await code({ uploadId: "none" }), "NoSuchUpload");
  assertEquals(await code({ bucket: "missing" }), "NoSuchBucket");
  await ops.run("AbortMultipartUpload", upload);
  assertEquals(await code({}), "NoSuchUpload");
});

Deno.test("a part that ends after the abort is refused", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  const release = Promise.withResolvers<void>();
  const body = bodyOf("content");
  const slow = new TransformStream<Uint8Array, Uint8Array>({ flush: () => release.promise });
  const sending = ops.codeOf("UploadPart", {
    ...upload,
    partNumber: 1,
    body: { ...body, stream: body.stream.pipeThrough(slow) },
  });
  await ops.run("AbortMultipartUpload", upload);
  release.resolve();
  assertEquals(await sending, "NoSuchUpload");
});

Deno.test("an abort ends the upload once; it needs the right key", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  assertEquals(
    await ops.codeOf("AbortMultipartUpload", { ...upload, key: "other" }),
    "NoSuchUpload",
  );
  await ops.run("AbortMultipartUpload", upload);
  assertEquals(await ops.codeOf("AbortMultipartUpload", upload), "NoSuchUpload");
  const list = { ...upload, maxParts: 10, partNumberMarker: 0 };
  assertEquals(await ops.codeOf("ListParts", list), "NoSuchUpload");
  assertEquals(
    await ops.codeOf("AbortMultipartUpload", { ...upload, bucket: "missing" }),
    "NoSuchBucket",
  );
});

Deno.test("parts are listed in pages by number", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  for (const number of [10, 1, 3]) await upload.send(number, `${number}`);
  const page = async (maxParts: number, partNumberMarker: number) => {
    const output = await ops.run("ListParts", { ...upload, maxParts, partNumberMarker });
    return [output.parts.map(({ partNumber }) => partNumber), output.truncated];
  };
  assertEquals(await page(2, 0), [[1, 3], true]);
  assertEquals(await page(2, 3), [[10], false]);
  assertEquals(await page(3, 0), [[1, 3, 10], false]);
  assertEquals(await page(10, 2), [[3, 10], false]);
  assertEquals(await page(10, 10), [[], false]);
  assertEquals(await page(0, 0), [[], false]);
});

Deno.test("an upload is the same one under both names of its bucket, and goes with it", async () => {
  const ops = await opsUnderTest();
  const upload = await beginUpload(ops);
  await upload.send(1, "part");
  const named = { ...upload, bucket: `owner--${BUCKET}` };
  const list = { ...named, maxParts: 10, partNumberMarker: 0 };
  assertEquals((await ops.run("ListParts", list)).parts.length, 1);
  const uploads = () =>
    ops.run("ListMultipartUploads", {
      bucket: `owner--${BUCKET}`,
      prefix: "",
      keyMarker: "",
      uploadIdMarker: "",
      maxUploads: 10,
    });
  assertEquals((await uploads()).uploads.length, 1);
  await ops.run("DeleteBucket", { bucket: `owner--${BUCKET}` });
  await ops.store.createBucket(BUCKET);
  assertEquals((await uploads()).uploads, []);
});
