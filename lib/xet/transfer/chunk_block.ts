import type { Lease } from "../../flow/memory_budget.ts";
import type { PagePool } from "../../flow/page_pool.ts";
import type { EncodedChunk } from "../engine/mod.ts";
import type { ChunkPlace } from "./chunk_finder.ts";
import type { Placeable } from "./placing_line.ts";

/** What becomes of the bytes of a run of chunks: packed, kept until it is sure where they are, or nothing. */
export interface ChunkRun {
  readonly fate: "pack" | "keep" | "leave";
  /** Its first chunk. */
  readonly start: number;
  /** The place of that one; the others follow it. */
  readonly place: ChunkPlace;
}

/** A page that holds nothing but the bytes of a block, and where it goes back to. */
export interface BlockPage {
  readonly page: Uint8Array<ArrayBuffer>;
  readonly pages: PagePool;
}

/** Chunks on their way into a file, and how far they have got. */
export class ChunkBlock implements Placeable {
  /** For the bytes. */
  readonly lease: Lease;
  /** The first chunk that has no place yet. */
  next = 0;
  /** The run before it, of whose bytes nothing has become yet. */
  run: ChunkRun | undefined;
  #chunks: readonly EncodedChunk[];
  #page: BlockPage | undefined;

  /**
   * @param chunks In order; without a page their bytes are borrowed.
   * @param lease For the bytes.
   * @param page The page that they are in; is given back in the end.
   */
  constructor(chunks: readonly EncodedChunk[], lease: Lease, page?: BlockPage) {
    this.#chunks = chunks;
    this.lease = lease;
    this.#page = page;
  }

  /** The chunks, in order. */
  get chunks(): readonly EncodedChunk[] {
    return this.#chunks;
  }

  /** The page that holds nothing but all its chunks, if there is one. */
  get page(): Uint8Array<ArrayBuffer> | undefined {
    return this.#page?.page;
  }

  /** Bytes of budget that it holds. */
  get leased(): number {
    return this.lease.bytes;
  }

  /** Tells that somebody has taken its page over. */
  lostPage(): void {
    this.#page = undefined;
  }

  /** Copies the bytes of what has no place yet, if they are borrowed. */
  keep(): void {
    if (this.#page !== undefined) return;
    const placed = this.#chunks.slice(0, this.next);
    this.#chunks = [...placed, ...copyChunks(this.#chunks.slice(this.next))];
  }

  /** Gives back what it holds. */
  letGo(): void {
    this.lease.release();
    this.#page?.pages.give(this.#page.page);
    this.#page = undefined;
  }
}

/** Bytes of chunks as serialized. */
export function lengthOf(chunks: readonly EncodedChunk[]): number {
  return chunks.reduce((sum, { encodedLength }) => sum + encodedLength, 0);
}

/** The chunks with bytes of their own. */
export function copyChunks(chunks: readonly EncodedChunk[]): readonly EncodedChunk[] {
  const bytes = new Uint8Array(lengthOf(chunks));
  let at = 0;
  return chunks.map((chunk) => {
    const start = at;
    for (const part of chunk.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return { ...chunk, parts: [bytes.subarray(start, at)] };
  });
}
