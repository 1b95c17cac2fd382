import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumAlgorithm,
} from "../checksum/algorithms.ts";
import { encodeBase64 } from "../checksum/base64.ts";
import { combineCrcs, type CrcAlgorithm } from "../checksum/combine.ts";
import { createDigest } from "../checksum/digest.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { ChecksumType, UploadChecksum } from "../multipart/upload_registry.ts";
import type { AskedChecksum } from "../s3/operations.ts";
import type { ObjectChecksum } from "../store/object_store.ts";

/** What is known of a part: its length and its verified checksums by S3's algorithm names, base64. */
interface Part {
  readonly size: number;
  readonly checksums: Readonly<Record<string, string>>;
}

/**
 * The checksum of an upload's object, from those of its parts with no second look at the bytes (Amazon S3 user
 * guide, "Checking object integrity": composite and full-object checksums).
 *
 * @param choice What was chosen when the upload was begun.
 * @param parts The chosen parts, in order.
 * @throws {S3Error} InvalidRequest when a part has no checksum of that algorithm.
 */
export function checksumOfParts(choice: UploadChecksum, parts: readonly Part[]): ObjectChecksum {
  const algorithm = checksumAlgorithm(choice.algorithm);
  const value = algorithm && wholeOf(algorithm, choice.type, parts);
  if (algorithm === undefined || value === undefined) {
    throw new TypeError(`No ${choice.type} checksum of ${choice.algorithm}`);
  }
  return stored(algorithm, choice.type, value, parts.length);
}

/**
 * Holds the checksum that a client gives for the whole of an upload against those of its parts. A value
 * without `-N` may be of either type.
 *
 * @param asked What the client says.
 * @param parts The chosen parts, in order.
 * @param type The type that it must be of, if there is one.
 * @returns The checksum, now verified.
 * @throws {S3Error} BadDigest when it is another; InvalidRequest when a part was sent without a checksum of
 * that algorithm, so that nothing can be said.
 */
export function checkObjectChecksum(
  asked: AskedChecksum,
  parts: readonly Part[],
  type?: ChecksumType,
): ObjectChecksum {
  const { algorithm, value, partCount } = asked;
  const types: readonly ChecksumType[] = type === undefined ? ["COMPOSITE", "FULL_OBJECT"] : [type];
  const matching = types.find((possible) =>
    (partCount === undefined || (possible === "COMPOSITE" && partCount === parts.length)) &&
    value === wholeOf(algorithm, possible, parts)
  );
  if (matching !== undefined) return stored(algorithm, matching, value, parts.length);
  throw new S3Error("BadDigest", {
    message: `The ${algorithm} you specified did not match the calculated checksum.`,
  });
}

function stored(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  value: string,
  count: number,
): ObjectChecksum {
  return { algorithm, type, value: type === "COMPOSITE" ? `${value}-${count}` : value };
}

/** The bare value; undefined when the algorithm has no checksum of that type. */
function wholeOf(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly Part[],
): string | undefined {
  const values = parts.map((part) => digestOf(part, algorithm));
  if (type === "COMPOSITE") return compositeOf(algorithm, values);
  return fullOf(algorithm, values, parts.map(({ size }) => size));
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
