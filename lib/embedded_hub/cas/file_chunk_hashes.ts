/**
 * The answer of `GET /v2/file-chunk-hashes/{hash}`: what a client needs to edit a file whose chunks
 * it does not know.
 */

import { ChunkList, dirtyWindows, printHash, Subtree } from "../../xet/hash/mod.ts";
import { type ByteRange, parseByteRanges } from "./byte_ranges.ts";
import { refused } from "./cas_error.ts";
import { fileChunks } from "./file_reader.ts";
import type { StoredFile } from "./file_store.ts";
import type { TableOf } from "./shard_checks.ts";

/**
 * Answers for the ranges of an `X-Range-Dirty` header (inclusive ends). Throws a 400 when the
 * header is missing or malformed, or names nothing within the file.
 */
export function fileChunkHashes(file: StoredFile, dirty: string | null, tableOf: TableOf) {
  const chunks = new ChunkList();
  for (const { hash, length } of fileChunks(file, tableOf)) chunks.push(hash, length);
  const ranges = readDirtyRanges(dirty, file.size);
  const windows = dirtyWindows(
    chunks,
    ranges.map(({ start, end }) => ({ start, end: Math.min(end + 1, file.size) })),
  );
  const borders = [0, ...windows.flatMap(({ chunks: span }) => [span.start, span.end])];
  borders.push(chunks.count);
  const hashRanges: ReturnType<typeof subtree>[] = [];
  for (let index = 0; index < borders.length; index += 2) {
    hashRanges.push(subtree(chunks, borders[index] ?? 0, borders[index + 1] ?? 0));
  }
  return {
    totalChunks: chunks.count,
    fileSize: file.size,
    windows: windows.map(({ bytes }) => ({ dirtyByteRange: [bytes.start, bytes.end] })),
    hashRanges,
    gapVerification: gapVerification(file, windows.map(({ bytes }) => bytes)),
  };
}

function readDirtyRanges(header: string | null, size: number): ByteRange[] {
  const ranges = parseByteRanges(header ?? "");
  if (ranges === undefined) {
    throw refused("The X-Range-Dirty header is missing or malformed");
  }
  const within = ranges.filter(({ start }) => start < size);
  if (within.length === 0) throw refused("No range of X-Range-Dirty is within the file");
  return within;
}

function subtree(chunks: ChunkList, start: number, end: number) {
  if (start === end) return null;
  return Subtree.fromChunks(chunks.slice(start, end), {
    atStart: start === 0,
    atEnd: end === chunks.count,
  }).toJSON();
}

/** The verification hashes of the terms that no window touches. */
function gapVerification(
  file: StoredFile,
  windows: readonly { readonly start: number; readonly end: number }[],
): string[] {
  const hashes: string[] = [];
  let position = 0;
  for (let index = 0; index < file.terms.count; index++) {
    const term = file.terms.term(index);
    const start = position;
    position += term.bytes;
    const touched = windows.some((window) => window.start < position && window.end > start);
    if (!touched) hashes.push(printHash(term.verification));
  }
  return hashes;
}
