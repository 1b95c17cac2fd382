import { drain } from "./byte_streams.ts";

/** A request's body and what has been made of it, each stream of the one before. */
export class BodyChain {
  readonly #body: ReadableStream<Uint8Array> | null;
  readonly #made: ReadableStream<Uint8Array>[] = [];

  /** @param body The body as it arrives, if there is one. */
  constructor(body: ReadableStream<Uint8Array> | null) {
    this.#body = body;
  }

  /** Adds what has been made of the last stream. */
  add(stream: ReadableStream<Uint8Array>): void {
    this.#made.push(stream);
  }

  /**
   * Reads what is left of the body, within bounds: a client that is still sending would not see the answer,
   * and the next request on the connection would begin in the middle of this one.
   *
   * @returns Whether nothing is left, so that the connection can be used again.
   */
  async end(): Promise<boolean> {
    const body = this.#body;
    if (body === null) return true;
    const chain = [body, ...this.#made];
    for (const _ of chain) {
      // Whoever fails lets go of what it reads: the first that nobody holds is where reading stopped. That
      // may be now, by a check at the end: then what it was made of is left, and may be at its end too.
      const end = await drain(chain.find(({ locked }) => !locked) ?? body);
      if (end !== "failed") return end === "ended";
    }
    return false;
  }
}
