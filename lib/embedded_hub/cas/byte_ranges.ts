/** Byte ranges as headers and signed URLs write them: `bytes=a-b,c-d`, both ends inclusive. */

/** A range of bytes, both ends inclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads `bytes=a-b,c-d` with plain closed ranges (RFC 9110 §14.1.2); `undefined` for anything else.
 */
export function parseByteRanges(text: string): ByteRange[] | undefined {
  const match = /^bytes=(.+)$/.exec(text.trim());
  if (match?.[1] === undefined) return undefined;
  const ranges: ByteRange[] = [];
  for (const item of match[1].split(",")) {
    const ends = /^(\d{1,15})-(\d{1,15})$/.exec(item.trim());
    if (ends === null) return undefined;
    const range = { start: Number(ends[1]), end: Number(ends[2]) };
    if (range.start > range.end) return undefined;
    ranges.push(range);
  }
  return ranges;
}

/** Writes ranges as `bytes=a-b,c-d`. */
export function printByteRanges(ranges: readonly ByteRange[]): string {
  return `bytes=${ranges.map(({ start, end }) => `${start}-${end}`).join(",")}`;
}

/**
 * The bytes of a file of `size` bytes that a `Range` header of a reconstruction query asks for:
 * `a-b` (b clamped to the end), `a-` or `-n`. `undefined` when it is malformed, backwards or begins
 * at or after the end.
 */
export function resolveRange(text: string, size: number): ByteRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return last === "" || count === 0 ? undefined : { start: size - count, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return undefined;
  return start >= size ? undefined : { start, end };
}
