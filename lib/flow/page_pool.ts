/** Bytes of a block that a page holds. */
export const BLOCK_LENGTH = 1 << 20;
/** Bytes of a page: a block with what an encoder may have left of the one before (128 KiB and headers). */
export const PAGE_LENGTH = BLOCK_LENGTH + (160 << 10);
/** Pages that are kept while none is in use. */
const MAX_RESTING = 4;

/**
 * Pages of memory that are used again and again. Fresh memory costs a transfer about as much as hashing
 * it: the kernel clears it, the runtime clears it once more, and its collector runs all the time. While
 * anybody uses a page all pages are kept, since as many will be needed again; afterwards only a few.
 */
export class PagePool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #used = 0;

  /** Pages that nobody uses now. */
  get resting(): number {
    return this.#free.length;
  }

  /** A page with anything in it, to be given back. */
  take(): Uint8Array<ArrayBuffer> {
    this.#used++;
    return this.#free.pop() ?? new Uint8Array(PAGE_LENGTH);
  }

  /**
   * Takes back what `take` gave.
   *
   * @param page The page; nothing when it was lost.
   */
  give(page: Uint8Array<ArrayBuffer> | undefined): void {
    this.#used--;
    if (page !== undefined) this.#free.push(page);
    if (this.#used === 0) this.#free.splice(MAX_RESTING);
  }
}
