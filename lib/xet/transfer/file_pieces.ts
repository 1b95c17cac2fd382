import type { FileRange } from "../cas/cas_options.ts";
import { XetFormatError } from "../error.ts";
import { ZERO_HASH } from "../hash/mod.ts";
import { bytesOf } from "./block.ts";
import { limitsOf, type TransferContext } from "./context.ts";
import { FileReader, type FileRun } from "./file_reader.ts";
import { FileVerifier } from "./file_verifier.ts";
import { ReadPool } from "./read_pool.ts";
import type { ReadWindow } from "./read_window.ts";

/** Names content, and says how long it is. */
interface Content {
  readonly hash: string;
  readonly size: number;
}

/** Bytes of a download. */
export interface FilePiece {
  /** Other readers may have the same: nobody writes to them. */
  readonly bytes: Uint8Array;
  /** Whether nothing follows. */
  readonly last: boolean;
}

/** How a file is read in pieces. */
export interface PieceOptions {
  /** How far to read ahead. */
  readonly window: ReadWindow;
  /** Whether a piece is done with when the next one is asked for. */
  readonly lent: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Reads a range of a file in pieces, and checks a file that is read whole.
 *
 * @param context Where from.
 * @param content Which file.
 * @param range Which bytes.
 * @param options How.
 */
export async function* readPieces(
  context: TransferContext,
  content: Content,
  range: FileRange,
  { window, lent, signal }: PieceOptions,
): AsyncGenerator<FilePiece, void, void> {
  if (content.size === 0) {
    if (content.hash === ZERO_HASH) return;
    throw new XetFormatError(`File ${content.hash} cannot be empty`);
  }
  const { cas, budget, turn } = context;
  const limits = limitsOf(context);
  const pool = context.pool ?? new ReadPool({ budget, turn });
  const whole = range.first === 0 && range.last === content.size - 1;
  const open = (fresh: boolean) =>
    new FileReader({
      cas,
      pool,
      hash: content.hash,
      range,
      hashed: whole,
      fresh,
      spanLength: limits.spanLength,
      window: () => window.bytes,
      signal,
    });
  // Half the budget is left to uploads; a little may always be held.
  const lease = whole && content.size <= limits.holdLength
    ? budget.tryAcquire(content.size, budget.limit / 2)
    : undefined;
  try {
    const held = lease !== undefined || (whole && content.size <= limits.smallWindowLength);
    const runs = held ? await readVerified(pool, content, open) : readRuns(open(false));
    const verifier = whole && !held ? new FileVerifier() : undefined;
    let next = range.first;
    for await (const run of runs) {
      verifier?.add(run);
      const [from, to] = [Math.max(next, run.position), run.position + run.length];
      const last = to > range.last;
      if (last) verifier?.finish(content, pool.known);
      const bytes = bytesOf(run).subarray(
        from - run.position,
        Math.min(to, range.last + 1) - run.position,
      );
      for (let at = 0; at < bytes.length; at += limits.pieceLength) {
        const piece = bytes.subarray(at, at + limits.pieceLength);
        yield { bytes: piece, last: last && at + piece.length === bytes.length };
      }
      next = to;
      if (lent) run.block.letGo();
    }
  } finally {
    lease?.release();
  }
}

async function* readRuns(reader: FileReader): AsyncGenerator<FileRun, void, void> {
  try {
    for (let run = await reader.next(); run; run = await reader.next()) yield run;
  } finally {
    await reader.close();
  }
}

/** A small file, whole. If its bytes are not what its hash says they are fetched once more. */
async function readVerified(
  pool: ReadPool,
  content: Content,
  open: (fresh: boolean) => FileReader,
): Promise<readonly FileRun[]> {
  for (const fresh of [false, true]) {
    const runs = await Array.fromAsync(readRuns(open(fresh)));
    const verifier = new FileVerifier();
    try {
      for (const run of runs) verifier.add(run);
      verifier.finish(content, pool.known);
    } catch (error) {
      if (fresh || !(error instanceof XetFormatError)) throw error;
      for (const { block } of runs) block.letGo();
      continue;
    }
    for (const { block, start, end } of runs) {
      if (start === block.first && end === block.end) pool.put(block);
    }
    return runs;
  }
  return [];
}
