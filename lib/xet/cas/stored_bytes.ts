import type { BodyReader } from "./body_reader.ts";
import { CasError } from "./cas_error.ts";
import type { Span } from "./reconstruction.ts";

/** Most bytes that are held at once; larger buffers gain nothing. */
const MAX_BUFFER = 1 << 20;

/** The bytes of a range of a xorb while they arrive: exactly these, or an error. */
export class StoredBytes {
  readonly #body: BodyReader;
  readonly #what: string;
  readonly #whole: boolean;
  #ahead: number;
  #left: number;
  #buffer: ArrayBuffer;
  #filled = 0;

  /**
   * @param body What arrives.
   * @param range The range; `end` is inclusive.
   * @param whole Whether everything from byte 0 on arrives, as from a server that ignores Range.
   * @param what Names the call in errors.
   */
  constructor(body: BodyReader, { start, end }: Span, whole: boolean, what: string) {
    this.#body = body;
    this.#what = what;
    this.#whole = whole;
    this.#ahead = whole ? start : 0;
    this.#left = end - start + 1;
    this.#buffer = new ArrayBuffer(Math.min(MAX_BUFFER, this.#left));
  }

  /** Bytes that have arrived and were not taken: a view that the next `fill` or `take` ends. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, 0, this.#filled);
  }

  /** Whether nothing more is to arrive. */
  get complete(): boolean {
    return this.#left === 0;
  }

  /**
   * Waits for more.
   *
   * @param length How many bytes are wanted in all, at most 1 MiB; fewer only if there are no more.
   * @throws CasError if the body breaks off, or if it holds more than the range.
   */
  async fill(length: number): Promise<void> {
    while (this.#filled < length && this.#left > 0) {
      const { buffer, count } = await this.#body.read(this.#buffer, this.#filled);
      this.#buffer = buffer;
      if (count === 0) throw this.#error(`${this.#left} bytes are missing at the end of`);
      this.#add(count);
    }
    if (this.#left === 0 && !this.#whole) await this.#expectEnd();
  }

  /**
   * Takes bytes away from the front with the memory that they are in.
   *
   * @param length How many.
   * @param spare Memory to go on with, if it is large enough.
   * @returns Memory that begins with them.
   */
  takeAway(length: number, spare: ArrayBuffer | undefined): ArrayBuffer {
    const given = this.#buffer;
    const fits = spare !== undefined && spare.byteLength >= given.byteLength;
    this.#buffer = fits ? spare : new ArrayBuffer(given.byteLength);
    const rest = new Uint8Array(given, length, this.#filled - length);
    new Uint8Array(this.#buffer).set(rest);
    this.#filled = rest.length;
    return given;
  }

  /** Takes bytes away from the front of what has arrived. */
  take(length: number): void {
    this.bytes.copyWithin(0, length);
    this.#filled -= length;
  }

  #add(count: number): void {
    const skipped = Math.min(this.#ahead, count);
    if (skipped > 0) {
      new Uint8Array(this.#buffer, this.#filled, count).copyWithin(0, skipped);
      this.#ahead -= skipped;
    }
    const wanted = Math.min(count - skipped, this.#left);
    if (wanted < count - skipped && !this.#whole) {
      throw this.#error("More than was asked for came with");
    }
    this.#filled += wanted;
    this.#left -= wanted;
  }

  /** A connection can only be used again when its body was read to the end. */
  async #expectEnd(): Promise<void> {
    const { count } = await this.#body.read(new ArrayBuffer(1), 0);
    if (count > 0) throw this.#error("More than was asked for came with");
  }

  #error(problem: string): CasError {
    return new CasError(`${problem} ${this.#what}`, { retryable: true });
  }
}
