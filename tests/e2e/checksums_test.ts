import {
  ChecksumAlgorithm,
  type ChecksumType,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CHECKSUM_ALGORITHMS } from "../../lib/checksum/algorithms.ts";
import { createDigest } from "../../lib/checksum/digest.ts";
import { startGateway } from "../support/start_gateway.ts";

const Bucket = "checksums";
const PART_SIZE = 5 * 1024 * 1024;
/** The SDK keeps sockets alive beyond its own end, so these tests do not watch resources. */
const SDK = { sanitizeOps: false, sanitizeResources: false };

type Algorithm = typeof CHECKSUM_ALGORITHMS[number];

/** Those that the SDK can compute itself; it refuses to read an answer with any other. */
const VALIDATED: ReadonlySet<Algorithm> = new Set([
  "CRC32",
  "CRC32C",
  "CRC64NVME",
  "SHA1",
  "SHA256",
]);

async function withClient(
  storeChecksums: boolean,
  work: (s3: S3Client) => Promise<void>,
): Promise<void> {
  await using gateway = await startGateway({ storeChecksums });
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

function digest(algorithm: Algorithm, ...pieces: readonly Uint8Array[]): string {
  const running = createDigest(algorithm);
  for (const piece of pieces) running.update(piece);
  return running.digest().toBase64();
}

/** The checksum of an answer: the SDK has a field for each algorithm. */
const shown = (answer: object, algorithm: Algorithm): unknown =>
  Object.entries(answer).find(([name]) => name === `Checksum${algorithm}`)?.[1];

Deno.test(
  "the checksum of an object is returned on demand, and goes along with a copy",
  SDK,
  async () => {
    await withClient(true, async (s3) => {
      const bytes = new TextEncoder().encode("content of many checksums");
      for (const algorithm of CHECKSUM_ALGORITHMS) {
        const Key = algorithm;
        const value = digest(algorithm, bytes);
        const put = await s3.send(
          new PutObjectCommand({ Bucket, Key, Body: bytes, [`Checksum${algorithm}`]: value }),
        );
        assertEquals(shown(put, algorithm), value);
        await s3.send(
          new CopyObjectCommand({ Bucket, Key: `${Key}-copy`, CopySource: `${Bucket}/${Key}` }),
        );
        for (const key of [Key, `${Key}-copy`]) {
          const head = await s3.send(
            new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: "ENABLED" }),
          );
          assertEquals([shown(head, algorithm), head.ChecksumType], [value, "FULL_OBJECT"]);
          if (!VALIDATED.has(algorithm)) continue;
          const get = await s3.send(
            new GetObjectCommand({ Bucket, Key: key, ChecksumMode: "ENABLED" }),
          );
          // The SDK holds the bytes against the checksum.
          assertEquals(await get.Body?.transformToByteArray(), bytes);
          const part = await s3.send(
            new GetObjectCommand({ Bucket, Key: key, Range: "bytes=1-2", ChecksumMode: "ENABLED" }),
          );
          assertEquals(shown(part, algorithm), undefined);
          await part.Body?.transformToByteArray();
        }
        const plain = await s3.send(new HeadObjectCommand({ Bucket, Key }));
        assertEquals(shown(plain, algorithm), undefined);
        const { Checksum } = await s3.send(
          new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ["Checksum"] }),
        );
        assertEquals(shown(Checksum ?? {}, algorithm), value);
      }
    });
  },
);

Deno.test(
  "a copy gets the checksum that is asked for, read once and never sent again",
  SDK,
  async () => {
    await using gateway = await startGateway({ storeChecksums: true });
    const s3 = new S3Client({
      endpoint: gateway.url,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: gateway.credential,
    });
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(
      new PutObjectCommand({ Bucket, Key: "key", Body: bytes, ChecksumAlgorithm: "SHA1" }),
    );
    const self = { Bucket, Key: "key", CopySource: `${Bucket}/key` };
    const { counters } = gateway.hub;
    for (const algorithm of CHECKSUM_ALGORITHMS) {
      for (const Key of [`to-${algorithm}`, "key"]) {
        counters.reset();
        const copied = await s3.send(
          new CopyObjectCommand({
            ...self,
            Key,
            ChecksumAlgorithm: ChecksumAlgorithm[algorithm],
            ...(Key === "key" && { StorageClass: "STANDARD" }),
          }),
        );
        const { CopyObjectResult = {} } = copied;
        const value = digest(algorithm, bytes);
        assertEquals([shown(CopyObjectResult, algorithm), CopyObjectResult.ChecksumType], [
          value,
          "FULL_OBJECT",
        ]);
        // Only the sidecar goes to the CAS. The look, the look under the lock, the batch, and once a token.
        assert(counters.of("cas").bytesIn < 5000, `${counters.of("cas").bytesIn} bytes sent`);
        assert(counters.of("cas.data").bytesOut < 70_000, "read more than once");
        assert(counters.of("hub").calls <= 4, JSON.stringify(counters.all()));
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
        assertEquals(shown(head, algorithm), value);
      }
    }
    const wrong = { ...self, Key: "wrong", ChecksumAlgorithm: "MD4" as ChecksumAlgorithm };
    counters.reset();
    const error = await assertRejects(
      () => s3.send(new CopyObjectCommand(wrong)),
      S3ServiceException,
    );
    assertEquals([error.name, counters.of("hub.batch").calls], ["InvalidRequest", 0]);
    s3.destroy();
  },
);

