import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { startMemoryGateway } from "../support/start_memory_gateway.ts";

async function serviceError(promise: Promise<unknown>): Promise<S3ServiceException> {
  return await assertRejects(() => promise, S3ServiceException);
}

const PART = 5 * 1024 * 1024;

Deno.test("the AWS SDK makes, finds, lists and deletes buckets", async () => {
  await using gateway = startMemoryGateway();
  const { client } = gateway;
  assertEquals((await client.send(new CreateBucketCommand({ Bucket: "one" }))).Location, "/one");
  await client.send(
    new CreateBucketCommand({
      Bucket: "two",
      CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
    }),
  );
  const { Buckets, Owner } = await client.send(new ListBucketsCommand({}));
  assertEquals(Buckets?.map(({ Name }) => Name), ["one", "two"]);
  assert(Buckets?.[0]?.CreationDate instanceof Date);
  assertEquals(Owner?.ID, "owner-id");
  const head = await client.send(new HeadBucketCommand({ Bucket: "one" }));
  assertEquals(head.BucketRegion, "us-east-1");
  const location = await client.send(new GetBucketLocationCommand({ Bucket: "one" }));
  assertEquals(location.LocationConstraint, undefined);
  await client.send(new PutObjectCommand({ Bucket: "two", Key: "k", Body: "x" }));
  const full = await serviceError(client.send(new DeleteBucketCommand({ Bucket: "two" })));
  assertEquals([full.name, full.$metadata.httpStatusCode], ["BucketNotEmpty", 409]);
  await client.send(new DeleteBucketCommand({ Bucket: "one" }));
  const gone = await serviceError(client.send(new DeleteBucketCommand({ Bucket: "one" })));
  assertEquals(gone.name, "NoSuchBucket");
  const bad = await serviceError(client.send(new CreateBucketCommand({ Bucket: "Bad_Name" })));
  assertEquals(bad.name, "InvalidBucketName");
});

Deno.test("the AWS SDK writes and reads objects, ranges and conditions", async () => {
  await using gateway = startMemoryGateway();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const at = { Bucket: "bucket", Key: "dir/ü +&?.txt" };
  const put = await client.send(
    new PutObjectCommand({ ...at, Body: "hello world", ContentType: "text/x-test" }),
  );
  assertMatch(put.ETag ?? "", /^"[0-9a-f]{32}-1"$/);
  assertEquals(put.ChecksumType, "FULL_OBJECT");
  assert(put.ChecksumCRC32 !== undefined);

  const got = await client.send(new GetObjectCommand(at));
  assertEquals(await got.Body?.transformToString(), "hello world");
  assertEquals([got.ContentType, got.ContentLength, got.ETag], ["text/x-test", 11, put.ETag]);
  assertEquals(got.AcceptRanges, "bytes");

  const part = await client.send(new GetObjectCommand({ ...at, Range: "bytes=-5" }));
  assertEquals(await part.Body?.transformToString(), "world");
  assertEquals([part.$metadata.httpStatusCode, part.ContentRange], [206, "bytes 6-10/11"]);
  const beyond = await serviceError(
    client.send(new GetObjectCommand({ ...at, Range: "bytes=11-" })),
  );
  assertEquals([beyond.name, beyond.$metadata.httpStatusCode], ["InvalidRange", 416]);

  const head = await client.send(new HeadObjectCommand(at));
  assertEquals([head.ContentLength, head.ETag], [11, put.ETag]);
  assertEquals(head.LastModified, got.LastModified);
  const unmodified = await serviceError(
    client.send(new GetObjectCommand({ ...at, IfNoneMatch: put.ETag ?? "" })),
  );
  assertEquals(unmodified.$metadata.httpStatusCode, 304);
  const taken = await serviceError(
    client.send(new PutObjectCommand({ ...at, Body: "x", IfNoneMatch: "*" })),
  );
  assertEquals([taken.name, taken.$metadata.httpStatusCode], ["PreconditionFailed", 412]);

  const copy = await client.send(
    new CopyObjectCommand({
      Bucket: "bucket",
      Key: "copy",
      CopySource: `bucket/${encodeURIComponent(at.Key)}`,
    }),
  );
  assertEquals(copy.CopyObjectResult?.ETag, put.ETag);
  await client.send(new DeleteObjectCommand(at));
  const gone = await serviceError(client.send(new GetObjectCommand(at)));
  assertEquals([gone.name, gone.$metadata.httpStatusCode], ["NoSuchKey", 404]);
  const headGone = await serviceError(client.send(new HeadObjectCommand(at)));
  assertEquals(headGone.$metadata.httpStatusCode, 404);
});

Deno.test("the AWS SDK sends a stream as unsigned chunks with a trailer", async () => {
  await using gateway = startMemoryGateway();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const bytes = crypto.getRandomValues(new Uint8Array(50_000));
  const put = await client.send(
    new PutObjectCommand({
      Bucket: "bucket",
      Key: "streamed",
      Body: Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]),
      ContentLength: bytes.length,
    }),
  );
  assert(put.ChecksumCRC32 !== undefined);
  const got = await client.send(new GetObjectCommand({ Bucket: "bucket", Key: "streamed" }));
  assertEquals(await got.Body?.transformToByteArray(), bytes);
});

