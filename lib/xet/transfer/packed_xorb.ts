import type { Lease } from "../../flow/memory_budget.ts";
import { ChunkList, printHash, xorbHash } from "../hash/mod.ts";
import type { EncodedChunk } from "../engine/mod.ts";
import type { TransferLimits } from "./context.ts";
import type { TermXorb } from "./term_list.ts";

/** A xorb while it is filled and sent. Its bytes stay in pieces: nothing is ever joined. */
export class PackedXorb implements TermXorb {
  readonly chunks: ChunkList = new ChunkList();
  #encodedLength = 0;
  #hash: string | undefined;
  #pieces: Uint8Array[] = [];
  #leases: Lease[] = [];

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
    return this.#pieces;
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

  /** Takes a chunk in; its bytes follow with `addPiece`. Gives its index. */
  addChunk(chunk: EncodedChunk): number {
    this.chunks.push(chunk.hash, chunk.length);
    this.#encodedLength += chunk.encodedLength;
    return this.chunks.count - 1;
  }

  /** Takes the bytes of chunks that were added, and the lease for them. */
  addPiece(piece: Uint8Array, lease: Lease): void {
    this.#pieces.push(piece);
    this.#leases.push(lease);
  }

  /** No more chunks: computes its hash. */
  close(): string {
    this.#hash = printHash(xorbHash(this.chunks));
    return this.#hash;
  }

  /** Gives up the bytes and the budget for them. */
  letGo(): void {
    this.#pieces = [];
    for (const lease of this.#leases.splice(0)) lease.release();
  }
}
