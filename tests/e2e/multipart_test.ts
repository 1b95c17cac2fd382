import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { randomBytes, sha256 } from "../support/random_bytes.ts";
import { startGateway } from "../support/start_gateway.ts";

const Bucket = "multipart";
const PART_SIZE = 5 * 1024 * 1024;
/** The SDK keeps sockets alive beyond its own end, so these tests do not watch resources. */
const SDK = { sanitizeOps: false, sanitizeResources: false };

async function withClient(work: (s3: S3Client) => Promise<void>): Promise<void> {
  await using gateway = await startGateway({ memoryBudget: 64 * 1024 * 1024 });
  const s3 = new S3Client({
    endpoint: gateway.url,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: gateway.credential,
  });
  try {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await work(s3);
  } finally {
    s3.destroy();
  }
}

/** An upload in progress. */
async function begin(s3: S3Client, Key: string) {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const of = { Bucket, Key, UploadId };
  return {
    of,
    async send(PartNumber: number, Body: Uint8Array): Promise<CompletedPart> {
      const { ETag } = await s3.send(new UploadPartCommand({ ...of, PartNumber, Body }));
      return { PartNumber, ETag };
    },
    async copy(PartNumber: number, source: string, range?: string): Promise<CompletedPart> {
      const { CopyPartResult } = await s3.send(
        new UploadPartCopyCommand({
          ...of,
          PartNumber,
          CopySource: `${Bucket}/${source}`,
          CopySourceRange: range,
        }),
      );
      return { PartNumber, ETag: CopyPartResult?.ETag };
    },
    complete: (Parts: CompletedPart[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts } })),
  };
}

async function bytesOf(s3: S3Client, Key: string, PartNumber?: number) {
  const { Body, PartsCount } = await s3.send(
    new GetObjectCommand({ Bucket, Key, ...(PartNumber !== undefined && { PartNumber }) }),
  );
  assert(Body !== undefined);
  return { bytes: new Uint8Array(await Body.transformToByteArray()), PartsCount };
}

const nameOf = async (sending: Promise<unknown>): Promise<string> =>
  (await assertRejects(() => sending, S3ServiceException)).name;

const joined = (...pieces: readonly Uint8Array<ArrayBuffer>[]) => new Blob([...pieces]).bytes();