Deno.test("the AWS SDK lists in both versions, page by page", async () => {
  await using gateway = startMemoryGateway();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const keys = ["a/1", "a/2", "b <&>\u{1F600}", "b\uFFFD", "c/1", "d"];
  for (const Key of keys) {
    await client.send(new PutObjectCommand({ Bucket: "bucket", Key, Body: Key }));
  }
  const all = await client.send(new ListObjectsV2Command({ Bucket: "bucket", FetchOwner: true }));
  assertEquals(all.Contents?.map(({ Key }) => Key), keys);
  assertEquals([all.KeyCount, all.MaxKeys, all.IsTruncated], [6, 1000, false]);
  assertEquals(all.Contents?.[0]?.Owner?.DisplayName, "owner");

  const seen: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: "bucket",
        Delimiter: "/",
        MaxKeys: 2,
        ...(token !== undefined && { ContinuationToken: token }),
      }),
    );
    seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
    seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  assertEquals(seen.sort(), ["a/", "b <&>\u{1F600}", "b\uFFFD", "c/", "d"].sort());

  const v1 = await client.send(
    new ListObjectsCommand({ Bucket: "bucket", Marker: "a/", Delimiter: "/", MaxKeys: 1 }),
  );
  assertEquals(v1.Contents?.map(({ Key }) => Key), [keys[2]]);
  assertEquals([v1.Marker, v1.NextMarker, v1.IsTruncated], ["a/", keys[2], true]);
  const none = await client.send(new ListObjectsV2Command({ Bucket: "bucket", MaxKeys: 0 }));
  assertEquals([none.KeyCount, none.IsTruncated], [0, false]);

  const deleted = await client.send(
    new DeleteObjectsCommand({
      Bucket: "bucket",
      Delete: { Objects: [...keys, "never there"].map((Key) => ({ Key })) },
    }),
  );
  assertEquals(deleted.Deleted?.map(({ Key }) => Key), [...keys, "never there"]);
  assertEquals((await client.send(new ListObjectsV2Command({ Bucket: "bucket" }))).KeyCount, 0);
});

Deno.test("the AWS SDK uploads in parts", async () => {
  await using gateway = startMemoryGateway();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const at = { Bucket: "bucket", Key: "in parts" };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...at, ContentType: "text/parts" }),
  );
  const upload = { ...at, UploadId };
  const first = await client.send(
    new UploadPartCommand({ ...upload, PartNumber: 1, Body: new Uint8Array(PART).fill(1) }),
  );
  const md5 = createHash("md5").update(new Uint8Array(PART).fill(1)).digest("hex");
  assertEquals(first.ETag, `"${md5}"`);
  const second = await client.send(
    new UploadPartCommand({ ...upload, PartNumber: 2, Body: "tail" }),
  );
  assertEquals(second.ETag, '"7aea2552dfe7eb84b9443b6fc9ba6e01"');
  const uploads = await client.send(new ListMultipartUploadsCommand({ Bucket: "bucket" }));
  assertEquals(uploads.Uploads?.map(({ Key }) => Key), ["in parts"]);
  const listed = await client.send(new ListPartsCommand(upload));
  assertEquals(listed.Parts?.map(({ Size }) => Size), [PART, 4]);
  assertEquals(listed.Parts?.[1]?.ChecksumCRC32, second.ChecksumCRC32);
  const complete = () =>
    client.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        MultipartUpload: {
          Parts: [{ PartNumber: 1, ETag: first.ETag }, { PartNumber: 2, ETag: second.ETag }],
        },
      }),
    );
  const done = await complete();
  assertEquals(done.Location, `${gateway.url}/bucket/in%20parts`);
  assertEquals((await complete()).ETag, done.ETag);
  const got = await client.send(new GetObjectCommand(at));
  assertEquals((await got.Body?.transformToByteArray())?.length, PART + 4);
  assertEquals([got.ContentType, got.ETag], ["text/parts", done.ETag]);

  const other = await client.send(new CreateMultipartUploadCommand(at));
  await client.send(new AbortMultipartUploadCommand({ ...at, UploadId: other.UploadId }));
  const gone = await serviceError(
    client.send(new ListPartsCommand({ ...at, UploadId: other.UploadId })),
  );
  assertEquals(gone.name, "NoSuchUpload");
});

Deno.test("presigned URLs read and write, and hoisted checksums are not enforced", async () => {
  await using gateway = startMemoryGateway();
  const { client } = gateway;
  await client.send(new CreateBucketCommand({ Bucket: "bucket" }));
  const at = { Bucket: "bucket", Key: "presigned" };
  const putUrl = await getSignedUrl(client, new PutObjectCommand(at));
  assertStringIncludes(putUrl, "x-amz-checksum-crc32=AAAAAA");
  const put = await fetch(putUrl, { method: "PUT", body: "from a browser" });
  assertEquals([put.status, await put.text()], [200, ""]);
  const getUrl = await getSignedUrl(
    client,
    new GetObjectCommand({ ...at, ResponseContentDisposition: 'attachment; filename="ü"' }),
  );
  const got = await fetch(getUrl);
  assertEquals(await got.text(), "from a browser");
  assertEquals(got.headers.get("content-disposition"), 'attachment; filename="\xc3\xbc"');
  const copyUrl = await getSignedUrl(
    client,
    new CopyObjectCommand({ ...at, Key: "copied", CopySource: "bucket/presigned" }),
  );
  const copied = await fetch(copyUrl, { method: "PUT" });
  assertEquals([copied.status, (await copied.text()).includes("CopyObjectResult")], [200, true]);
});
