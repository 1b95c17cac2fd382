/** Writes little-endian fields one after the other into a growing buffer. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length = 0;

  /** Starts with room for `capacity` bytes. */
  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** Writes bytes as they are. */
  bytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** Writes `count` bytes of one value. */
  fill(value: number, count: number): void {
    const start = this.#grow(count);
    this.#bytes.fill(value, start, start + count);
  }

  /** Writes u32 fields. */
  u32(...values: readonly number[]): void {
    for (const value of values) {
      if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
        throw new RangeError(`${value} is not an unsigned 32-bit number`);
      }
      const at = this.#grow(4);
      this.#view.setUint32(at, value, true);
    }
  }

  /** Writes u64 fields. */
  u64(...values: readonly (number | bigint)[]): void {
    for (const value of values) {
      const at = this.#grow(8);
      this.#view.setBigUint64(at, BigInt(value), true);
    }
  }

  /** What was written: a view, good until the next write. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Makes room and gives the place of the new bytes. */
  #grow(count: number): number {
    const start = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return start;
  }
}
