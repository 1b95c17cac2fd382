import { LRUCache } from "lru-cache";
import type { Term } from "../format/mod.ts";
import type { ChunkList } from "../hash/mod.ts";

/** The hashes of chunks that follow one another in a xorb. */
interface Run {
  readonly start: number;
  readonly hashes: Uint8Array;
}

const HASH_LENGTH = 32;
/** Hashes of about 4 GiB of content. */
const MAX_SIZE = 2 << 20;
const ENTRY_SIZE = 200;

/**
 * The chunk hashes of xorbs, as far as they are certain: because we made the chunks, or because they
 * made up the hash of a file or of a xorb. A CAS tells how a file is put together, but not the hashes
 * of its chunks.
 */
export class KnownHashes {
  readonly #xorbs = new LRUCache<string, readonly Run[]>({
    maxSize: MAX_SIZE,
    sizeCalculation: (runs) =>
      runs.reduce((sum, { hashes }) => sum + ENTRY_SIZE + hashes.length, 0),
  });

  /**
   * Hashes of chunks, 32 bytes each.
   *
   * @param xorb The xorb's hash in printed form.
   * @param start Index of the first chunk.
   * @param end The one after the last.
   * @returns Undefined if one of them is not known.
   */
  get(xorb: string, start: number, end: number): Uint8Array | undefined {
    const run = this.#xorbs.get(xorb)?.find((one) => one.start <= start && end <= endOf(one));
    if (run === undefined) return undefined;
    return run.hashes.subarray(
      (start - run.start) * HASH_LENGTH,
      (end - run.start) * HASH_LENGTH,
    );
  }

  /** Adds hashes (copied) of the chunks from `start` on. */
  add(xorb: string, start: number, hashes: Uint8Array): void {
    const end = start + hashes.length / HASH_LENGTH;
    const runs = this.#xorbs.get(xorb) ?? [];
    if (start === end || runs.some((run) => run.start <= start && end <= endOf(run))) return;
    const touching = runs.filter((run) => run.start <= end && start <= endOf(run));
    const apart = runs.filter((run) => !touching.includes(run));
    const first = Math.min(start, ...touching.map((run) => run.start));
    const last = Math.max(end, ...touching.map(endOf));
    const joined = new Uint8Array((last - first) * HASH_LENGTH);
    for (const run of [...touching, { start, hashes }]) {
      joined.set(run.hashes, (run.start - first) * HASH_LENGTH);
    }
    this.#xorbs.set(xorb, [...apart, { start: first, hashes: joined }]);
  }

  /** Adds the hashes of all chunks of a file. */
  addFile({ terms, chunks }: {
    readonly terms: readonly Term[];
    readonly chunks: ChunkList;
  }): void {
    let first = 0;
    for (const { xorbHash, start, end } of terms) {
      this.add(xorbHash, start, chunks.hashes(first, first + end - start));
      first += end - start;
    }
  }
}

function endOf({ start, hashes }: Run): number {
  return start + hashes.length / HASH_LENGTH;
}
