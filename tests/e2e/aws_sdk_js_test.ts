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
  ListPartsCommand,
  paginateListObjectsV2,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomBytes, sha256 } from "../support/random_bytes.ts";
import { startGateway } from "../support/start_gateway.ts";

const MIB = 1024 * 1024;
const Bucket = "js-sdk";

/** The SDK keeps sockets alive beyond its own end, so these tests do not watch resources. */
const SDK = { sanitizeOps: false, sanitizeResources: false };

async function withClient(work: (s3: S3Client, url: string) => Promise<void>): Promise<void> {
  await using gateway = await startGateway();
  const s3 = new S3Client({
    endpoint: gateway.url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: gateway.credential,
  });
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await work(s3, gateway.url);
  } finally {
    s3.destroy();
  }
}

async function bytesOf(
  s3: S3Client,
  Key: string,
  Range?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...(Range && { Range }) }));
  assert(Body !== undefined);
  return new Uint8Array(await Body.transformToByteArray());
}

async function assertCode(code: string, work: () => Promise<unknown>): Promise<void> {
  const error = await assertRejects(work, S3ServiceException);
  assertEquals(error.name, code);
}

Deno.test({
  name: "aws-sdk-js handles buckets",
  ...SDK,
  fn: () =>
    withClient(async (s3) => {
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(new HeadBucketCommand({ Bucket }));
      const { Buckets } = await s3.send(new ListBucketsCommand({}));
      assertEquals(Buckets?.map(({ Name }) => Name), [Bucket]);
      const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket }));
      assertEquals(LocationConstraint, undefined);
      await assertCode(
        "NoSuchBucket",
        () => s3.send(new ListObjectsCommand({ Bucket: "not-there" })),
      );
      await s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "a" }));
      await assertCode("BucketNotEmpty", () => s3.send(new DeleteBucketCommand({ Bucket })));
      await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
      await s3.send(new DeleteBucketCommand({ Bucket }));
      await assertCode("NotFound", () => s3.send(new HeadBucketCommand({ Bucket })));
    }),
});

Deno.test({
  name: "aws-sdk-js stores and reads objects of many sizes and names",
  ...SDK,
  fn: () =>
    withClient(async (s3) => {
      const keys = [
        "a",
        "dir/sub/b.txt",
        "sp ace+plus%20",
        "ünï/日本語/😀",
        "dir/",
        "q?#&=@:,;!*'()",
      ];
      for (const [seed, Key] of keys.entries()) {
        for (const size of [0, 1, 70_000, 3 * MIB]) {
          const Body = randomBytes(size, seed + 1);
          const put = await s3.send(
            new PutObjectCommand({ Bucket, Key, Body, ContentType: "t/x" }),
          );
          const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
          assertEquals([head.ETag, head.ContentLength, head.ContentType], [put.ETag, size, "t/x"]);
          assertEquals(await sha256(await bytesOf(s3, Key)), await sha256(Body));
        }
      }
      const data = randomBytes(3 * MIB, 1);
      await s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: data }));
      assertEquals(await bytesOf(s3, "a", "bytes=100000-200000"), data.slice(100000, 200001));
      assertEquals(await bytesOf(s3, "a", "bytes=-7"), data.slice(-7));
      await assertCode("InvalidRange", () => bytesOf(s3, "a", `bytes=${3 * MIB}-`));
      await assertCode("NoSuchKey", () => bytesOf(s3, "missing"));
    }),
});

