import type { Block, ChunkRun } from "./block.ts";
import { FeedPlace } from "./feed_place.ts";
import type { ReadPool, WantedChunks } from "./read_pool.ts";
import { LostPlaceError, type SourceFeed } from "./source_feed.ts";

/** Reads a run of chunks of a xorb: from memory where they are there, else from a shared fetch. */
export class ChunkCursor {
  readonly #pool: ReadPool;
  readonly #wanted: WantedChunks;
  readonly #place: FeedPlace;
  #feed: SourceFeed | undefined;

  /**
   * Nothing is fetched before it is asked.
   *
   * @param pool Where chunks come from.
   * @param wanted Which.
   */
  constructor(pool: ReadPool, wanted: WantedChunks) {
    this.#pool = pool;
    this.#wanted = wanted;
    this.#place = new FeedPlace(wanted.chunks.start, wanted.chunks.end);
  }

  /** Whether all chunks were taken. */
  get ended(): boolean {
    return this.#place.next === this.#place.end;
  }

  /** Wants so many bytes decoded beyond those that were taken; begins to fetch if they are not there. */
  prefetch(bytes: number): void {
    const place = this.#place;
    const changed = place.window !== bytes;
    place.window = bytes;
    if (this.#feed !== undefined) {
      if (changed) this.#feed.move();
    } else if (place.next === place.start && !this.#mayBeKept()) {
      this.#feed = this.#pool.join(this.#wanted, place, true);
    }
  }

  /** Will read later what `other` reads now: its fetch goes on for both. */
  follow(other: ChunkCursor): void {
    if (this.#feed !== undefined || other.#feed === undefined) return;
    this.#feed = other.#feed;
    this.#feed.join(this.#place);
  }

  /**
   * The next chunks.
   *
   * @throws LostPlaceError when they are gone, and it is better to ask for just the rest than to
   * fetch the whole source again; XetFormatError, CasError.
   */
  async take(signal: AbortSignal): Promise<ChunkRun> {
    const place = this.#place;
    try {
      if (this.#feed === undefined) {
        const block = await this.#kept();
        if (block !== undefined) {
          const run = place.take(block);
          block.letGo();
          return run;
        }
      }
      return await this.#joined().take(place, signal);
    } catch (error) {
      // What it followed has gone by without it.
      if (!(error instanceof LostPlaceError) || place.next !== place.start) throw error;
      await this.close();
      return await this.#joined().take(place, signal);
    }
  }

  /** Reads no further. */
  async close(): Promise<void> {
    const feed = this.#feed;
    this.#feed = undefined;
    await feed?.leave(this.#place);
  }

  #mayBeKept(): boolean {
    const { xorb, fresh } = this.#wanted;
    return !fresh && this.#pool.has(xorb, this.#place.next);
  }

  async #kept(): Promise<Block | undefined> {
    return this.#mayBeKept()
      ? await this.#pool.find(this.#wanted.xorb, this.#place.next)
      : undefined;
  }

  #joined(): SourceFeed {
    const place = this.#place;
    const feed = this.#feed ??= this.#pool.join(this.#wanted, place, place.next === place.start);
    if (feed === undefined) throw new LostPlaceError("The rest of the chunks is not in memory");
    return feed;
  }
}
