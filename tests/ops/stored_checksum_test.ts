import { assertEquals } from "@std/assert";
import { CHECKSUM_ALGORITHMS } from "../../lib/checksum/algorithms.ts";
import { createDigest } from "../../lib/checksum/digest.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { operations } from "../../lib/ops/mod.ts";
import type { OperationContext } from "../../lib/ops/context.ts";
import {
  bodyOf,
  BUCKET,
  completionOf,
  opsUnderTest,
  PART_SIZE,
  s3Error,
} from "./ops_under_test.ts";

const CONTENT = "123456789";
const OBJECT = { bucket: BUCKET, key: "key" };
const READ = { ...OBJECT, conditions: {}, overrides: {}, checksumMode: true };

function checksumOf(
  algorithm: typeof CHECKSUM_ALGORITHMS[number],
  bytes: Uint8Array = new TextEncoder().encode(CONTENT),
): string {
  const digest = createDigest(algorithm);
  digest.update(bytes);
  return digest.digest().toBase64();
}

Deno.test("a checksum is stored with the object, those that SDKs send by default by a setting only", async () => {
  for (const storeChecksums of [false, true]) {
    const ops = await opsUnderTest();
    const context: OperationContext = { ...ops.context, storeChecksums };
    for (const algorithm of CHECKSUM_ALGORITHMS) {
      const value = checksumOf(algorithm);
      const body = bodyOf(CONTENT, { [algorithm]: value });
      const put = await operations.PutObject(context, {
        ...OBJECT,
        body,
        attributes: {},
        conditions: {},
      });
      assertEquals(put.checksums, { [algorithm]: value });
      const { checksum } = await operations.HeadObject(context, READ);
      const kept = storeChecksums || !["CRC32", "CRC64NVME"].includes(algorithm);
      assertEquals(checksum, kept ? { algorithm, value, type: "FULL_OBJECT" } : undefined);
    }
  }
});

Deno.test("bytes that come without a checksum get S3's default, by the same setting", async () => {
  const ops = await opsUnderTest();
  const put = { ...OBJECT, attributes: {}, conditions: {} };
  const value = checksumOf("CRC64NVME");
  const without = await ops.run("PutObject", { ...put, body: bodyOf(CONTENT) });
  assertEquals([without.checksums, without.object.attributes], [{}, {}]);
  const context: OperationContext = { ...ops.context, storeChecksums: true };
  const { checksums, object } = await operations.PutObject(context, {
    ...put,
    body: bodyOf(CONTENT),
  });
  assertEquals(checksums, { CRC64NVME: value });
  assertEquals(object.attributes, {
    checksum: { algorithm: "CRC64NVME", value, type: "FULL_OBJECT" },
  });
});

Deno.test("an upload without a checksum gets S3's default of the whole, where all parts have it", async () => {
  const ops = await opsUnderTest();
  const context: OperationContext = { ...ops.context, storeChecksums: true };
  const first = new Uint8Array(PART_SIZE).fill(1);
  const last = new Uint8Array([2]);
  const completed = async (sent: Readonly<Record<string, string>>) => {
    const { upload } = await ops.run("CreateMultipartUpload", { ...OBJECT, attributes: {} });
    const of = { ...OBJECT, uploadId: upload.uploadId, send: () => Promise.reject() };
    const parts = [];
    for (const [i, body] of [bodyOf(first, sent), bodyOf(last)].entries()) {
      const { part } = await operations.UploadPart(context, { ...of, partNumber: i + 1, body });
      parts.push({ partNumber: part.partNumber, etag: part.etag });
    }
    return await operations.CompleteMultipartUpload(context, completionOf(of, parts));
  };
  const value = checksumOf("CRC64NVME", new Uint8Array([...first, ...last]));
  const { checksum } = await completed({});
  assertEquals(checksum, { algorithm: "CRC64NVME", type: "FULL_OBJECT", value });
  assertEquals((await completed({ CRC32: checksumOf("CRC32", first) })).checksum, undefined);
});

Deno.test("a checksum is shown when it is asked for, and never of a range", async () => {
  const ops = await opsUnderTest();
  const value = checksumOf("SHA1");
  const body = bodyOf(CONTENT, { SHA1: value });
  await ops.run("PutObject", { ...OBJECT, body, attributes: {}, conditions: {} });
  const shown = async (change: Partial<typeof READ> & { range?: string; partNumber?: number }) =>
    (await ops.run("HeadObject", { ...READ, ...change })).checksum?.value;
  assertEquals(await shown({}), value);
  assertEquals(await shown({ checksumMode: false }), undefined);
  assertEquals(await shown({ range: "bytes=0-" }), undefined);
  assertEquals(await shown({ partNumber: 1 }), value);
});

