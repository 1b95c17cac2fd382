import type { CasClient } from "../cas/cas_client.ts";
import type { PackedXorb } from "./packed_xorb.ts";

/** What a {@linkcode XorbSender} stands on. */
export interface XorbSenderOptions {
  readonly cas: CasClient;
  /** Most xorbs that are on their way at once. */
  readonly xorbsInFlight: number;
  /** Aborted when a xorb cannot be sent; ends what is under way when it aborts. */
  readonly abort: AbortController;
}

/** Sends the xorbs of one file, some at a time, and lets go of each when it has been sent. */
export class XorbSender {
  readonly #options: XorbSenderOptions;
  readonly #queue: PackedXorb[] = [];
  readonly #sending = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  /** @param options Where to, and how many. */
  constructor(options: XorbSenderOptions) {
    this.#options = options;
  }

  /** Sends a xorb that is whole, as soon as its turn comes. */
  send(xorb: PackedXorb): void {
    this.#queue.push(xorb);
    this.#sendNext();
  }

  /** Waits until another xorb may be filled; throws what kept one from being sent. */
  async settle(): Promise<void> {
    while (this.#queue.length > 0 && this.#sending.size > 0) await Promise.race(this.#sending);
    this.throwIfFailed();
  }

  /** Waits until nothing is on its way. */
  async drain(): Promise<void> {
    while (this.#sending.size > 0) await Promise.race(this.#sending);
  }

  /** Lets go of what has not been sent. */
  drop(): void {
    this.#queue.splice(0).forEach((xorb) => xorb.letGo());
  }

  /** Throws what kept a xorb from being sent. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #sendNext(): void {
    const { xorbsInFlight, abort } = this.#options;
    if (this.#sending.size >= xorbsInFlight || abort.signal.aborted) return;
    const xorb = this.#queue.shift();
    if (xorb === undefined) return;
    const sent = this.#send(xorb).finally(() => {
      this.#sending.delete(sent);
      this.#sendNext();
    });
    this.#sending.add(sent);
  }

  async #send(xorb: PackedXorb): Promise<void> {
    const { cas, abort } = this.#options;
    try {
      await cas.putXorb(xorb.hash ?? xorb.close(), xorb.pieces, { signal: abort.signal });
    } catch (error) {
      this.#failure ??= { error };
      abort.abort(error);
    } finally {
      xorb.letGo();
    }
  }
}
