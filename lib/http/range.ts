/** What a `Range` header asks of an object of known size. */
export type RequestedRange =
  /** No range, or one that S3 ignores: everything, status 200. */
  | { readonly kind: "whole" }
  /** Inclusive positions with `0 <= first <= last < size`: status 206. */
  | { readonly kind: "part"; readonly first: number; readonly last: number }
  /** Nothing of the object lies in the range: status 416. */
  | { readonly kind: "unsatisfiable" };

const WHOLE: RequestedRange = { kind: "whole" };
const UNSATISFIABLE: RequestedRange = { kind: "unsatisfiable" };
const SINGLE_RANGE = /^bytes=([0-9]*)-([0-9]*)$/i;

/**
 * Reads a `Range` header as S3 does (RFC 9110 section 14.2, but several ranges, other units and
 * anything malformed are ignored and answered with the whole object).
 *
 * @param header The header's value, if there is one.
 * @param size The object's size in bytes.
 * @returns Which bytes are asked for.
 *
 * @example
 * ```ts
 * import { parseRange } from "./range.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseRange("bytes=-3", 10), { kind: "part", first: 7, last: 9 });
 * ```
 */
export function parseRange(header: string | null | undefined, size: number): RequestedRange {
  const match = header === null || header === undefined ? null : SINGLE_RANGE.exec(header.trim());
  if (match === null) return WHOLE;
  const [, first = "", last = ""] = match;
  if (first === "") return last === "" ? WHOLE : suffixRange(BigInt(last), size);
  // BigInt: positions of any number of digits compare exactly.
  if (last !== "" && BigInt(first) > BigInt(last)) return WHOLE;
  if (BigInt(first) >= BigInt(size)) return UNSATISFIABLE;
  const end = last === "" || BigInt(last) >= BigInt(size) ? size - 1 : Number(last);
  return { kind: "part", first: Number(first), last: end };
}

function suffixRange(length: bigint, size: number): RequestedRange {
  if (length === 0n) return UNSATISFIABLE;
  // The end of nothing is all of it (RFC 9110 section 14.1.2), and no 206 could name its positions.
  if (size === 0) return WHOLE;
  const first = length >= BigInt(size) ? 0 : size - Number(length);
  return { kind: "part", first, last: size - 1 };
}
