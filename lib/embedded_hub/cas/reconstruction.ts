/**
 * How a file, or a range of it, is put together: terms, and the chunk ranges of xorbs to fetch for
 * them.
 */

import { printHash } from "../../xet/hash/hash.ts";
import type { ByteRange } from "./byte_ranges.ts";
import type { StoredFile } from "./file_store.ts";
import { storedTable, type TableOf } from "./shard_checks.ts";
import type { XorbTable } from "./xorb_table.ts";

/** A run of chunks; `end` is exclusive. */
export interface ChunkRange {
  readonly start: number;
  readonly end: number;
}

/** A term as the answers of both versions have it. */
export interface ReconstructionTerm {
  readonly hash: string;
  readonly unpacked_length: number;
  readonly range: ChunkRange;
}

/** The plan for a file or a range of it. */
export interface Reconstruction {
  /** From the first byte delivered to the first byte asked for. */
  readonly offset: number;
  readonly terms: readonly ReconstructionTerm[];
}

/** A run of chunks to fetch, with its place in the stored xorb. */
export interface FetchRange {
  readonly chunks: ChunkRange;
  readonly bytes: ByteRange;
}

/**
 * Plans a file, or the `range` of it (both ends inclusive, within the file): terms outside are
 * dropped, the first and the last one are trimmed to the chunks that touch the range. The end is
 * not cut.
 */
export function planReconstruction(
  file: StoredFile,
  range: ByteRange | undefined,
  tableOf: TableOf,
): Reconstruction {
  const terms: ReconstructionTerm[] = [];
  let offset: number | undefined;
  let position = 0;
  for (let index = 0; index < file.terms.count; index++) {
    const begin = position;
    position += file.terms.bytes(index);
    if (range !== undefined && position <= range.start) continue;
    if (range !== undefined && begin > range.end) break;
    const term = file.terms.term(index);
    const hash = printHash(term.xorb);
    let { start, end } = term;
    let bytes = term.bytes;
    if (range !== undefined && (begin < range.start || position > range.end + 1)) {
      const table = storedTable(hash, tableOf);
      const base = begin - table.uncompressedStart(start);
      while (base + table.uncompressedStart(start + 1) <= range.start) start++;
      while (base + table.uncompressedStart(end - 1) > range.end) end--;
      bytes = table.uncompressedStart(end) - table.uncompressedStart(start);
      offset ??= range.start - (base + table.uncompressedStart(start));
    }
    offset ??= 0;
    terms.push({ hash, unpacked_length: bytes, range: { start, end } });
  }
  return { offset: offset ?? 0, terms };
}

/**
 * What to fetch for these terms: for each xorb ascending runs of chunks, those that touch or
 * overlap merged.
 */
export function fetchRanges(
  terms: readonly ReconstructionTerm[],
  tableOf: TableOf,
): Map<string, FetchRange[]> {
  const byXorb = new Map<string, ChunkRange[]>();
  for (const { hash, range } of terms) {
    const ranges = byXorb.get(hash);
    if (ranges === undefined) byXorb.set(hash, [range]);
    else ranges.push(range);
  }
  const fetches = new Map<string, FetchRange[]>();
  for (const [hash, ranges] of byXorb) {
    const table = storedTable(hash, tableOf);
    fetches.set(hash, mergeRanges(ranges).map((chunks) => placeInXorb(chunks, table)));
  }
  return fetches;
}

function mergeRanges(ranges: readonly ChunkRange[]): ChunkRange[] {
  const merged: ChunkRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && range.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

function placeInXorb(chunks: ChunkRange, table: XorbTable): FetchRange {
  return {
    chunks,
    bytes: { start: table.storedStart(chunks.start), end: table.storedStart(chunks.end) - 1 },
  };
}