Deno.test("the object of an upload has the checksum that was chosen, and its parts have theirs", async () => {
  const contents = [new Uint8Array(PART_SIZE).fill(1), new Uint8Array([2, 3])];
  const whole = new Uint8Array([...contents[0] ?? [], 2, 3]);
  const choices = [["CRC32C", "COMPOSITE"], ["CRC32C", "FULL_OBJECT"], [
    "SHA256",
    "COMPOSITE",
  ]] as const;
  for (const [algorithm, type] of choices) {
    const ops = await opsUnderTest();
    const checksum = { algorithm, type };
    const { upload } = await ops.run("CreateMultipartUpload", {
      ...OBJECT,
      attributes: { metadata: { a: "b" } },
      checksum,
    });
    const of = { ...OBJECT, uploadId: upload.uploadId, send: () => Promise.reject() };
    const values = contents.map((bytes) => checksumOf(algorithm, bytes));
    const parts = [];
    for (const [i, bytes] of contents.entries()) {
      // Where the whole has a checksum of its own, the second comes without, so that it is computed.
      const isSent = i === 0 || type === "COMPOSITE";
      const sent = isSent ? { [algorithm]: values[i] ?? "" } : {};
      const body = { ...bodyOf(bytes, sent), ...(isSent && { checksumAlgorithm: algorithm }) };
      const { part } = await ops.run("UploadPart", { ...of, partNumber: i + 1, body });
      assertEquals(part.checksums, { [algorithm]: values[i] });
      parts.push(part);
    }
    const output = await ops.run("CompleteMultipartUpload", completionOf(of, parts));
    const raw = values.map((text) => Uint8Array.fromBase64(text));
    const joined = new Uint8Array(raw.flatMap((bytes) => [...bytes]));
    const expected = type === "FULL_OBJECT"
      ? checksumOf(algorithm, whole)
      : `${checksumOf(algorithm, joined)}-2`;
    assertEquals(output.checksum, { algorithm, type, value: expected });
    assertEquals(await ops.run("CompleteMultipartUpload", completionOf(of, parts)), output);
    const head = await ops.run("HeadObject", READ);
    assertEquals(head.checksum, output.checksum);
    assertEquals(head.object.attributes.metadata, { a: "b" });
    const part = await ops.run("HeadObject", { ...READ, partNumber: 2 });
    assertEquals(part.checksum, { algorithm, type, value: values[1] ?? "" });
  }
});

Deno.test("a part of another algorithm is refused unread, and so is another choice at the end", async () => {
  const ops = await opsUnderTest();
  const { upload } = await ops.run("CreateMultipartUpload", {
    ...OBJECT,
    attributes: {},
    checksum: { algorithm: "SHA256", type: "COMPOSITE" },
  });
  const of = { ...OBJECT, uploadId: upload.uploadId, send: () => Promise.reject() };
  const other = { ...bodyOf(CONTENT, { CRC32: "y/Q5Jg==" }), checksumAlgorithm: "CRC32" };
  const error = await s3Error(ops.run("UploadPart", { ...of, partNumber: 1, body: other }));
  assertEquals([error.code, other.stream.locked], ["InvalidRequest", false]);
  const none = await s3Error(
    ops.run("UploadPart", { ...of, partNumber: 1, body: bodyOf(CONTENT) }),
  );
  assertEquals(
    none.message,
    "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null",
  );
  const SHA256 = checksumOf("SHA256");
  const body = { ...bodyOf(CONTENT, { SHA256 }), checksumAlgorithm: "SHA256" };
  const { part } = await ops.run("UploadPart", { ...of, partNumber: 1, body });
  const input = completionOf(of, [part]);
  const listed = (checksums: Readonly<Record<string, string>>) => ({
    ...input,
    parts: input.parts.map((each) => ({ ...each, checksums })),
  });
  const codeWith = (checksums: Readonly<Record<string, string>>) =>
    ops.codeOf("CompleteMultipartUpload", listed(checksums));
  assertEquals(await codeWith({}), "InvalidRequest");
  assertEquals(await codeWith({ CRC32: "y/Q5Jg==" }), "BadDigest");
  assertEquals(await codeWith({ SHA256: "AAAA" }), "InvalidPart");
  const wrong = [
    { checksumType: "FULL_OBJECT" as const },
    { checksum: { algorithm: "CRC32" as const, value: "y/Q5Jg==" } },
  ];
  for (const change of wrong) {
    const refused = await s3Error(ops.run("CompleteMultipartUpload", { ...input, ...change }));
    assertEquals(refused instanceof S3Error && refused.code, "InvalidRequest");
  }
  await ops.run("CompleteMultipartUpload", input);
});
