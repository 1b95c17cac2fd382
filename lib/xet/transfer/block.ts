/** What a {@linkcode Block} is made of. */
export interface BlockParts {
  /** The xorb's hash in printed form. */
  readonly xorb: string;
  /** The index in the xorb of the first chunk. */
  readonly first: number;
  /** The length in bytes of each chunk. */
  readonly lengths: Uint32Array;
  /** The hash of each chunk, 32 bytes each, if they were hashed. */
  readonly hashes: Uint8Array | undefined;
  /** The chunks, one after the other, in a buffer of their own. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Decoded chunks that follow one another in a xorb. Readers share blocks, so nobody may write to
 * their bytes.
 *
 * It counts its users. The collector is slow to notice megabytes behind small objects: garbage of
 * that kind made it run again and again, which cost a quarter of a download's CPU and held memory that
 * nobody had use for. So the memory is freed when the last user lets go. Whoever cannot tell when the
 * bytes are done with never lets go, and leaves the block to the collector.
 */
export class Block implements BlockParts {
  /** The xorb's hash in printed form. */
  readonly xorb: string;
  /** The index in the xorb of the first chunk. */
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
  readonly lengths: Uint32Array;
  readonly hashes: Uint8Array | undefined;
  readonly data: Uint8Array<ArrayBuffer>;
  /** Bytes of the chunks. */
  readonly size: number;
  #users = 1;

  /** Whoever makes it is its first user. */
  constructor({ xorb, first, lengths, hashes, data }: BlockParts) {
    this.xorb = xorb;
    this.first = first;
    this.end = first + lengths.length;
    this.lengths = lengths;
    this.hashes = hashes;
    this.data = data;
    this.size = data.length;
  }

  /** Whether the bytes are there: whoever was given them may have taken their buffer away. */
  get intact(): boolean {
    return this.data.length === this.size;
  }

  /** There is one more user. */
  hold(): this {
    this.#users++;
    return this;
  }

  /** There is one user less; what they have read of the bytes must not be used any more. */
  letGo(): void {
    if (--this.#users === 0 && this.intact) this.data.buffer.transfer(0);
  }
}

/** A run of the chunks of a block, for a user of it. */
export interface ChunkRun {
  readonly block: Block;
  /** Index in the xorb of the first chunk. */
  readonly start: number;
  /** The one after the last. */
  readonly end: number;
}

/** The bytes of a run: a view, not to be written to. */
export function bytesOf({ block, start, end }: ChunkRun): Uint8Array<ArrayBuffer> {
  let [from, length] = [0, 0];
  for (let i = 0; i < end - block.first; i++) {
    const size = block.lengths[i] ?? 0;
    if (i < start - block.first) from += size;
    else length += size;
  }
  return block.data.subarray(from, from + length);
}

/** The hashes of a run, 32 bytes each: a view; undefined if they are not known. */
export function hashesOf({ block, start, end }: ChunkRun): Uint8Array | undefined {
  return block.hashes?.subarray((start - block.first) * 32, (end - block.first) * 32);
}

/** The lengths of a run's chunks: a view. */
export function lengthsOf({ block, start, end }: ChunkRun): Uint32Array {
  return block.lengths.subarray(start - block.first, end - block.first);
}
