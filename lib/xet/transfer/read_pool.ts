import { FairTurn } from "../../flow/fair_turn.ts";
import type { MemoryBudget } from "../../flow/memory_budget.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { FetchSource, Span } from "../cas/reconstruction.ts";
import type { DecoderPool } from "../engine/mod.ts";
import type { Block } from "./block.ts";
import { BlockCache } from "./block_cache.ts";
import type { DiskCache } from "./disk_cache.ts";
import type { FeedPlace } from "./feed_place.ts";
import { KnownHashes } from "./known_hashes.ts";
import type { ReadObserver } from "./read_observer.ts";
import { type FeedContext, SourceFeed } from "./source_feed.ts";

/** What a {@linkcode ReadPool} is made of. */
export interface ReadPoolOptions {
  /** Bounds what is held; the cache takes of it what nobody has leased. */
  readonly budget: MemoryBudget;
  /** Default: one of its own. */
  readonly turn?: FairTurn | undefined;
  /** Workers for the byte work. Default: it is done in place. */
  readonly decoders?: DecoderPool | undefined;
  /** Keeps chunks on disk, too. Default: none does. */
  readonly disk?: DiskCache | undefined;
  /** Milliseconds, from any time on. Default: `performance.now`. */
  readonly clock?: (() => number) | undefined;
  /** Told where chunks come from. */
  readonly observer?: ReadObserver | undefined;
}

/** Chunks to read, and where they are. */
export interface WantedChunks {
  readonly cas: CasClient;
  /** The xorb's hash in printed form. */
  readonly xorb: string;
  /** Holds the chunks. */
  readonly source: FetchSource;
  /** Indices in the xorb; `end` is exclusive. */
  readonly chunks: Span;
  /** Whether the chunks have to be hashed. */
  readonly hashed: boolean;
  /** How many bytes of them are worth keeping for others who come later. */
  readonly keep: number;
  /** Whether a fetch by others that is under way must not be joined. Default: false. */
  readonly fresh?: boolean;
}

/**
 * What all downloads with one Hub token share: fetches under way, chunks in memory, and the hashes of
 * chunks that are certain.
 */
export class ReadPool {
  readonly #context: FeedContext;
  readonly #feeds = new Map<string, SourceFeed>();
  readonly #observer: ReadObserver | undefined;

  /** @param options What it is made of. */
  constructor(options: ReadPoolOptions) {
    this.#observer = options.observer;
    this.#context = {
      budget: options.budget,
      turn: options.turn ?? new FairTurn(),
      cache: new BlockCache(options.budget),
      disk: options.disk,
      decoders: options.decoders,
      known: new KnownHashes(),
      clock: options.clock ?? (() => performance.now()),
    };
  }

  /** The hashes that are certain. */
  get known(): KnownHashes {
    return this.#context.known;
  }

  /** Chunks whose hashes are certain. */
  get cache(): BlockCache {
    return this.#context.cache;
  }

  /** Gives the memory of the cache back; nothing is kept any more. */
  close(): void {
    this.cache.close();
  }

  /** Whether a chunk is in memory or on disk. */
  has(xorb: string, chunk: number): boolean {
    const { cache, disk } = this.#context;
    return cache.find(xorb, chunk) !== undefined || disk?.has(xorb, chunk) === true;
  }

  /** A block of memory or disk that holds a chunk, in memory from then on. */
  async find(xorb: string, chunk: number): Promise<Block | undefined> {
    const { cache, disk } = this.#context;
    const kept = cache.find(xorb, chunk);
    if (kept !== undefined) this.#observer?.chunks?.("memory");
    if (kept !== undefined || !disk?.has(xorb, chunk)) return kept?.hold();
    const read = await disk.read(xorb, chunk);
    if (read === undefined) return undefined;
    this.#observer?.chunks?.("disk");
    cache.put(read);
    return read;
  }

  /** Keeps a block, the hashes of whose chunks are certain. */
  put(block: Block): void {
    this.#context.cache.put(block);
    this.#context.disk?.put(block);
  }

  /**
   * Joins a fetch that is under way and serves a place, or begins one.
   *
   * @param wanted What to fetch.
   * @param place Where the reader is.
   * @param begin Whether one may be begun.
   * @returns Undefined if one would have to be begun and may not.
   */
  join(wanted: WantedChunks, place: FeedPlace, begin: boolean): SourceFeed | undefined {
    const key = keyOf(wanted);
    for (const name of wanted.hashed ? [key.hashed] : [key.hashed, key.plain]) {
      const feed = this.#feeds.get(name);
      if (wanted.fresh || feed?.serves(place) !== true) continue;
      feed.join(place);
      this.#observer?.chunks?.("shared");
      return feed;
    }
    if (!begin) return undefined;
    const { cas, xorb, source, chunks, keep } = wanted;
    // To hash costs as much as all the rest: without need only where there is something to compare.
    const hashed = wanted.hashed ||
      this.known.get(xorb, source.chunks.start, source.chunks.end) !== undefined ||
      this.known.get(xorb, chunks.start, chunks.end) !== undefined;
    const name = hashed ? key.hashed : key.plain;
    const what = { cas, xorb, source, hashed, keep };
    const feed: SourceFeed = new SourceFeed(this.#context, what, () => {
      if (this.#feeds.get(name) === feed) this.#feeds.delete(name);
    });
    this.#feeds.set(name, feed);
    this.#observer?.chunks?.("fetched");
    feed.join(place);
    return feed;
  }
}

function keyOf({ xorb, source: { chunks } }: WantedChunks) {
  const key = `${xorb} ${chunks.start}-${chunks.end}`;
  return { hashed: `${key} hashed`, plain: key };
}
