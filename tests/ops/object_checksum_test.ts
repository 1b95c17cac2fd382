import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from "../../lib/checksum/algorithms.ts";
import { createDigest } from "../../lib/checksum/digest.ts";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { checkObjectChecksum } from "../../lib/ops/object_checksum.ts";

function digest(algorithm: ChecksumAlgorithm, pieces: readonly Uint8Array[]): Uint8Array {
  const running = createDigest(algorithm);
  for (const piece of pieces) running.update(piece);
  return running.digest();
}

const partOf = (algorithm: ChecksumAlgorithm, bytes: Uint8Array) => ({
  size: bytes.length,
  checksums: { [algorithm]: digest(algorithm, [bytes]).toBase64() },
});

const contents = [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(1000).fill(9)];

Deno.test("the checksum of the whole, and the composite one, agree with the parts'", () => {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const parts = contents.map((bytes) => partOf(algorithm, bytes));
    const composite = digest(algorithm, contents.map((bytes) => digest(algorithm, [bytes])));
    const value = composite.toBase64();
    checkObjectChecksum({ algorithm, value }, parts);
    checkObjectChecksum({ algorithm, value, partCount: 3 }, parts);
    assertThrows(
      () => checkObjectChecksum({ algorithm, value, partCount: 2 }, parts),
      S3Error,
      "did not match",
    );
  }
});

Deno.test("a CRC of the whole is found from the parts' alone, however the content is cut", () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 6 });
  const algorithm = fc.constantFrom("CRC32", "CRC32C", "CRC64NVME");
  fc.assert(fc.property(algorithm, pieces, (algorithm, pieces) => {
    const parts = pieces.map((bytes) => partOf(algorithm, bytes));
    const value = digest(algorithm, pieces).toBase64();
    checkObjectChecksum({ algorithm, value }, parts);
    if (pieces.length > 1) {
      assertThrows(() => checkObjectChecksum({ algorithm, value, partCount: 9 }, parts), S3Error);
    }
  }));
});

Deno.test("another checksum is BadDigest, and one that the parts cannot tell is refused", () => {
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const parts = contents.map((bytes) => partOf(algorithm, bytes));
    const value = new Uint8Array(digest(algorithm, []).length).fill(7).toBase64();
    const wrong = assertThrows(() => checkObjectChecksum({ algorithm, value }, parts), S3Error);
    assertEquals(wrong.code, "BadDigest");
    const unknown = assertThrows(
      () => checkObjectChecksum({ algorithm, value }, [...parts, { size: 1, checksums: {} }]),
      S3Error,
    );
    assertEquals(unknown.code, "InvalidRequest");
  }
  // Only CRCs of parts tell that of the whole.
  const parts = contents.map((bytes) => partOf("SHA256", bytes));
  const value = digest("SHA256", contents).toBase64();
  assertThrows(() => checkObjectChecksum({ algorithm: "SHA256", value }, parts), S3Error);
});
