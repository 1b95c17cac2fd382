import type { EncodedChunk } from "../engine/mod.ts";
import type { ChunkIndex, KnownChunk } from "./chunk_index.ts";
import { type PackedChunk, PackedIndex } from "./packed_index.ts";
import type { TermList } from "./term_list.ts";

/** Where a chunk of a file is taken from: a xorb of this upload, or one that the CAS has. */
export type ChunkPlace = PackedChunk | KnownChunk;

/** A chunk that is known is stored once more rather than leave a file in shreds: see `find`. */
const MIN_RUN = 8;
/** Terms that a file may have before that is looked at. */
const FREE_TERMS = 16;

/** Finds places of the chunks of one file, so that the file has few terms and its readers few ranges. */
export class ChunkFinder {
  readonly #packed = new PackedIndex();
  readonly #known: ChunkIndex | undefined;
  #last: ChunkPlace | undefined;

  /** @param known What was there before this file. */
  constructor(known: ChunkIndex | undefined) {
    this.#known = known;
  }

  /**
   * Where a chunk can be taken from. What goes on where the chunk before it was is always taken. A
   * term of its own costs each reader a request, so once the last terms of a file have few chunks
   * (as hf_xet does: fewer than 8 over the last 128), one is begun only for at least as many; zeros
   * would otherwise give a term a chunk.
   *
   * @param chunks Chunks of the file.
   * @param at The one to be placed; those behind it tell how long the run is.
   * @param terms The file up to there.
   */
  find(chunks: readonly EncodedChunk[], at: number, terms: TermList): ChunkPlace | undefined {
    const hash = chunks[at]?.hash;
    if (hash === undefined) throw new RangeError(`There is no chunk ${at}`);
    const next = this.#last && { ...this.#last, index: this.#last.index + 1 };
    if (next?.xorb.holds(next.index, hash)) return next;
    const [packed, known] = [this.#packed.find(hash), this.#known?.find(hash)];
    if (packed === undefined && known === undefined) return undefined;
    const packedRun = packed === undefined ? 0 : runLength(packed, chunks, at);
    const knownRun = known === undefined ? 0 : runLength(known, chunks, at);
    const run = Math.max(packedRun, knownRun);
    const isShort = run < MIN_RUN && at + run < chunks.length;
    if (isShort && terms.count > FREE_TERMS && terms.recentRun < MIN_RUN) return undefined;
    return packedRun >= knownRun ? packed : known;
  }

  /** Whether any of these chunks was there before this file. */
  knowsAny(chunks: readonly EncodedChunk[], from: number): boolean {
    return chunks.slice(from).some(({ hash }) => this.#known?.find(hash) !== undefined);
  }

  /** Tells where the next chunk was taken from. */
  took(place: ChunkPlace): void {
    this.#last = place;
  }

  /** Tells of a chunk that was packed. */
  packed(hash: Uint8Array, place: PackedChunk): void {
    this.#packed.add(hash, place);
  }
}

/** How many of the chunks from `at` on are in the same order at a place, as far as that matters. */
function runLength(
  { xorb, index }: ChunkPlace,
  chunks: readonly EncodedChunk[],
  at: number,
): number {
  let length = 1;
  while (length < MIN_RUN) {
    const chunk = chunks[at + length];
    if (chunk === undefined || !xorb.holds(index + length, chunk.hash)) break;
    length++;
  }
  return length;
}
