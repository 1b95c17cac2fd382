import type { Lease } from "../../flow/memory_budget.ts";
import type { PagePool } from "../../flow/page_pool.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { EncodedChunk } from "../engine/mod.ts";
import type { TransferLimits } from "./context.ts";
import { lengthOf } from "./chunk_block.ts";
import type { PackedChunk } from "./packed_index.ts";
import { PackedXorb } from "./packed_xorb.ts";

/** What a {@linkcode XorbPacker} stands on. */
export interface XorbPackerOptions {
  readonly cas: CasClient;
  readonly limits: TransferLimits;
  /** Where memory is taken from. */
  readonly pages: PagePool;
  /** Aborted when a xorb cannot be sent; ends what is under way when it aborts. */
  readonly abort: AbortController;
  /** Told of bytes that went out. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** Packs the new chunks of one file into xorbs, and sends those that are whole, some at a time. */
export class XorbPacker {
  readonly #options: XorbPackerOptions;
  readonly #xorbs: PackedXorb[] = [];
  readonly #queue: PackedXorb[] = [];
  readonly #sending = new Set<Promise<void>>();
  #open: PackedXorb;
  #failure: { readonly error: unknown } | undefined;

  /** @param options Where to, and how many. */
  constructor(options: XorbPackerOptions) {
    this.#options = options;
    this.#open = new PackedXorb(options.pages);
  }

  /** The xorbs that are whole. */
  get xorbs(): readonly PackedXorb[] {
    return this.#xorbs;
  }

  /** Bytes of budget that the open xorb holds; what is on its way is let go of anyway. */
  get leased(): number {
    return this.#open.leased;
  }

  /** Whether the open xorb has room for a chunk. */
  hasRoomFor(chunk: EncodedChunk): boolean {
    return this.#open.fits(chunk, this.#options.limits);
  }

  /** Takes a chunk into the open xorb; its bytes follow with `take`. */
  add(chunk: EncodedChunk): PackedChunk {
    return { xorb: this.#open, index: this.#open.add(chunk) };
  }

  /**
   * Takes the bytes of chunks that were added.
   *
   * @param chunks Which; their bytes are copied, unless the page is taken over.
   * @param lease For the bytes.
   * @param page The page that holds nothing but these chunks, if there is one.
   * @returns Whether the page was taken over.
   */
  take(chunks: readonly EncodedChunk[], lease: Lease, page?: Uint8Array<ArrayBuffer>): boolean {
    this.#open.hold(lease);
    if (page !== undefined && this.#open.adopt(page, lengthOf(chunks))) return true;
    this.#open.append(chunks);
    return false;
  }

  /** Sends the open xorb as soon as its turn comes, and begins another. */
  close(): void {
    if (this.#open.chunks.count === 0) return;
    const xorb = this.#open;
    this.#open = new PackedXorb(this.#options.pages);
    xorb.close();
    this.#xorbs.push(xorb);
    this.#queue.push(xorb);
    this.#sendNext();
  }

  /** Waits until another xorb may be filled; throws what kept one from being sent. */
  async settle(): Promise<void> {
    while (this.#queue.length > 0 && this.#sending.size > 0) await Promise.race(this.#sending);
    this.throwIfFailed();
  }

  /** Sends everything; throws what kept it from that. */
  async finish(): Promise<void> {
    this.close();
    await this.#drain();
    this.throwIfFailed();
    this.#options.abort.signal.throwIfAborted();
  }

  /** Lets go of everything; what is on its way must have been aborted. */
  async abandon(): Promise<void> {
    this.#queue.splice(0).forEach((xorb) => xorb.letGo());
    this.#open.letGo();
    await this.#drain();
  }

  /** Throws what kept a xorb from being sent. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #drain(): Promise<void> {
    while (this.#sending.size > 0) await Promise.race(this.#sending);
  }

  #sendNext(): void {
    const { limits, abort } = this.#options;
    if (this.#sending.size >= limits.xorbsInFlight || abort.signal.aborted) return;
    const xorb = this.#queue.shift();
    if (xorb === undefined) return;
    const sent = this.#send(xorb).finally(() => {
      this.#sending.delete(sent);
      this.#sendNext();
    });
    this.#sending.add(sent);
  }

  async #send(xorb: PackedXorb): Promise<void> {
    const { cas, abort: { signal }, onSent } = this.#options;
    try {
      await cas.putXorb(xorb.hash ?? xorb.close(), xorb.pieces, { signal, onSent });
    } catch (error) {
      this.#failure ??= { error };
      this.#options.abort.abort(error);
    } finally {
      xorb.letGo();
    }
  }
}