Deno.test(
  "parts that come out of order, with gaps and again make the object, and are read by number",
  SDK,
  async () => {
    await withClient(async (s3) => {
      const upload = await begin(s3, "key");
      const pieces = [randomBytes(PART_SIZE, 1), randomBytes(PART_SIZE + 7, 2), randomBytes(99, 3)];
      const [first, second, third] = pieces;
      assert(first !== undefined && second !== undefined && third !== undefined);
      const last = await upload.send(9, third);
      await upload.send(4, randomBytes(PART_SIZE, 9));
      await upload.send(7, randomBytes(10, 5));
      const middle = await upload.send(4, second);
      const parts = [await upload.send(2, first), middle, last];
      const { Parts = [] } = await s3.send(new ListPartsCommand(upload.of));
      assertEquals(Parts.map(({ PartNumber }) => PartNumber), [2, 4, 7, 9]);
      await upload.complete(parts);
      const whole = await bytesOf(s3, "key");
      assertEquals(await sha256(whole.bytes), await sha256(await joined(first, second, third)));
      await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/key` }));
      for (const Key of ["key", "copy"]) {
        for (const [i, number] of [2, 4, 9].entries()) {
          const part = await bytesOf(s3, Key, number);
          assertEquals(part.PartsCount, 3);
          assertEquals(part.bytes, pieces[i]);
        }
        const beyond = new GetObjectCommand({ Bucket, Key, PartNumber: 3 });
        assertEquals(await nameOf(s3.send(beyond)), "InvalidPartNumber");
        const { ObjectParts, ObjectSize } = await s3.send(
          new GetObjectAttributesCommand({
            Bucket,
            Key,
            ObjectAttributes: ["ObjectParts", "ObjectSize"],
            MaxParts: 2,
            PartNumberMarker: "2",
          }),
        );
        assertEquals(ObjectSize, 2 * PART_SIZE + 106);
        assertEquals([ObjectParts?.TotalPartsCount, ObjectParts?.IsTruncated], [3, false]);
        assertEquals(ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]), [
          [4, PART_SIZE + 7],
          [9, 99],
        ]);
      }
      await s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "new" }));
      assertEquals((await bytesOf(s3, "key", 1)).PartsCount, undefined);
      const gone = new HeadObjectCommand({ Bucket, Key: "key", PartNumber: 2 });
      assertEquals(await s3.send(gone).catch((error) => error.$metadata.httpStatusCode), 416);
    });
  },
);

Deno.test("UploadPartCopy takes whole objects and ranges, many at a time", SDK, async () => {
  await withClient(async (s3) => {
    const source = randomBytes(3 * PART_SIZE + 20, 4);
    await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: source }));
    const upload = await begin(s3, "copied");
    const cuts = [0, PART_SIZE, 2 * PART_SIZE + 5, source.length];
    const copies = cuts.slice(0, -1).map((first, i) =>
      upload.copy(i + 1, "source", `bytes=${first}-${(cuts[i + 1] ?? 0) - 1}`)
    );
    const whole = [4, 5, 6, 7].map((number) => upload.copy(number, "source"));
    const parts = await Promise.all([...copies, ...whole]);
    for (const { ETag } of parts) assertMatch(ETag ?? "", /^"[0-9a-f]{32}-1"$/);
    assertEquals(parts[3]?.ETag, parts[4]?.ETag);
    await upload.complete(parts.slice(0, 4));
    const { bytes } = await bytesOf(s3, "copied");
    assertEquals(await sha256(bytes), await sha256(await joined(source, source)));
    const other = await begin(s3, "other");
    assertEquals(
      await nameOf(other.copy(1, "source", `bytes=0-${source.length}`)),
      "InvalidArgument",
    );
    assertEquals(await nameOf(other.copy(1, "missing")), "NoSuchKey");
    const unmet = new UploadPartCopyCommand({
      ...other.of,
      PartNumber: 1,
      CopySource: `${Bucket}/source`,
      CopySourceIfMatch: '"x"',
    });
    assertEquals(await nameOf(s3.send(unmet)), "PreconditionFailed");
  });
});

Deno.test(
  "aborts, parts and completions that race leave the object whole or not there",
  SDK,
  async () => {
    await withClient(async (s3) => {
      for (let round = 0; round < 12; round++) {
        const Key = `race-${round}`;
        const upload = await begin(s3, Key);
        const body = randomBytes(1000, round);
        const part = await upload.send(1, body);
        const [completed] = await Promise.allSettled([
          upload.complete([part]),
          s3.send(new AbortMultipartUploadCommand(upload.of)),
          upload.send(1, body),
        ]);
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key })).catch(() => undefined);
        assertEquals(head?.ContentLength, completed.status === "fulfilled" ? 1000 : undefined);
        if (completed.status === "fulfilled") assertEquals((await bytesOf(s3, Key)).bytes, body);
        else assertEquals(completed.reason.name, "NoSuchUpload");
      }
    });
  },
);

Deno.test(
  "a completion while parts are sent again takes a part whole, old or new",
  SDK,
  async () => {
    await withClient(async (s3) => {
      for (let round = 0; round < 6; round++) {
        const Key = `again-${round}`;
        const upload = await begin(s3, Key);
        const old = randomBytes(5000, round);
        const part = await upload.send(1, old);
        const [completed] = await Promise.allSettled([
          upload.complete([part]),
          ...[1, 2, 3].map((i) => upload.send(1, randomBytes(5000, 100 + 10 * round + i))),
        ]);
        // Of the part listed either those bytes are there, or the list no longer holds.
        if (completed.status === "fulfilled") assertEquals((await bytesOf(s3, Key)).bytes, old);
        else assertEquals(completed.reason.name, "InvalidPart");
      }
    });
  },
);
