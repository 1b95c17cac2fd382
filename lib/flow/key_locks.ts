import { compareUtf8 } from "./utf8_order.ts";

/**
 * Exclusive locks by name. A body may live in memory or be shared between processes; all of them
 * take locks in the same order, so that two callers never wait for each other.
 */
export interface KeyLocks {
  /**
   * Holds the locks of all keys while the work runs, and gives them back however it ends. Each
   * distinct key is taken once, in UTF-8 byte order; who waits for a key gets it in the order of
   * asking.
   *
   * @param keys The keys; may be empty or repeat.
   * @param work What to do under the locks. It must not ask for one of them again.
   */
  withLocks<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
}

/** {@linkcode KeyLocks} of one process. Holds memory only for keys that are locked. */
export class MemoryKeyLocks implements KeyLocks {
  /** For each locked key the end of its queue: settles when the last who asked is done. */
  readonly #tails = new Map<string, Promise<void>>();

  async withLocks<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    const releases: (() => void)[] = [];
    try {
      for (const key of [...new Set(keys)].sort(compareUtf8)) {
        releases.push(await this.#take(key));
      }
      return await work();
    } finally {
      for (const release of releases) release();
    }
  }

  /** How many keys are locked or waited for. */
  get size(): number {
    return this.#tails.size;
  }

  async #take(key: string): Promise<() => void> {
    const before = this.#tails.get(key);
    const { promise: done, resolve } = Promise.withResolvers<void>();
    this.#tails.set(key, done);
    await before;
    return () => {
      if (this.#tails.get(key) === done) this.#tails.delete(key);
      resolve();
    };
  }
}
