import type { FileRange } from "../cas/cas_options.ts";
import { bytesOf } from "./block.ts";
import { limitsOf, type TransferContext } from "./context.ts";
import { FileReader } from "./file_reader.ts";
import { ReadPool } from "./read_pool.ts";

/** A chunk of a file, as it was read. */
export interface FileChunk {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** Where in the file it begins. */
  readonly start: number;
  /** Bytes of the chunk. */
  readonly size: number;
  /** Those of its bytes that are in the range; not to be written to, and good until the next chunk. */
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
  const { cas, budget, turn } = context;
  const { spanLength, windowLength } = limitsOf(context);
  const pool = context.pool ?? new ReadPool({ budget, turn });
  const window = () => windowLength;
  const reader = new FileReader({
    cas,
    pool,
    hash,
    range,
    hashed: true,
    spanLength,
    window,
    signal,
  });
  try {
    for (let run = await reader.next(); run; run = await reader.next()) {
      const { block } = run;
      let start = run.position;
      for (let index = run.start; index < run.end; index++) {
        const at = index - block.first;
        const [hash, size] = [
          block.hashes?.subarray(at * 32, at * 32 + 32),
          block.lengths[at] ?? 0,
        ];
        if (hash === undefined) throw new TypeError("The chunks of a file were not hashed");
        const bytes = bytesOf({ block, start: index, end: index + 1 })
          .subarray(Math.max(0, range.first - start), Math.max(0, range.last + 1 - start));
        // A CAS that does not trim terms sends more than was asked for.
        if (start + size > range.first && start <= range.last) yield { hash, start, size, bytes };
        start += size;
      }
      block.letGo();
    }
  } finally {
    await reader.close();
  }
}
