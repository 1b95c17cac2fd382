import { LRUCache } from "lru-cache";
import type { Listing, Position } from "./position.ts";

/** How many places in listings are remembered. */
const MAX_POSITIONS = 4096;
/** How many buckets with an unusual order are remembered. */
const MAX_UNORDERED = 1024;
/** How many buckets whose directories were seen to sort with their `/` are remembered. */
const MAX_BY_SLASH = 4096;
/** How long a bucket is taken for unordered, in milliseconds: what was seen may have been a race. */
const UNORDERED_MS = 600_000;

/**
 * What listings learn for later ones: where to go on after a key (`marker` and `start-after` name a key
 * and no cursor), and which buckets do not come in order. Losing it costs time only: a position
 * never hides what was written since.
 */
export class ListingMemory {
  readonly #positions = new LRUCache<string, { readonly bucket: string; readonly at: Position }>({
    max: MAX_POSITIONS,
  });
  readonly #unordered: LRUCache<string, true>;
  readonly #bySlash = new LRUCache<string, true>({ max: MAX_BY_SLASH });

  /** @param now Milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#unordered = new LRUCache({
      max: MAX_UNORDERED,
      ttl: UNORDERED_MS,
      // Zero asks the clock each time; otherwise the package starts timers to spare calls.
      ttlResolution: 0,
      perf: { now },
    });
  }

  /** The place to go on from after a name, if it is known. */
  position(listing: Listing, after: string): Position | undefined {
    return this.#positions.get(positionKey(listing, after))?.at;
  }

  /** Remembers that everything after a name is found from a place on. */
  remember(listing: Listing, after: string, at: Position): void {
    this.#positions.set(positionKey(listing, after), { bucket: listing.bucket, at });
  }

  /** Whether a bucket's lines came out of order lately. */
  isUnordered(listing: Listing): boolean {
    return this.#unordered.get(orderKey(listing)) ?? false;
  }

  /** Remembers that a bucket's lines come out of order. */
  setUnordered(listing: Listing): void {
    this.#unordered.set(orderKey(listing), true);
  }

  /** Whether the Hub was seen to sort a bucket's directories by their names with the final `/`. */
  isBySlash(bucket: string): boolean {
    return this.#bySlash.get(bucket) ?? false;
  }

  /** Remembers that the Hub sorts a bucket's directories by their names with the final `/`. */
  setBySlash(bucket: string): void {
    this.#bySlash.set(bucket, true);
  }

  /** Forgets a bucket: a new one of its name has other cursors. */
  forget(bucket: string): void {
    for (const [key, value] of this.#positions.entries()) {
      if (value.bucket === bucket) this.#positions.delete(key);
    }
    this.#bySlash.delete(bucket);
  }
}

const positionKey = ({ bucket, prefix, delimiter }: Listing, after: string): string =>
  JSON.stringify([bucket, prefix, delimiter, after]);

/** One level and all levels are different orders of the Hub. */
const orderKey = ({ bucket, delimiter }: Listing): string =>
  JSON.stringify([bucket, delimiter === "/"]);
