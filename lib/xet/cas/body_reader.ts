/** Waits for a step of a call; throws CasError if it fails or nothing moves. */
export type Guard = <T>(step: () => Promise<T>) => Promise<T>;

/**
 * Reads a body into buffers of the caller, which spares an allocation per read. A buffer is given up
 * for a read and comes back with it.
 */
export class BodyReader {
  readonly #guard: Guard;
  readonly #received: (bytes: number) => void;
  readonly #bytes: ReadableStreamBYOBReader | undefined;
  readonly #pieces: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #rest: Uint8Array<ArrayBuffer> | undefined;
  #ended: boolean;

  /**
   * @param body Nothing reads as an empty one.
   * @param guard Waits for each read.
   * @param received Told of bytes that have come.
   */
  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
    guard: Guard,
    received: (bytes: number) => void = () => {},
  ) {
    this.#guard = guard;
    this.#received = received;
    this.#ended = body === null;
    if (body === null) return;
    try {
      this.#bytes = body.getReader({ mode: "byob" });
    } catch (error) {
      // Not a stream of bytes: the body of a response that a program has made.
      if (!(error instanceof TypeError)) throw error;
      this.#pieces = body.getReader();
    }
  }

  /**
   * Reads once.
   *
   * @param buffer Where to; cannot be used any more afterwards.
   * @param at Where in it; what is before stays.
   * @returns The same bytes in a buffer that can be used, and how many were added; 0 only at the end.
   */
  async read(
    buffer: ArrayBuffer,
    at: number,
  ): Promise<{ readonly buffer: ArrayBuffer; readonly count: number }> {
    if (at >= buffer.byteLength) throw new RangeError("There is no room to read into");
    if (this.#ended) return { buffer, count: 0 };
    const bytes = this.#bytes;
    if (bytes === undefined) return { buffer, count: await this.#copy(new Uint8Array(buffer, at)) };
    const { done, value } = await this.#read(() => bytes.read(new Uint8Array(buffer, at)));
    this.#ended = done;
    this.#received(value?.length ?? 0);
    // Of a stream that was cancelled meanwhile no buffer comes back.
    return { buffer: value?.buffer ?? new ArrayBuffer(0), count: value?.length ?? 0 };
  }

  /** Leaves the rest unread. */
  async close(): Promise<void> {
    const reader = this.#bytes ?? this.#pieces;
    // Who stops reading has a reason, and a body that broke off meanwhile has no better one.
    if (!this.#ended) await reader?.cancel().catch(() => {});
    this.#ended = true;
    reader?.releaseLock();
  }

  async #copy(target: Uint8Array): Promise<number> {
    const pieces = this.#pieces;
    while (!this.#rest?.length && pieces !== undefined) {
      const { done, value } = await this.#read(() => pieces.read());
      if (done) {
        this.#ended = true;
        return 0;
      }
      this.#received(value.length);
      this.#rest = value;
    }
    const rest = this.#rest ?? new Uint8Array(0);
    const taken = rest.subarray(0, target.length);
    target.set(taken);
    this.#rest = rest.subarray(taken.length);
    return taken.length;
  }

  async #read<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await this.#guard(step);
    } catch (error) {
      this.#ended = true; // a broken body has nothing left to cancel
      throw error;
    }
  }
}