Deno.test(
  "checksums that SDKs send by default are not stored without the setting",
  SDK,
  async () => {
    await withClient(false, async (s3) => {
      const kept = async (algorithm: Algorithm) => {
        await s3.send(
          new PutObjectCommand({ Bucket, Key: "k", Body: "1", ChecksumAlgorithm: algorithm }),
        );
        const head = await s3.send(
          new HeadObjectCommand({ Bucket, Key: "k", ChecksumMode: "ENABLED" }),
        );
        return shown(head, algorithm) !== undefined;
      };
      assertEquals(await kept("CRC32"), false);
      assertEquals(await kept("CRC32C"), true);
      assertEquals(await kept("SHA1"), true);
      assertEquals(await kept("SHA256"), true);
    });
  },
);

Deno.test(
  "every algorithm and type of a multipart upload, from creation to the parts",
  SDK,
  async () => {
    const choices: readonly [Algorithm, ChecksumType][] = [
      ["CRC32", "COMPOSITE"],
      ["CRC32", "FULL_OBJECT"],
      ["CRC32C", "COMPOSITE"],
      ["CRC32C", "FULL_OBJECT"],
      ["CRC64NVME", "FULL_OBJECT"],
      ["SHA1", "COMPOSITE"],
      ["SHA256", "COMPOSITE"],
    ];
    const pieces = [new Uint8Array(PART_SIZE).fill(0x41), new Uint8Array(1000).fill(0x42)];
    await withClient(true, async (s3) => {
      for (const [algorithm, type] of choices) {
        const Key = `${algorithm}-${type}`;
        const created = await s3.send(
          new CreateMultipartUploadCommand({
            Bucket,
            Key,
            ChecksumAlgorithm: ChecksumAlgorithm[algorithm],
            ChecksumType: type,
          }),
        );
        assertEquals([created.ChecksumAlgorithm, created.ChecksumType], [algorithm, type]);
        const of = { Bucket, Key, UploadId: created.UploadId };
        const Parts = [];
        const values = pieces.map((piece) => digest(algorithm, piece));
        for (const [i, Body] of pieces.entries()) {
          const checksum = { [`Checksum${algorithm}`]: values[i] };
          const { ETag } = await s3.send(
            new UploadPartCommand({ ...of, PartNumber: i + 1, Body, ...checksum }),
          );
          Parts.push({ PartNumber: i + 1, ETag, ...checksum });
        }
        const listed = await s3.send(new ListPartsCommand(of));
        assertEquals([listed.ChecksumAlgorithm, listed.ChecksumType], [algorithm, type]);
        assertEquals(listed.Parts?.map((part) => shown(part, algorithm)), values);
        const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
        assertEquals(Uploads?.map((upload) => [upload.ChecksumAlgorithm, upload.ChecksumType]), [
          [algorithm, type],
        ]);
        const whole = type === "FULL_OBJECT"
          ? digest(algorithm, ...pieces)
          : `${digest(algorithm, ...values.map((value) => Uint8Array.fromBase64(value)))}-2`;
        const complete = new CompleteMultipartUploadCommand({
          ...of,
          MultipartUpload: { Parts },
          ChecksumType: type,
          [`Checksum${algorithm}`]: whole,
        });
        const done = await s3.send(complete);
        assertEquals([shown(done, algorithm), done.ChecksumType], [whole, type]);
        const again = await s3.send(complete);
        assertEquals([shown(again, algorithm), again.ETag], [whole, done.ETag]);
        const part = await s3.send(
          new GetObjectCommand({ Bucket, Key, PartNumber: 2, ChecksumMode: "ENABLED" }),
        );
        assertEquals([shown(part, algorithm), part.PartsCount], [values[1], 2]);
        assertEquals(await part.Body?.transformToByteArray(), pieces[1]);
        const { Checksum, ObjectParts } = await s3.send(
          new GetObjectAttributesCommand({
            Bucket,
            Key,
            ObjectAttributes: ["Checksum", "ObjectParts"],
          }),
        );
        assertEquals([shown(Checksum ?? {}, algorithm), Checksum?.ChecksumType], [whole, type]);
        assertEquals(ObjectParts?.TotalPartsCount, 2);
        assertEquals(ObjectParts?.Parts?.map((part) => shown(part, algorithm)), values);
      }
    });
  },
);

Deno.test(
  "a wrong checksum stores nothing, and a part of another algorithm is refused",
  SDK,
  async () => {
    await withClient(false, async (s3) => {
      const of = { Bucket, Key: "key" };
      const nameOf = async (sending: Promise<unknown>) =>
        (await assertRejects(() => sending, S3ServiceException)).name;
      const wrong = { Body: "content", ChecksumSHA256: digest("SHA256") };
      assertEquals(await nameOf(s3.send(new PutObjectCommand({ ...of, ...wrong }))), "BadDigest");
      assertEquals(await nameOf(s3.send(new HeadObjectCommand(of))), "NotFound");
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ ...of, ChecksumAlgorithm: "SHA256" }),
      );
      const part = { ...of, UploadId, PartNumber: 1 };
      assertEquals(
        await nameOf(s3.send(
          new UploadPartCommand({ ...part, Body: "content", ChecksumAlgorithm: "CRC32" }),
        )),
        "InvalidRequest",
      );
      assertEquals(
        await nameOf(s3.send(new UploadPartCommand({ ...part, ...wrong }))),
        "BadDigest",
      );
      assertEquals((await s3.send(new ListPartsCommand({ ...of, UploadId }))).Parts, undefined);
    });
  },
);
