import { XetFormatError } from "../error.ts";

/** Reads little-endian fields one after the other and never beyond the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  /** `what` names the bytes in errors. */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#what = what;
  }

  /** How many bytes were read. */
  get offset(): number {
    return this.#at;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** The next u32. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** The next u64. */
  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), true);
  }

  /** The next `count` u32. */
  u32s(count: number): Uint32Array<ArrayBuffer> {
    const start = this.#advance(count * 4);
    const { byteOffset } = this.#bytes;
    // A copy, since a Uint32Array must begin at a multiple of 4.
    const copy = this.#bytes.buffer.slice(byteOffset + start, byteOffset + start + count * 4);
    return new Uint32Array(copy as ArrayBuffer);
  }

  #advance(length: number): number {
    if (length > this.left) {
      throw new XetFormatError(`${this.#what} ends at byte ${this.#bytes.length}, within a field`);
    }
    this.#at += length;
    return this.#at - length;
  }
}
