/**
 * The CRC of a whole from the CRCs of its parts and their lengths, with no second look at the
 * bytes. Appending `n` bytes multiplies a CRC, taken as a polynomial over GF(2), by `x^(8n)` modulo
 * the CRC's polynomial; initial value and final xor being all ones, nothing else is needed (as in
 * zlib's `crc32_combine`).
 *
 * @module
 */

import type { ChecksumAlgorithm } from "./algorithms.ts";

/** The algorithms whose values can be combined. */
export type CrcAlgorithm = Extract<ChecksumAlgorithm, `CRC${string}`>;

/** One part of a whole. */
export interface CrcPart {
  /** The part's CRC, big-endian, as {@linkcode Digest} gives it. */
  readonly crc: Uint8Array;
  /** The part's length in bytes. */
  readonly length: number;
}

interface Field {
  readonly bytes: number;
  /** The polynomial, reflected, without its highest term. */
  readonly polynomial: bigint;
}

const FIELDS: Readonly<Record<CrcAlgorithm, Field>> = {
  CRC32: { bytes: 4, polynomial: 0xedb88320n },
  CRC32C: { bytes: 4, polynomial: 0x82f63b78n },
  CRC64NVME: { bytes: 8, polynomial: 0x9a6c9329ac4bc9b5n },
};

/**
 * Combines the CRCs of adjoining parts.
 *
 * @param algorithm Which CRC.
 * @param parts The parts in order; none at all give the CRC of nothing.
 * @returns The CRC of the whole, big-endian.
 * @throws {RangeError} When a CRC has the wrong number of bytes or a length is no natural number.
 *
 * @example
 * ```ts
 * import { combineCrcs } from "./combine.ts";
 * import { createDigest } from "./digest.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const crcOf = (text: string) => {
 *   const digest = createDigest("CRC32C");
 *   digest.update(new TextEncoder().encode(text));
 *   return digest.digest();
 * };
 * const parts = [{ crc: crcOf("1234"), length: 4 }, { crc: crcOf("56789"), length: 5 }];
 * assertEquals(combineCrcs("CRC32C", parts), crcOf("123456789"));
 * ```
 */
export function combineCrcs(algorithm: CrcAlgorithm, parts: Iterable<CrcPart>): Uint8Array {
  const field = FIELDS[algorithm];
  // Parts of one upload nearly all have one length, so factors are worth keeping.
  const factors = new Map<number, bigint>();
  let whole = 0n;
  for (const { crc, length } of parts) {
    if (crc.length !== field.bytes) {
      throw new RangeError(`Not a ${algorithm} value: ${crc.length} bytes`);
    }
    let factor = factors.get(length);
    if (factor === undefined) {
      factor = powerOfX(field, length);
      factors.set(length, factor);
    }
    whole = multiply(field, factor, whole) ^ BigInt(`0x${crc.toHex()}`);
  }
  return Uint8Array.fromHex(whole.toString(16).padStart(field.bytes * 2, "0"));
}

/** `x^(8 * length)` modulo the polynomial, by repeated squaring. */
function powerOfX(field: Field, length: number): bigint {
  if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`Not a length: ${length}`);
  const one = 1n << BigInt(field.bytes * 8 - 1);
  let square = one >> 8n;
  let power = one;
  for (let rest = BigInt(length); rest > 0n; rest >>= 1n) {
    if (rest & 1n) power = multiply(field, power, square);
    square = multiply(field, square, square);
  }
  return power;
}

/** The product of two reflected polynomials: the coefficient of `x^0` is the highest bit. */
function multiply(field: Field, a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let bit = 1n << BigInt(field.bytes * 8 - 1); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= b;
    b = b & 1n ? (b >> 1n) ^ field.polynomial : b >> 1n;
  }
  return product;
}
