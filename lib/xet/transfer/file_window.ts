import type { FairTurn } from "../../flow/fair_turn.ts";
import { MemoryBudget } from "../../flow/memory_budget.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { FileRange } from "../cas/cas_options.ts";
import { ChunkList } from "../hash/mod.ts";
import { bytesOf, hashesOf, lengthsOf } from "./block.ts";
import { TRANSFER_LIMITS } from "./context.ts";
import { FileReader } from "./file_reader.ts";
import { ReadPool } from "./read_pool.ts";

/** A range of a file in memory. */
export interface FileWindow {
  /** Exactly the bytes of the range. */
  readonly pieces: readonly Uint8Array[];
  /** The chunks that touch the range, if they were hashed. */
  readonly chunks: ChunkList;
  /** Where in the file the first of them begins. */
  readonly start: number;
}

/** How a window is read. */
export interface WindowOptions {
  /** Whether the chunks are hashed. */
  readonly hashes: boolean;
  readonly turn: FairTurn;
  readonly signal: AbortSignal;
}

/**
 * Reads a small range of a file into memory. Every term must decode to the length that the
 * reconstruction gives.
 *
 * @param cas Where from.
 * @param hash The file hash in printed form.
 * @param range Which bytes.
 * @param options How.
 * @throws CasError or XetFormatError; never gives fewer bytes.
 */
export async function readWindow(
  cas: CasClient,
  hash: string,
  range: FileRange,
  { hashes, turn, signal }: WindowOptions,
): Promise<FileWindow> {
  const length = range.last - range.first + 1;
  const reader = new FileReader({
    cas,
    pool: new ReadPool({ budget: new MemoryBudget(4 * length), turn }),
    hash,
    range,
    hashed: hashes,
    spanLength: TRANSFER_LIMITS.spanLength,
    window: () => length,
    signal,
  });
  const pieces: Uint8Array[] = [];
  const chunks = new ChunkList();
  let start: number | undefined;
  try {
    for (let run = await reader.next(); run; run = await reader.next()) {
      start ??= run.position;
      const from = Math.max(0, range.first - run.position);
      pieces.push(bytesOf(run).subarray(from, range.last + 1 - run.position));
      lengthsOf(run).forEach((size, i) => {
        const hash = hashesOf(run)?.subarray(i * 32, i * 32 + 32);
        if (hash !== undefined) chunks.push(hash, size);
      });
    }
  } finally {
    await reader.close();
  }
  return { pieces, chunks, start: start ?? range.first };
}
