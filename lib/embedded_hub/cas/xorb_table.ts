/**
 * The chunk table of a stored xorb: hashes, places and lengths, packed as the database keeps them.
 */

const HASH_BYTES = 32;
const ENTRY_BYTES = HASH_BYTES + 4 + 4;

/**
 * A packed table of n chunks: n hashes of 32 bytes, n × u32 end offset in the stored body (headers
 * included), n × u32 end offset in the uncompressed data; little endian.
 */
export class XorbTable {
  /** The packed form. */
  readonly bytes: Uint8Array;
  /** The number of chunks. */
  readonly count: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.count = Math.floor(bytes.length / ENTRY_BYTES);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The raw hash of a chunk, as a view. */
  hash(index: number): Uint8Array {
    return this.bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }

  /** The raw hashes of the chunks `start` to `end` (exclusive), one after the other. */
  hashes(start: number, end: number): Uint8Array {
    return this.bytes.subarray(start * HASH_BYTES, end * HASH_BYTES);
  }

  /**
   * Where the chunk with this index begins in the stored body; for `count`, where the last one
   * ends.
   */
  storedStart(index: number): number {
    return index === 0 ? 0 : this.#view.getUint32(this.count * HASH_BYTES + 4 * (index - 1), true);
  }

  /**
   * Where the chunk with this index begins in the uncompressed data; for `count`, how long that is.
   */
  uncompressedStart(index: number): number {
    return index === 0
      ? 0
      : this.#view.getUint32(this.count * (HASH_BYTES + 4) + 4 * (index - 1), true);
  }

  /** The uncompressed length of a chunk. */
  length(index: number): number {
    return this.uncompressedStart(index + 1) - this.uncompressedStart(index);
  }
}

/** One chunk for a table to be made. */
export interface TableEntry {
  readonly hash: Uint8Array;
  readonly storedEnd: number;
  readonly uncompressedEnd: number;
}

/** Packs a table. */
export function packXorbTable(entries: readonly TableEntry[]): XorbTable {
  const bytes = new Uint8Array(entries.length * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  entries.forEach((entry, index) => {
    bytes.set(entry.hash, index * HASH_BYTES);
    view.setUint32(entries.length * HASH_BYTES + 4 * index, entry.storedEnd, true);
    view.setUint32(entries.length * (HASH_BYTES + 4) + 4 * index, entry.uncompressedEnd, true);
  });
  return new XorbTable(bytes);
}
