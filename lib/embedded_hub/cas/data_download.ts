/**
 * Serves a data URL: any one of its signed ranges, or all of them as `multipart/byteranges` (RFC
 * 9110 §14.6).
 */

import { type ByteRange, parseByteRanges } from "./byte_ranges.ts";
import { CasError } from "./cas_error.ts";
import type { XorbStore } from "./xorb_store.ts";

/** What a download needs to know beside the request. */
export interface DataDownload {
  readonly xorb: string;
  /** The ranges that the URL is signed for. */
  readonly signed: readonly ByteRange[];
  /** The `Range` header. */
  readonly range: string | null;
  /**
   * Separates the parts of a multipart answer; does not occur in the data but with negligible
   * probability.
   */
  readonly boundary: string;
}

/**
 * Answers 206 with exactly the bytes asked for. Throws a 403 for bytes that the URL is not signed
 * for.
 */
export function downloadData(xorbs: XorbStore, download: DataDownload): Response {
  const { xorb, signed, range, boundary } = download;
  const size = xorbs.size(xorb);
  if (size === undefined) throw new CasError(404, `Xorb ${xorb} is not stored`);
  const ranges = parseByteRanges(range ?? "");
  if (ranges === undefined || !isSigned(ranges, signed)) {
    throw new CasError(403, "The URL is not signed for these bytes");
  }
  const [only] = ranges;
  if (only !== undefined && ranges.length === 1) {
    return new Response(xorbs.read(xorb, only.start, only.end), {
      status: 206,
      headers: {
        "content-type": "application/octet-stream",
        "content-length": String(only.end - only.start + 1),
        "content-range": contentRange(only, size),
        "accept-ranges": "bytes",
      },
    });
  }
  return multipart(xorbs, xorb, ranges, size, boundary);
}

function isSigned(ranges: readonly ByteRange[], signed: readonly ByteRange[]): boolean {
  const same = (a: ByteRange, b: ByteRange | undefined): boolean =>
    a.start === b?.start && a.end === b.end;
  if (ranges.length === 1) {
    return ranges.every((range) => signed.some((member) => same(range, member)));
  }
  return ranges.length === signed.length &&
    ranges.every((range, index) => same(range, signed[index]));
}

function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end}/${size}`;
}

function multipart(
  xorbs: XorbStore,
  xorb: string,
  ranges: readonly ByteRange[],
  size: number,
  boundary: string,
): Response {
  const encoder = new TextEncoder();
  const heads = ranges.map((range, index) =>
    encoder.encode(
      `${index === 0 ? "" : "\r\n"}--${boundary}\r\nContent-Type: application/octet-stream\r\n` +
        `Content-Range: ${contentRange(range, size)}\r\n\r\n`,
    )
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const length = ranges.reduce(
    (sum, { start, end }, index) => sum + (heads[index]?.length ?? 0) + end - start + 1,
    tail.length,
  );
  async function* parts(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const [index, { start, end }] of ranges.entries()) {
      const head = heads[index];
      if (head !== undefined) yield head;
      yield* xorbs.read(xorb, start, end);
    }
    yield tail;
  }
  return new Response(ReadableStream.from(parts()), {
    status: 206,
    headers: {
      "content-type": `multipart/byteranges; boundary=${boundary}`,
      "content-length": String(length),
      "accept-ranges": "bytes",
    },
  });
}
