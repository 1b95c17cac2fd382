import type { Lease } from "../../flow/memory_budget.ts";
import type { EncodedChunk } from "../engine/mod.ts";
import { copyChunks } from "./chunk_block.ts";

/** Chunks that were referenced, with their bytes. */
export interface KeptRun {
  readonly chunks: readonly EncodedChunk[];
  /** The index in the xorb of the first of them. */
  readonly start: number;
  readonly lease: Lease;
}

interface KeptXorb {
  readonly runs: KeptRun[];
  readonly indices: Set<number>;
}

/**
 * The bytes of chunks that a file takes from xorbs of which nobody has said for certain that the CAS
 * still has them: so that they can be sent after all.
 */
export class KeptRuns {
  readonly #xorbs = new Map<string, KeptXorb>();
  #bytes = 0;

  /** Bytes of budget that are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The xorbs of which something is kept, in printed form. */
  get xorbs(): string[] {
    return [...this.#xorbs.keys()];
  }

  /** Whether the bytes of this chunk of a xorb are kept. */
  has(xorb: string, index: number): boolean {
    return this.#xorbs.get(xorb)?.indices.has(index) ?? false;
  }

  /** Keeps a copy of a run; those chunks of it that are kept already are kept twice. */
  keep(xorb: string, start: number, chunks: readonly EncodedChunk[], lease: Lease): void {
    const kept = this.#xorbs.get(xorb) ?? { runs: [], indices: new Set() };
    this.#xorbs.set(xorb, kept);
    chunks.forEach((_, i) => kept.indices.add(start + i));
    kept.runs.push({ chunks: copyChunks(chunks), start, lease });
    this.#bytes += lease.bytes;
  }

  /** Takes out what is kept of a xorb: the leases are the caller's then. */
  take(xorb: string): readonly KeptRun[] {
    const { runs = [] } = this.#xorbs.get(xorb) ?? {};
    this.#xorbs.delete(xorb);
    for (const { lease } of runs) this.#bytes -= lease.bytes;
    return runs;
  }

  /** Lets go of what is kept of a xorb, because the CAS has it. */
  drop(xorb: string): void {
    for (const { lease } of this.take(xorb)) lease.release();
  }

  /** Lets go of everything. */
  dropAll(): void {
    for (const xorb of this.xorbs) this.drop(xorb);
  }
}
