import type { Lease } from "../../flow/memory_budget.ts";
import type { PagePool } from "../../flow/page_pool.ts";
import { ChunkList, equalHashes, printHash, xorbHash } from "../hash/mod.ts";
import type { EncodedChunk } from "../engine/mod.ts";
import type { TransferLimits } from "./context.ts";
import { PageList } from "./page_list.ts";
import type { TermXorb } from "./term_list.ts";

/** A xorb while it is filled and sent. Its bytes stay in pages: nothing is ever joined. */
export class PackedXorb implements TermXorb {
  readonly chunks: ChunkList = new ChunkList();
  readonly #bytes: PageList;
  readonly #leases: Lease[] = [];
  #encodedLength = 0;
  #hash: string | undefined;

  /** @param pool Where memory is taken from. */
  constructor(pool: PagePool) {
    this.#bytes = new PageList(pool);
  }

  /** In printed form; undefined until it is closed. */
  get hash(): string | undefined {
    return this.#hash;
  }

  /** Bytes as serialized. */
  get encodedLength(): number {
    return this.#encodedLength;
  }

  /** The serialized chunks, in order; none after it was let go. */
  get pieces(): readonly Uint8Array[] {
    return this.#bytes.pieces;
  }

  /** Bytes of budget that it holds. */
  get leased(): number {
    return this.#leases.reduce((sum, lease) => sum + lease.bytes, 0);
  }

  /** Whether a chunk still fits. */
  fits(chunk: EncodedChunk, limits: TransferLimits): boolean {
    return this.chunks.count < limits.xorbChunks &&
      this.chunks.totalSize + chunk.length <= limits.xorbLength &&
      this.#encodedLength + chunk.encodedLength <= limits.xorbLength;
  }

  /** Whether the chunk with this index is there, and has this hash. */
  holds(index: number, hash: Uint8Array): boolean {
    return index < this.chunks.count && equalHashes(this.chunks.hash(index), hash);
  }

  /** Takes a chunk in; its bytes follow with `append` or `adopt`. Gives its index. */
  add({ hash, length, encodedLength }: EncodedChunk): number {
    this.chunks.push(hash, length);
    this.#encodedLength += encodedLength;
    return this.chunks.count - 1;
  }

  /** Takes a copy of the bytes of chunks that were added. */
  append(chunks: readonly EncodedChunk[]): void {
    for (const { parts } of chunks) parts.forEach((part) => this.#bytes.append(part));
  }

  /** Takes over the page with the bytes of chunks that were added, if that is worth it; says whether. */
  adopt(page: Uint8Array<ArrayBuffer>, length: number): boolean {
    return this.#bytes.adopt(page, length);
  }

  /** Takes the budget for chunks that were added. */
  hold(lease: Lease): void {
    this.#leases.push(lease);
  }

  /** No more chunks: computes its hash. */
  close(): string {
    this.#hash = printHash(xorbHash(this.chunks));
    return this.#hash;
  }

  /** Gives up the bytes and the budget for them. */
  letGo(): void {
    this.#bytes.letGo();
    for (const lease of this.#leases.splice(0)) lease.release();
  }
}
