import type { FairTurn } from "../../flow/fair_turn.ts";
import { abortable } from "../../flow/abortable.ts";
import type { Lease, MemoryBudget } from "../../flow/memory_budget.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { FetchSource } from "../cas/reconstruction.ts";
import type { StoredBytes } from "../cas/stored_bytes.ts";
import type { DecoderPool } from "../engine/mod.ts";
import { ChunkList, printHash, xorbHash } from "../hash/mod.ts";
import type { Block, ChunkRun } from "./block.ts";
import type { BlockCache } from "./block_cache.ts";
import type { DiskCache } from "./disk_cache.ts";
import { BlockDecoder, type DecodedBlock } from "./block_decoder.ts";
import type { FeedPlace } from "./feed_place.ts";
import type { KnownHashes } from "./known_hashes.ts";

/** What feeds stand on. */
export interface FeedContext {
  readonly budget: MemoryBudget;
  readonly turn: FairTurn;
  readonly decoders?: DecoderPool | undefined;
  readonly cache: BlockCache;
  readonly disk?: DiskCache | undefined;
  readonly known: KnownHashes;
  /** Milliseconds, from any time on. */
  readonly clock: () => number;
}

/** Which stored bytes a feed fetches. */
export interface FeedSource {
  readonly cas: CasClient;
  /** The xorb's hash in printed form. */
  readonly xorb: string;
  readonly source: FetchSource;
  /** Whether the chunks are hashed. */
  readonly hashed: boolean;
  /** How many bytes from the beginning are kept when nobody needs them any more. */
  readonly keep: number;
}

/** A feed cannot go on from a reader's place: the reader has to ask for the rest anew. */
export class LostPlaceError extends Error {
  /** The name of the class. */
  override readonly name = "LostPlaceError";
}

/** Stored bytes broke off after some of them had been given out; the cause tells how. */
export class BrokenOffError extends Error {
  /** The name of the class. */
  override readonly name = "BrokenOffError";

  constructor(cause: unknown) {
    super("Stored bytes broke off", { cause });
  }
}

interface Held extends DecodedBlock {
  readonly lease: Lease | undefined;
}

/** About what a block has at most; leased before it is read. */
const BLOCK_LENGTH = 1 << 20;
/** Stored bytes seldom become more than this many times as many. */
const USUAL_RATIO = 8;
/** Most bytes that are held for readers at different places. */
const MAX_HELD = 16 << 20;
/** How often those who are behind are looked at while somebody waits for them, in milliseconds. */
const LOOK_MS = 50;
/** A place that far ahead of what is decoded is not worth waiting for. */
const NEAR_CHUNKS = 32;

/**
 * Fetches the stored bytes of one source once, for all who read them at about the same time. Decoded
 * blocks are held until the readers at hand have taken them. It reads no further ahead than a reader
 * wants and the budget allows, and always a block when none is held.
 *
 * Readers that keep others waiting for long are left behind: they find their blocks in the cache, or
 * lose their place.
 */
export class SourceFeed {
  readonly #context: FeedContext;
  readonly #source: FeedSource;
  readonly #ended: () => void;
  readonly #abort = new AbortController();
  readonly #places = new Set<FeedPlace>();
  /** Those who have nothing to take. */
  readonly #waiting = new Set<FeedPlace>();
  /** Of every chunk so far, if they are hashed. */
  readonly #chunks = new ChunkList();
  #held: Held[] = [];
  /** The first chunk that is not decoded. */
  #head: number;
  /** Bytes that are still worth keeping. */
  #keep: number;
  #pumping: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Whether the chunks are those of the whole xorb. */
  #proven = false;
  #arrived = Promise.withResolvers<void>();
  #moved = Promise.withResolvers<void>();

  /**
   * Begins with the first reader.
   *
   * @param context What it stands on.
   * @param source What to fetch.
   * @param ended Called when nobody new should read from it: it has failed, or has no readers.
   */
  constructor(context: FeedContext, source: FeedSource, ended: () => void) {
    this.#context = context;
    this.#source = source;
    this.#ended = ended;
    this.#head = source.source.chunks.start;
    this.#keep = source.keep;
  }