Deno.test({
  name: "aws-sdk-js lists, copies and deletes",
  ...SDK,
  fn: () =>
    withClient(async (s3) => {
      const keys = ["a!", "a/1", "a/2", "a.txt", "b/c", "\u{1F600}", "\uFB01"];
      for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const listed: string[] = [];
      for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket })) {
        listed.push(...(page.Contents ?? []).map(({ Key = "" }) => Key));
      }
      assertEquals(listed, ["a!", "a.txt", "a/1", "a/2", "b/c", "\uFB01", "\u{1F600}"]);
      const grouped = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: "/" }));
      assertEquals(grouped.CommonPrefixes?.map(({ Prefix }) => Prefix), ["a/", "b/"]);
      await s3.send(
        new CopyObjectCommand({
          Bucket,
          Key: "copy",
          CopySource: `${Bucket}/${encodeURIComponent("a!")}`,
        }),
      );
      assertEquals(new TextDecoder().decode(await bytesOf(s3, "copy")), "a!");
      const { Deleted } = await s3.send(
        new DeleteObjectsCommand({
          Bucket,
          Delete: { Objects: [...keys, "copy", "never"].map((Key) => ({ Key })) },
        }),
      );
      assertEquals(Deleted?.length, keys.length + 2);
      assertEquals((await s3.send(new ListObjectsCommand({ Bucket }))).Contents, undefined);
    }),
});

Deno.test({
  name: "aws-sdk-js uploads in parts, by hand and by lib-storage from a stream of unknown length",
  ...SDK,
  fn: () =>
    withClient(async (s3) => {
      const Key = "multi";
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      const bodies = [randomBytes(5 * MIB, 1), randomBytes(5 * MIB + 1, 2), randomBytes(9, 3)];
      const Parts = [];
      for (const [i, Body] of bodies.entries()) {
        const part = { Bucket, Key, UploadId, PartNumber: i + 1, Body };
        const { ETag } = await s3.send(new UploadPartCommand(part));
        Parts.push({ PartNumber: i + 1, ETag });
      }
      const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }));
      assertEquals(listed.Parts?.map(({ Size }) => Size), bodies.map((body) => body.length));
      const complete = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
      const first = await s3.send(new CompleteMultipartUploadCommand(complete));
      const again = await s3.send(new CompleteMultipartUploadCommand(complete));
      assertEquals(first.ETag, again.ETag);
      const whole = new Uint8Array(await new Blob(bodies).arrayBuffer());
      assertEquals(await sha256(await bytesOf(s3, Key)), await sha256(whole));

      const large = randomBytes(23 * MIB + 5, 4);
      const Body = new Blob([large]).stream();
      await new Upload({ client: s3, params: { Bucket, Key: "stream", Body } }).done();
      assertEquals(await sha256(await bytesOf(s3, "stream")), await sha256(large));
      const put = await s3.send(new PutObjectCommand({ Bucket, Key: "one", Body: large }));
      assertEquals(
        (await s3.send(new HeadObjectCommand({ Bucket, Key: "stream" }))).ETag,
        put.ETag,
      );

      const gone = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "gone" }));
      const where = { Bucket, Key: "gone", UploadId: gone.UploadId };
      const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
      assertEquals(Uploads?.map((upload) => upload.UploadId), [gone.UploadId]);
      await s3.send(new AbortMultipartUploadCommand(where));
      await assertCode("NoSuchUpload", () => s3.send(new ListPartsCommand(where)));
    }),
});

Deno.test({
  name: "aws-sdk-js presigned URLs work and forged ones do not",
  ...SDK,
  fn: () =>
    withClient(async (s3) => {
      const target = { Bucket, Key: "by link é" };
      const put = await getSignedUrl(s3, new PutObjectCommand(target));
      const sent = await fetch(put, { method: "PUT", body: "by link" });
      assertEquals(sent.status, 200, await sent.text());
      const get = await getSignedUrl(s3, new GetObjectCommand(target));
      assertEquals(await (await fetch(get)).text(), "by link");
      const forged = await fetch(get.replace("by%20link", "my%20link"));
      assertEquals(forged.status, 403);
      assert((await forged.text()).includes("<Code>SignatureDoesNotMatch</Code>"));
    }),
});

Deno.test({
  name: "sub-resources that are not served answer 501 and touch nothing",
  ...SDK,
  fn: () =>
    withClient(async (s3) => {
      await assertCode(
        "NotImplemented",
        () => s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket })),
      );
      await s3.send(new HeadBucketCommand({ Bucket }));
    }),
});
