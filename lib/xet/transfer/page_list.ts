import { PAGE_LENGTH, type PagePool } from "../../flow/page_pool.ts";

/** Up to this length bytes have memory of their own: most files fill no page. */
const MAX_SMALL_LENGTH = PAGE_LENGTH / 4;
/** A page that is this full is kept as it is; what is in an emptier one is moved together. */
const FULL_LENGTH = PAGE_LENGTH * 0.8;

/** Bytes in pages of a pool, in order. */
export class PageList {
  readonly #pool: PagePool;
  readonly #pieces: Uint8Array[] = [];
  readonly #pages: Uint8Array<ArrayBuffer>[] = [];
  /** The page that is filled now, and how much of it is. */
  #open: { readonly page: Uint8Array<ArrayBuffer>; filled: number } | undefined;
  #length = 0;

  /** @param pool Where pages come from. */
  constructor(pool: PagePool) {
    this.#pool = pool;
  }

  /** The bytes, in order. */
  get pieces(): readonly Uint8Array[] {
    return this.#open === undefined
      ? this.#pieces
      : [...this.#pieces, this.#open.page.subarray(0, this.#open.filled)];
  }

  /** Copies bytes to the end. */
  append(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length <= MAX_SMALL_LENGTH) {
      this.#pieces.push(bytes.slice());
      return;
    }
    for (let rest = bytes; rest.length > 0;) {
      const open = this.#open ??= { page: this.#take(), filled: 0 };
      const part = rest.subarray(0, PAGE_LENGTH - open.filled);
      open.page.set(part, open.filled);
      open.filled += part.length;
      rest = rest.subarray(part.length);
      if (open.filled === PAGE_LENGTH) this.#close();
    }
  }

  /** Takes the page over if it is full enough to be worth it; says whether it did. */
  adopt(page: Uint8Array<ArrayBuffer>, length: number): boolean {
    if (length < FULL_LENGTH) return false;
    this.#close();
    this.#pages.push(page);
    this.#pieces.push(page.subarray(0, length));
    this.#length += length;
    return true;
  }

  /** Gives the pages back. */
  letGo(): void {
    this.#open = undefined;
    this.#pieces.length = 0;
    for (const page of this.#pages.splice(0)) this.#pool.give(page);
  }

  #take(): Uint8Array<ArrayBuffer> {
    const page = this.#pool.take();
    this.#pages.push(page);
    return page;
  }

  #close(): void {
    if (this.#open !== undefined) this.#pieces.push(this.#open.page.subarray(0, this.#open.filled));
    this.#open = undefined;
  }
}
