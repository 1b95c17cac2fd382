import type { PackedXorb } from "./packed_xorb.ts";

/** Where a chunk of this upload is. */
export interface ChunkPlace {
  readonly xorb: PackedXorb;
  readonly index: number;
}

/** The chunks of about 4 GiB; older ones are forgotten, so that memory does not grow with a file. */
const MAX_ENTRIES = 65_536;

/** Finds chunks that an upload has already packed. */
export class DedupIndex {
  readonly #places = new Map<string, ChunkPlace>();

  /** Where the chunk with this hash (32 bytes) is. */
  find(hash: Uint8Array): ChunkPlace | undefined {
    return this.#places.get(keyOf(hash));
  }

  /** Remembers a chunk; of equal ones the first, behind which the same run is likely to follow. */
  add(hash: Uint8Array, place: ChunkPlace): void {
    const key = keyOf(hash);
    if (this.#places.has(key)) return;
    if (this.#places.size >= MAX_ENTRIES) {
      for (const oldest of this.#places.keys()) {
        this.#places.delete(oldest);
        break;
      }
    }
    this.#places.set(key, place);
  }
}

/** The hash as a string of 32 characters: a quarter of the memory of its printed form. */
function keyOf(hash: Uint8Array): string {
  return String.fromCharCode(...hash);
}
