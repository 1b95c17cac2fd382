import { XetFormatError } from "../error.ts";

const RECORD = 36;

/** A growing list of (chunk hash, length in bytes), packed: 36 bytes a chunk. */
export class ChunkList {
  #hashes: Uint8Array<ArrayBuffer>;
  #sizes: Uint32Array<ArrayBuffer>;
  #count = 0;
  #totalSize = 0;

  /** An empty list with room for `capacity` chunks. */
  constructor(capacity = 16) {
    this.#hashes = new Uint8Array(capacity * 32);
    this.#sizes = new Uint32Array(capacity);
  }

  /** The list that `toBytes` gave. */
  static fromBytes(bytes: Uint8Array): ChunkList {
    const count = bytes.length / RECORD;
    if (!Number.isInteger(count)) {
      throw new XetFormatError(`A chunk list of ${bytes.length} bytes is not whole records`);
    }
    const list = new ChunkList(count);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += RECORD) {
      list.push(bytes.subarray(at, at + 32), view.getUint32(at + 32, true));
    }
    return list;
  }

  /** Number of chunks. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of all chunks. */
  get totalSize(): number {
    return this.#totalSize;
  }

  /** Adds a chunk: its hash of 32 bytes (copied) and its length. */
  push(hash: Uint8Array, size: number): void {
    if (hash.length !== 32) throw new RangeError(`A hash has 32 bytes, not ${hash.length}`);
    if (!(Number.isInteger(size) && size >= 0 && size < 2 ** 32)) {
      throw new RangeError(`${size} is not the length of a chunk`);
    }
    this.#reserve(this.#count + 1);
    this.#hashes.set(hash, this.#count * 32);
    this.#sizes[this.#count++] = size;
    this.#totalSize += size;
  }

  /** The 32 bytes of chunk `i`: a view, not to be written to. */
  hash(i: number): Uint8Array<ArrayBuffer> {
    this.#check(i);
    return this.#hashes.subarray(i * 32, i * 32 + 32);
  }

  /** Bytes of chunk `i`. */
  size(i: number): number {
    this.#check(i);
    return this.#sizes[i] ?? 0;
  }

  /** A list of its own with the chunks from `start` to before `end`. */
  slice(start: number, end: number = this.#count): ChunkList {
    const [from, to] = this.#range(start, end);
    const list = new ChunkList(to - from);
    list.#hashes.set(this.#hashes.subarray(from * 32, to * 32));
    list.#sizes.set(this.#sizes.subarray(from, to));
    list.#count = to - from;
    list.#totalSize = list.#sizes.reduce((sum, size) => sum + size, 0);
    return list;
  }

  /** Adds all chunks of `other`. */
  append(other: ChunkList): void {
    const count = other.#count;
    this.#reserve(this.#count + count);
    this.#hashes.set(other.#hashes.subarray(0, count * 32), this.#count * 32);
    this.#sizes.set(other.#sizes.subarray(0, count), this.#count);
    this.#count += count;
    this.#totalSize += other.#totalSize;
  }

  /** Hashes from `start` to before `end`, 32 bytes each: a view, not to be written to. */
  hashes(start = 0, end: number = this.#count): Uint8Array<ArrayBuffer> {
    const [from, to] = this.#range(start, end);
    return this.#hashes.subarray(from * 32, to * 32);
  }

  /** 36 bytes a chunk: hash, length as u32 little endian. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#count * RECORD);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < this.#count; i++) {
      bytes.set(this.hash(i), i * RECORD);
      view.setUint32(i * RECORD + 32, this.size(i), true);
    }
    return bytes;
  }

  #reserve(count: number): void {
    if (count <= this.#sizes.length) return;
    const capacity = Math.max(count, this.#sizes.length * 2);
    const hashes = new Uint8Array(capacity * 32);
    hashes.set(this.#hashes.subarray(0, this.#count * 32));
    const sizes = new Uint32Array(capacity);
    sizes.set(this.#sizes.subarray(0, this.#count));
    this.#hashes = hashes;
    this.#sizes = sizes;
  }

  #check(i: number): void {
    if (!(i >= 0 && i < this.#count)) {
      throw new RangeError(`There is no chunk ${i} in a list of ${this.#count}`);
    }
  }

  #range(start: number, end: number): [number, number] {
    if (!(start >= 0 && start <= end && end <= this.#count)) {
      throw new RangeError(`${start}..${end} is not in a list of ${this.#count} chunks`);
    }
    return [start, end];
  }
}
