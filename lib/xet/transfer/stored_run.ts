import { type ChunkList, printHash, type Subtree, verificationHash } from "../hash/mod.ts";
import type { Placeable } from "./placing_line.ts";
import type { StoredChunks } from "./recipe_list.ts";
import type { VerifiedTerm } from "./term_list.ts";

/** Chunks that are stored and go into a file without being moved. */
export class StoredRun implements Placeable {
  /** Where they are. */
  readonly terms: readonly VerifiedTerm[];
  /** Which they are: one by one, or summarized. */
  readonly chunks: ChunkList | Subtree;
  /** It holds no bytes. */
  readonly leased = 0;

  /**
   * @param terms Where they are.
   * @param chunks Which they are.
   */
  constructor(terms: readonly VerifiedTerm[], chunks: ChunkList | Subtree) {
    this.terms = terms;
    this.chunks = chunks;
  }

  /** Chunks of one xorb, from `from` to before `to` of them. */
  static of({ xorbHash, start, chunks }: StoredChunks, from: number, to: number): StoredRun {
    const list = chunks.slice(from, to);
    const term = {
      xorbHash,
      length: list.totalSize,
      start: start + from,
      end: start + to,
      verification: printHash(verificationHash(list.hashes())),
    };
    return new StoredRun([term], list);
  }

  /** Bytes of the chunks. */
  get size(): number {
    return this.terms.reduce((sum, { length }) => sum + length, 0);
  }

  /** There is nothing to keep. */
  keep(): void {}

  /** There is nothing to give back. */
  letGo(): void {}
}
