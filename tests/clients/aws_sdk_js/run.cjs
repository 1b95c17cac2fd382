/** The AWS SDK for JavaScript on Node with default settings: every operation, byte for byte. */

const assert = require("node:assert/strict");
const { createHash } = require("node:crypto");
const { Readable } = require("node:stream");
const S3 = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
const { check, finish } = require("../checks.cjs");

const MIB = 1024 * 1024;
const Bucket = "aws-sdk-js-client";
// The endpoint, the keys and the region come from the environment; path style because it is an IP address.
const client = new S3.S3({ forcePathStyle: true });

/** Incompressible bytes, the same for the same seed. */
function randomBytes(size, seed) {
  return createHash("shake256", { outputLength: size }).update(String(seed)).digest();
}

async function read(Key, more = {}) {
  const { Body } = await client.getObject({ Bucket, Key, ...more });
  return new Uint8Array(await Body.transformToByteArray());
}

/** Not deepEqual, which would print megabytes. */
function sameBytes(actual, expected) {
  assert.equal(actual.length, expected.length);
  assert.ok(actual.every((byte, index) => byte === expected[index]), "the bytes differ");
}

async function fails(name, promise) {
  await assert.rejects(
    promise,
    (error) => error.name === name || assert.fail(`${error} is no ${name}`),
  );
}

async function buckets() {
  await client.createBucket({ Bucket });
  await client.headBucket({ Bucket });
  await fails("NotFound", client.headBucket({ Bucket: "not-there-at-all" }));
  assert.ok((await client.listBuckets({})).Buckets.some((one) => one.Name === Bucket));
}

async function objects() {
  const keys = ["plain", "deep/er/file", "sp ace/plus+sign/per%20cent", "ünï/😀.txt"];
  for (const [seed, Key] of keys.entries()) {
    for (const size of [0, 1, 70_000]) {
      const Body = randomBytes(size, seed);
      const { ETag } = await client.putObject({ Bucket, Key, Body, ContentType: "text/x-test" });
      sameBytes(await read(Key), Body);
      const head = await client.headObject({ Bucket, Key });
      assert.deepEqual([head.ContentLength, head.ETag], [size, ETag]);
      assert.equal(head.ContentType, "text/x-test");
    }
  }
  sameBytes(
    await read("plain", { Range: "bytes=100-149" }),
    randomBytes(70_000, 0).subarray(100, 150),
  );
  await fails("NoSuchKey", client.getObject({ Bucket, Key: "missing" }));
}

async function metadata() {
  const sent = { CacheControl: "max-age=5", ContentLanguage: "en", Metadata: { colour: "blue" } };
  await client.putObject({ Bucket, Key: "meta", Body: "m", ...sent });
  const { CacheControl, ContentLanguage, Metadata } = await client.headObject({
    Bucket,
    Key: "meta",
  });
  assert.deepEqual({ CacheControl, ContentLanguage, Metadata }, sent);
}

async function streams() {
  const data = randomBytes(200 * MIB, 5);
  const pieces = Array.from(
    { length: Math.ceil(data.length / (3 * MIB)) },
    (_, n) => data.subarray(n * 3 * MIB, (n + 1) * 3 * MIB),
  );
  await client.putObject({
    Bucket,
    Key: "stream",
    Body: Readable.from(pieces),
    ContentLength: data.length,
  });
  sameBytes(await read("stream"), data);
  await new Upload({ client, params: { Bucket, Key: "unknown", Body: Readable.from(pieces) } })
    .done();
  sameBytes(await read("unknown"), data);
  await new Upload({ client, params: { Bucket, Key: "small", Body: Readable.from(["sm", "all"]) } })
    .done();
  assert.equal(new TextDecoder().decode(await read("small")), "small");
}

async function conditions() {
  const once = { Bucket, Key: "once", Body: "1", IfNoneMatch: "*" };
  const { ETag } = await client.putObject(once);
  await fails("PreconditionFailed", client.putObject(once));
  await client.putObject({ Bucket, Key: "once", Body: "2", IfMatch: ETag });
  await fails(
    "PreconditionFailed",
    client.putObject({ Bucket, Key: "once", Body: "3", IfMatch: ETag }),
  );
}

async function copies() {
  const CopySource = `${Bucket}/${encodeURIComponent("sp ace/plus+sign/per%20cent")}`;
  await client.copyObject({ Bucket, Key: "copy é", CopySource });
  sameBytes(await read("copy é"), randomBytes(70_000, 2));
  const Key = "part copy";
  const { UploadId } = await client.createMultipartUpload({ Bucket, Key });
  const source = { CopySource: `${Bucket}/stream`, CopySourceRange: `bytes=0-${6 * MIB - 1}` };
  const { CopyPartResult } = await client.uploadPartCopy({
    Bucket,
    Key,
    UploadId,
    PartNumber: 1,
    ...source,
  });
  const { ETag } = await client.uploadPart({ Bucket, Key, UploadId, PartNumber: 2, Body: "end" });
  const Parts = [{ PartNumber: 1, ETag: CopyPartResult.ETag }, { PartNumber: 2, ETag }];
  await client.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts } });
  const expected = [
    randomBytes(200 * MIB, 5).subarray(0, 6 * MIB),
    new TextEncoder().encode("end"),
  ];
  sameBytes(await read(Key), new Uint8Array(await new Blob(expected).arrayBuffer()));
}

async function listings() {
  const names = Array.from({ length: 25 }, (_, n) => `list/${String(n).padStart(2, "0")}`);
  for (const Key of names) await client.putObject({ Bucket, Key, Body: Key });
  const found = [];
  for await (
    const page of S3.paginateListObjectsV2({ client, pageSize: 7 }, { Bucket, Prefix: "list/" })
  ) {
    found.push(...page.Contents.map((one) => one.Key));
  }
  assert.deepEqual(found, names);
  const attributes = await client.getObjectAttributes({
    Bucket,
    Key: names[0],
    ObjectAttributes: ["ETag", "ObjectSize"],
  });
  assert.equal(attributes.ObjectSize, 7);
}

async function tags() {
  const TagSet = [{ Key: "colour", Value: "blue" }];
  await client.putObjectTagging({ Bucket, Key: "plain", Tagging: { TagSet } });
  assert.deepEqual((await client.getObjectTagging({ Bucket, Key: "plain" })).TagSet, TagSet);
}

async function presigned() {
  const put = await getSignedUrl(client, new S3.PutObjectCommand({ Bucket, Key: "signed" }));
  assert.equal((await fetch(put, { method: "PUT", body: "signed bytes" })).status, 200);
  const get = await getSignedUrl(client, new S3.GetObjectCommand({ Bucket, Key: "signed" }));
  assert.equal(await (await fetch(get)).text(), "signed bytes");
}

async function deletes() {
  await fails("BucketNotEmpty", client.deleteBucket({ Bucket }));
  const { Contents } = await client.listObjectsV2({ Bucket });
  const Objects = Contents.map(({ Key }) => ({ Key }));
  assert.equal(
    (await client.deleteObjects({ Bucket, Delete: { Objects } })).Deleted.length,
    Objects.length,
  );
  await client.deleteBucket({ Bucket });
}

(async () => {
  const all = [
    buckets,
    objects,
    metadata,
    streams,
    conditions,
    copies,
    listings,
    tags,
    presigned,
    deletes,
  ];
  for (const one of all) await check(one.name, one);
  finish();
})();
