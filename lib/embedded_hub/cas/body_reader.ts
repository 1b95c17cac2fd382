/** Reads exact numbers of bytes from a stream that comes in pieces of any size. */

import { CasError } from "./cas_error.ts";

/** The client went away, or sent less than it said: nobody's failure but its own. */
export class BrokenBodyError extends CasError {
  /** @param cause What reading the body threw. */
  constructor(cause: unknown) {
    super(400, "The body broke off", { cause });
  }
}

/** Takes bytes off the front of a stream. A stream that fails is a {@linkcode BrokenBodyError}. */
export class BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #pieces: Uint8Array[] = [];
  #buffered = 0;
  #received = 0;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  /** How many bytes came from the stream so far, taken or not. */
  get received(): number {
    return this.#received;
  }

  /** The next `count` bytes, left in place; fewer at the end of the stream. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#buffered < count) {
      const { value, done } = await this.#next();
      if (done) break;
      if (value.length === 0) continue;
      this.#pieces.push(value);
      this.#buffered += value.length;
      this.#received += value.length;
    }
    const first = this.#pieces[0] ?? new Uint8Array(0);
    const wanted = Math.min(count, this.#buffered);
    if (first.length < wanted) this.#join(wanted);
    return (this.#pieces[0] ?? first).subarray(0, wanted);
  }

  /** Takes the next `count` bytes; fewer at the end of the stream. They stay valid. */
  async take(count: number): Promise<Uint8Array> {
    const bytes = await this.peek(count);
    const first = this.#pieces[0];
    if (first !== undefined) {
      if (first.length === bytes.length) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(bytes.length);
    }
    this.#buffered -= bytes.length;
    return bytes;
  }

  /**
   * Reads on to the end of the stream, or cancels it once more than `limit` bytes have come in all.
   */
  async drain(limit: number): Promise<void> {
    this.#pieces = [];
    this.#buffered = 0;
    while (this.#received <= limit) {
      const { value, done } = await this.#next();
      if (done) return;
      this.#received += value.length;
    }
    await this.cancel();
  }

  async #next(): Promise<ReadableStreamReadResult<Uint8Array>> {
    try {
      return await this.#reader.read();
    } catch (error) {
      throw new BrokenBodyError(error);
    }
  }

  /** Cancels the stream. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  /** Makes the first piece hold at least `count` bytes, moving each byte once. */
  #join(count: number): void {
    const joined = new Uint8Array(count);
    let at = 0;
    let piece = this.#pieces[0];
    while (piece !== undefined && at < count) {
      const part = piece.subarray(0, count - at);
      joined.set(part, at);
      at += part.length;
      if (part.length < piece.length) this.#pieces[0] = piece.subarray(part.length);
      else this.#pieces.shift();
      piece = this.#pieces[0];
    }
    this.#pieces.unshift(joined);
  }
}
