/**
 * Decoded chunks that follow one another in a xorb. Readers share blocks, so nobody may write to
 * their bytes.
 */
export interface Block {
  /** The xorb's hash in printed form. */
  readonly xorb: string;
  /** The index in the xorb of the first chunk. */
  readonly first: number;
  /** The length in bytes of each chunk. */
  readonly lengths: Uint32Array;
  /** The hash of each chunk, 32 bytes each, if they were hashed. */
  readonly hashes: Uint8Array | undefined;
  /** The chunks, one after the other. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A run of the chunks of a block. */
export interface ChunkRun {
  readonly block: Block;
  /** Index in the xorb of the first chunk. */
  readonly start: number;
  /** The one after the last. */
  readonly end: number;
}

/** Index after the last chunk of a block. */
export function endOf(block: Block): number {
  return block.first + block.lengths.length;
}

/** Bytes of a block. */
export function sizeOf({ data }: Block): number {
  return data.length;
}

/** Whether nobody who was given the bytes has taken their memory away. */
export function isIntact({ data, lengths }: Block): boolean {
  return !data.buffer.detached || lengths.length === 0;
}

/** The bytes of a run: a view, not to be written to. */
export function bytesOf({ block, start, end }: ChunkRun): Uint8Array<ArrayBuffer> {
  if (start === block.first && end === endOf(block)) return block.data;
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
