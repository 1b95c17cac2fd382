/** The terms of a registered file, packed as the database keeps them. */

const HASH_BYTES = 32;
const ENTRY_BYTES = 2 * HASH_BYTES + 12;

/** A term of a registered file: the chunks `start` to `end` (exclusive) of a xorb. */
export interface FileTerm {
  /** The raw hash of the xorb. */
  readonly xorb: Uint8Array;
  /** Uncompressed bytes. */
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
  /** The 32 bytes of the verification hash. */
  readonly verification: Uint8Array;
}

/**
 * A packed list: for each term xorb hash 32, u32 bytes, u32 start, u32 end, verification hash 32;
 * little endian.
 */
export class FileTerms {
  /** The packed form. */
  readonly packed: Uint8Array;
  /** The number of terms. */
  readonly count: number;
  readonly #view: DataView;

  constructor(packed: Uint8Array) {
    this.packed = packed;
    this.count = Math.floor(packed.length / ENTRY_BYTES);
    this.#view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  }

  /** The uncompressed bytes of a term. */
  bytes(index: number): number {
    return this.#view.getUint32(index * ENTRY_BYTES + HASH_BYTES, true);
  }

  /** One of the terms. */
  term(index: number): FileTerm {
    const at = index * ENTRY_BYTES;
    return {
      xorb: this.packed.subarray(at, at + HASH_BYTES),
      bytes: this.bytes(index),
      start: this.#view.getUint32(at + HASH_BYTES + 4, true),
      end: this.#view.getUint32(at + HASH_BYTES + 8, true),
      verification: this.packed.subarray(at + HASH_BYTES + 12, at + ENTRY_BYTES),
    };
  }
}

/** Packs `count` terms. */
export function packFileTerms(count: number, term: (index: number) => FileTerm): FileTerms {
  const packed = new Uint8Array(count * ENTRY_BYTES);
  const view = new DataView(packed.buffer);
  for (let index = 0; index < count; index++) {
    const at = index * ENTRY_BYTES;
    const { xorb, bytes, start, end, verification } = term(index);
    packed.set(xorb, at);
    view.setUint32(at + HASH_BYTES, bytes, true);
    view.setUint32(at + HASH_BYTES + 4, start, true);
    view.setUint32(at + HASH_BYTES + 8, end, true);
    packed.set(verification, at + HASH_BYTES + 12);
  }
  return new FileTerms(packed);
}