  /** Whether a reader can begin at a place without a long wait. */
  serves(place: FeedPlace): boolean {
    if (this.#find(place.next) !== undefined) return true;
    const distance = place.next - this.#head;
    return distance >= 0 && (place.next === place.start || distance <= NEAR_CHUNKS);
  }

  /** Adds a reader. */
  join(place: FeedPlace): void {
    this.#places.add(place);
    place.begin(this.#context.clock());
    this.#pumping ??= this.#pump();
    this.move();
  }

  /** Removes a reader. With the last one everything ends; it is waited for. */
  async leave(place: FeedPlace): Promise<void> {
    this.#places.delete(place);
    this.move();
    if (this.#places.size > 0) return;
    this.#ended();
    this.#abort.abort();
    await this.#pumping;
    this.#settle(this.#proven);
  }

  /** A reader's place or window has changed. */
  move(): void {
    const needed = (block: Block) => this.#places.values().some((place) => place.needs(block));
    if (!this.#held.every(({ block }) => needed(block))) {
      const over = this.#held.filter(({ block }) => !needed(block));
      this.#held = this.#held.filter(({ block }) => needed(block));
      for (const held of over) this.#letGo(held);
    }
    this.#moved.resolve();
    this.#moved = Promise.withResolvers();
  }

  /**
   * The chunks at a reader's place, which moves on.
   *
   * @throws LostPlaceError if they are gone, or whatever broke the feed.
   */
  async take(place: FeedPlace, signal: AbortSignal): Promise<ChunkRun> {
    try {
      while (true) {
        signal.throwIfAborted();
        const block = this.#find(place.next);
        if (block !== undefined) return place.take(block);
        if (place.next < this.#head) throw new LostPlaceError("The chunks are not held any more");
        if (this.#failure !== undefined) throw this.#failure.error;
        const arrived = this.#arrived.promise;
        place.catchUp();
        this.#waiting.add(place);
        this.move();
        await abortable(arrived, signal);
      }
    } finally {
      this.#waiting.delete(place);
      this.move();
    }
  }

  #find(chunk: number): Block | undefined {
    const { cache } = this.#context;
    return this.#held.find(({ block }) => block.first <= chunk && chunk < block.end && block.intact)
      ?.block ?? cache.find(this.#source.xorb, chunk, this);
  }

  #letGo({ block, certain, lease }: Held): void {
    lease?.release();
    const { cache, disk } = this.#context;
    const scope = certain || this.#proven ? undefined : this;
    if (this.#keep > 0) {
      this.#keep -= block.size;
      cache.put(block, scope);
    }
    disk?.put(block, scope);
    block.letGo();
  }

  async #pump(): Promise<void> {
    const { cas, source } = this.#source;
    const { signal } = this.#abort;
    try {
      await cas.fetchRange(source, (bytes) => this.#read(bytes), { signal });
    } catch (error) {
      this.#failure = { error };
      this.#ended();
    }
    this.#arrived.resolve();
  }

  async #read(bytes: StoredBytes): Promise<void> {
    const { xorb, source: { chunks }, hashed } = this.#source;
    const { known, turn, decoders } = this.#context;
    const decoder = new BlockDecoder(bytes, { xorb, chunks, hashed, known, turn, decoders });
    while (this.#head < chunks.end) {
      const lease = await this.#room();
      try {
        this.#add({ ...await decoder.next(), lease });
      } catch (error) {
        lease?.release();
        // What was given out cannot be taken back: readers ask for the rest by themselves.
        throw this.#head > chunks.start ? new BrokenOffError(error) : error;
      }
    }
  }

  #add(held: Held): void {
    const { block, lease } = held;
    lease?.shrink(block.size);
    this.#held.push(held);
    this.#head = block.end;
    block.lengths.forEach((length, i) => {
      const hash = block.hashes?.subarray(i * 32, i * 32 + 32);
      if (hash !== undefined) this.#chunks.push(hash, length);
    });
    if (this.#head === this.#source.source.chunks.end) this.#prove();
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
    this.move();
  }

  /** The hash of a xorb proves the hashes of its chunks. */
  #prove(): void {
    const { xorb, source: { chunks }, hashed } = this.#source;
    if (!hashed || chunks.start > 0) return;
    if (printHash(xorbHash(this.#chunks)) !== xorb) return; // it goes on behind these chunks
    this.#proven = true;
    this.#context.known.add(xorb, 0, this.#chunks.hashes());
    this.#settle(true);
  }

  /** What becomes of the blocks that only readers of this feed could see. */
  #settle(certain: boolean): void {
    const { cache, disk } = this.#context;
    cache.settle(this.#source.xorb, this, certain);
    disk?.settle(this.#source.xorb, this, certain);
  }

  /** Waits until another block is wanted and may be held. */
  async #room(): Promise<Lease | undefined> {
    const { budget } = this.#context;
    const { bytes } = this.#source.source;
    const length = Math.min(BLOCK_LENGTH, USUAL_RATIO * (bytes.end - bytes.start + 1));
    while (true) {
      this.#abort.signal.throwIfAborted();
      const moved = this.#moved.promise;
      if (this.#places.values().some((place) => this.#wantsMore(place))) {
        const held = this.#held.reduce((sum, { block }) => sum + block.size, 0);
        if (held === 0 || held + length <= MAX_HELD) {
          // Half the budget is left to uploads, so that slow readers do not stop them.
          const lease = budget.tryAcquire(length, budget.limit / 2);
          if (lease !== undefined || held === 0) return lease;
        }
        if (this.#waiting.size > 0) {
          await this.#waitForOthers(moved);
          continue;
        }
      }
      await moved;
    }
  }

  #wantsMore(place: FeedPlace): boolean {
    if (this.#head >= place.end) return false;
    if (this.#waiting.has(place)) return true;
    let ahead = 0;
    for (const { block } of this.#held) if (place.needs(block)) ahead += block.size;
    return ahead < place.window;
  }

  /** Some wait for the next block while others keep it from being read. */
  async #waitForOthers(moved: Promise<void>): Promise<void> {
    const { clock } = this.#context;
    const start = clock();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const behind = [...this.#places].filter((place) =>
      !this.#waiting.has(place) && this.#held.some(({ block }) => place.needs(block))
    );
    if (behind.every((place) => place.window > 0)) {
      await Promise.race([
        moved,
        new Promise((resolve) => timer = setTimeout(resolve, LOOK_MS)),
      ]);
      clearTimeout(timer);
    }
    const now = clock();
    for (const place of behind) place.blame(now - start, now);
    this.move();
  }
}
