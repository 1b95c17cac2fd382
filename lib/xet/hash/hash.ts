import { bytesFromHex } from "./hex.ts";
import { XetFormatError } from "../error.ts";

/** The hash of an empty list of chunks, printed. */
export const ZERO_HASH: string = "0".repeat(64);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * The printed form of the 32 bytes at `offset`: four little-endian u64, each as 16 hex digits. It is
 * not the plain hex of the bytes (Xet API, "hash to string").
 */
export function printHash(bytes: Uint8Array, offset = 0): string {
  if (bytes.length - offset < 32) throw new RangeError("A hash has 32 bytes");
  let text = "";
  for (let word = offset; word < offset + 32; word += 8) {
    for (let at = word + 7; at >= word; at--) text += HEX[bytes[at] ?? 0];
  }
  return text;
}

/**
 * The 32 bytes of a printed hash; upper case is accepted.
 *
 * @throws {XetFormatError} unless the text is exactly 64 hex digits
 */
export function parseHash(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[0-9A-Fa-f]{64}$/.test(text)) {
    throw new XetFormatError(`A hash is 64 hex digits, not ${JSON.stringify(text.slice(0, 80))}`);
  }
  const bytes = bytesFromHex(text);
  for (let word = 0; word < 32; word += 8) bytes.subarray(word, word + 8).reverse();
  return bytes;
}

/** The hash at `offset` modulo `n` (at most 2^26): Xet takes the last u64, little endian. */
export function hashModulo(bytes: Uint8Array, n: number, offset = 0): number {
  if (bytes.length - offset < 32) throw new RangeError("A hash has 32 bytes");
  if (!(n >= 1 && n <= 2 ** 26)) throw new RangeError(`The modulus ${n} is not in 1..2^26`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset + 24, 8);
  const high = view.getUint32(4, true) % n * (2 ** 32 % n);
  return (high + view.getUint32(0, true)) % n;
}

/** Whether two hashes of 32 bytes are the same. */
export function equalHashes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
