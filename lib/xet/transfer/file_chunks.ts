import { joinBytes } from "../../flow/byte_pieces.ts";
import type { FileRange } from "../cas/cas_options.ts";
import type { TransferContext } from "./context.ts";
import { ReadAhead } from "./read_ahead.ts";

/** A chunk of a file, as it was read. */
export interface FileChunk {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** Where in the file it begins. */
  readonly start: number;
  /** Bytes of the chunk. */
  readonly size: number;
  /** Those of its bytes that are in the range. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the chunks that a range of a file touches, one after the other, in the memory of a download.
 *
 * @param context Where from.
 * @param hash The file hash in printed form.
 * @param range Which bytes.
 * @param signal Ends it.
 */
export async function* readFileChunks(
  context: TransferContext,
  hash: string,
  range: FileRange,
  signal: AbortSignal,
): AsyncGenerator<FileChunk, void, void> {
  const windows = new ReadAhead(context, hash, range, { hashes: true, signal });
  try {
    /** Of a chunk of which only the beginning has come. */
    let begun: Uint8Array = new Uint8Array(0);
    let position = range.first;
    for (let window = await windows.next(); window; window = await windows.next()) {
      const { chunks } = window;
      const from = position - begun.length;
      const bytes = joinBytes([begun, ...window.pieces]);
      begun = bytes.subarray(0, 0);
      position = from + bytes.length;
      for (let i = 0, start = window.start; i < chunks.count; start += chunks.size(i++)) {
        const [first, end] = [Math.max(start, range.first), start + chunks.size(i)];
        if (end > position && position <= range.last) {
          begun = bytes.slice(first - from);
        } else {
          const own = bytes.subarray(first - from, end - from); // not beyond the end of the range
          yield { hash: chunks.hash(i), start, size: chunks.size(i), bytes: own };
        }
      }
    }
  } finally {
    await windows.close();
  }
}
