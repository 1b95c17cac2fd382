import type { Block, ChunkRun } from "./block.ts";

/** How long others wait for a reader in all, in milliseconds, besides a part of the time it has read. */
const PATIENCE_MS = 250;
const PATIENT_PART = 0.5;

/** A reader's place in the chunks of a source. */
export class FeedPlace {
  /** Index in the xorb of the first chunk that it takes. */
  readonly start: number;
  /** The one after the last. */
  readonly end: number;
  #next: number;
  /** How many bytes beyond its place it wants decoded; 0 for one that will only read later. */
  window = 0;
  #since = 0;
  #waitedFor = 0;
  #leftBehind = false;

  /**
   * @param start Index of the first chunk.
   * @param end The one after the last.
   */
  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
    this.#next = start;
  }

  /** Index of the chunk that it takes next. */
  get next(): number {
    return this.#next;
  }

  /** It has joined a feed. */
  begin(now: number): void {
    this.#since = now;
    this.#waitedFor = 0;
    this.#leftBehind = false;
  }

  /** Takes what it can of a block that holds the next chunk, and is a user of the block. */
  take(block: Block): ChunkRun {
    const start = this.#next;
    this.#next = Math.min(block.end, this.end);
    return { block: block.hold(), start, end: this.#next };
  }

  /** Whether a block has to be held for it. */
  needs(block: Block): boolean {
    return !this.#leftBehind && this.#next < block.end && block.first < this.end;
  }

  /** It has taken all there is: blocks are held for it again. */
  catchUp(): void {
    this.#leftBehind = false;
  }

  /** Others have waited for it. Whoever keeps them for too long, or does not read yet, is left behind. */
  blame(milliseconds: number, now: number): void {
    this.#waitedFor += milliseconds;
    const patience = PATIENCE_MS + PATIENT_PART * (now - this.#since);
    this.#leftBehind ||= this.window === 0 || this.#waitedFor > patience;
  }
}
