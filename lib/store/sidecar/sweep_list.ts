import { LRUCache } from "lru-cache";

/** Those met least lately are forgotten, and then not swept before they are met again. */
const MAX_BUCKETS = 1000;

/**
 * The buckets in which sidecars were met, written or read: where a sweep may find some. What is not on the list costs
 * no call.
 */
export class SweepList {
  readonly #ids = new LRUCache<string, true>({ max: MAX_BUCKETS });

  /** Notes a bucket, `namespace/name`. */
  add(id: string): void {
    this.#ids.set(id, true);
  }

  /** Takes all of them off the list. */
  take(): readonly string[] {
    const ids = [...this.#ids.keys()];
    this.#ids.clear();
    return ids;
  }
}
