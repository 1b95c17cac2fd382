import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm } from "../checksum/algorithms.ts";
import { encodeBase64 } from "../checksum/base64.ts";
import { combineCrcs, type CrcAlgorithm } from "../checksum/combine.ts";
import { createDigest } from "../checksum/digest.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { ObjectChecksum } from "../s3/operations.ts";

/** What is known of a part: its length and its verified checksums by S3's algorithm names, base64. */
interface Part {
  readonly size: number;
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * Holds the checksum that a client gives for the whole of an upload against those of its parts, with no
 * second look at the bytes (Amazon S3 user guide, "Checking object integrity": composite and full-object
 * checksums). A value without `-N` may be of either type.
 *
 * @param asked What the client says.
 * @param parts The chosen parts, in order.
 * @throws {S3Error} BadDigest when it is another; InvalidRequest when a part was sent without a checksum of
 * that algorithm, so that nothing can be said.
 */
export function checkObjectChecksum(asked: ObjectChecksum, parts: readonly Part[]): void {
  const { algorithm, value, partCount } = asked;
  const values = parts.map((part) => digestOf(part, algorithm));
  const composite = compositeOf(algorithm, values);
  if (partCount !== undefined) {
    if (partCount === parts.length && value === composite) return;
  } else {
    const lengths = parts.map(({ size }) => size);
    if (value === composite || value === fullOf(algorithm, values, lengths)) return;
  }
  throw new S3Error("BadDigest", {
    message: `The ${algorithm} you specified did not match the calculated checksum.`,
  });
}

function digestOf({ checksums }: Part, algorithm: ChecksumAlgorithm): Uint8Array {
  const value = checksums[algorithm];
  if (value !== undefined) return Uint8Array.fromBase64(value);
  throw new S3Error("InvalidRequest", {
    message: `The upload has parts without a ${algorithm} checksum, so that of the whole cannot ` +
      "be verified.",
  });
}

function compositeOf(algorithm: ChecksumAlgorithm, values: readonly Uint8Array[]): string {
  const digest = createDigest(algorithm);
  for (const value of values) digest.update(value);
  return encodeBase64(digest.digest());
}

/** Only CRCs of parts tell the CRC of the whole. */
function fullOf(
  algorithm: ChecksumAlgorithm,
  values: readonly Uint8Array[],
  lengths: readonly number[],
): string | undefined {
  if (!isCrc(algorithm)) return undefined;
  const parts = values.map((crc, i) => ({ crc, length: lengths[i] ?? 0 }));
  return encodeBase64(combineCrcs(algorithm, parts));
}

const CRCS: ReadonlySet<string> = new Set(
  CHECKSUM_ALGORITHMS.filter((algorithm) => algorithm.startsWith("CRC")),
);

function isCrc(algorithm: ChecksumAlgorithm): algorithm is CrcAlgorithm {
  return CRCS.has(algorithm);
}
