import { HashTable } from "./hash_table.ts";
import type { PackedXorb } from "./packed_xorb.ts";

/** Where a chunk of this upload is. */
export interface PackedChunk {
  readonly xorb: PackedXorb;
  readonly index: number;
}

/** More than the chunks of a xorb. */
const PLACES_A_XORB = 1 << 13;

/** Finds chunks that an upload has already packed; their hashes are in its xorbs. */
export class PackedIndex {
  readonly #xorbs: PackedXorb[] = [];
  readonly #table = new HashTable();

  /** Where the chunk with this hash (32 bytes) is. */
  find(hash: Uint8Array): PackedChunk | undefined {
    const found = this.#table.find(hash, (value) => {
      const { xorb, index } = this.#place(value);
      return xorb?.holds(index, hash) ?? false;
    });
    if (found === undefined) return undefined;
    const { xorb, index } = this.#place(found);
    return xorb && { xorb, index };
  }

  /** Remembers the last chunk of a xorb; of equal ones the first, behind which the same run is likely to follow. */
  add(hash: Uint8Array, { xorb, index }: PackedChunk): void {
    if (this.#xorbs.at(-1) !== xorb) this.#xorbs.push(xorb);
    if (this.find(hash) !== undefined) return;
    this.#table.add(hash, (this.#xorbs.length - 1) * PLACES_A_XORB + index);
  }

  #place(value: number) {
    const index = value % PLACES_A_XORB;
    return { xorb: this.#xorbs[(value - index) / PLACES_A_XORB], index };
  }
}
