import { XetFormatError } from "../error.ts";
import type { ChunkList } from "./chunk_list.ts";

/** A range of bytes or chunks, the end excluded. */
export interface Span {
  /** The first one. */
  readonly start: number;
  /** The one after the last. */
  readonly end: number;
}

/** A part of a file that an edit may change, in whole chunks. */
export interface DirtyWindow {
  /** In bytes of the file. */
  readonly bytes: Span;
  /** In chunks of the file. */
  readonly chunks: Span;
}

// Two consecutive chunks of such sizes end at a border that the chunker reaches again whatever
// stood before (Xet chunking, stable borders).
const STABLE_MIN = 16_384;
const STABLE_LIMIT = 122_880;

/**
 * The parts of a file to cut anew when the bytes of `dirty` change (Xet API, `X-Range-Dirty`): each
 * range is widened to whole chunks, then over the clean chunks behind it up to a border that is the
 * same after the edit; parts that meet become one. Ranges in any order, ends excluded, in bytes; an
 * end beyond the file is taken as its end.
 *
 * @throws {XetFormatError} if a range is empty, not in the file, or not whole numbers
 */
export function dirtyWindows(chunks: ChunkList, dirty: readonly Span[]): DirtyWindow[] {
  const borders = [0];
  for (let i = 0, at = 0; i < chunks.count; i++) borders.push(at += chunks.size(i));
  const ranges = dirty.map((range) => touchedChunks(range, borders, chunks.totalSize));
  ranges.sort((a, b) => a.start - b.start);
  const merged: Span[] = [];
  for (const range of ranges) {
    const last = merged.at(-1);
    const end = stableBorder(chunks, range.end);
    if (last && range.start <= last.end) {
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    } else {
      merged.push({ start: range.start, end });
    }
  }
  return merged.map(({ start, end }) => ({
    bytes: { start: borders[start] ?? 0, end: borders[end] ?? 0 },
    chunks: { start, end },
  }));
}

function touchedChunks({ start, end }: Span, borders: readonly number[], size: number): Span {
  const whole = Number.isSafeInteger(start) && Number.isSafeInteger(end);
  if (!whole || start < 0 || start >= end || start >= size) {
    throw new XetFormatError(`The range ${start}..${end} is not in a file of ${size} bytes`);
  }
  const first = upperBound(borders, start) - 1;
  return { start: first, end: upperBound(borders, Math.min(end, size) - 1) };
}

/** Index of the first border greater than `position`. */
function upperBound(borders: readonly number[], position: number): number {
  let [low, high] = [0, borders.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((borders[middle] ?? 0) > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first stable border after the clean chunks from `from` on, as a chunk index. */
function stableBorder(chunks: ChunkList, from: number): number {
  for (let i = from; i + 2 <= chunks.count; i++) {
    if (isStable(chunks.size(i)) && isStable(chunks.size(i + 1))) return i + 2;
  }
  return chunks.count;
}

function isStable(size: number): boolean {
  return size >= STABLE_MIN && size < STABLE_LIMIT;
}
