import { ScopeGate } from "./scope_gate.ts";
import { compareUtf8 } from "./utf8_order.ts";

/** What is locked: a name within a scope, such as a path within a bucket. */
export interface LockKey {
  /** What can be had alone as a whole; see {@linkcode KeyLocks.withScope}. */
  readonly scope: string;
  /** The name inside it. */
  readonly name: string;
}

/** Locks that are held, as those see it who work under them. */
export interface LockHold {
  /**
   * To be asked right before anything is sent that only the holder may do. Locks that are shared between
   * processes can be lost: to another process, when this one could not renew its lease in time.
   *
   * @throws when they are lost; then nothing may be sent.
   */
  check(): Promise<void>;
}

/**
 * Exclusive locks by key. A body may live in memory or be shared between processes; all of them
 * take locks in the same order, so that two callers never wait for each other.
 */
export interface KeyLocks {
  /**
   * Holds the locks of all keys while the work runs, and gives them back however it ends. Each
   * distinct key is taken once, in UTF-8 byte order of scope and name; who waits for a key gets it in the order
   * of asking.
   *
   * @param keys The keys; may be empty or repeat.
   * @param work What to do under the locks. It must not ask for any lock of these scopes again.
   */
  withLocks<T>(
    keys: readonly LockKey[],
    work: (hold: LockHold) => Promise<T>,
  ): Promise<T>;
  /**
   * Has a scope alone while the work runs: waits for the holders of its keys, and lets nobody else have one.
   *
   * @param work What to do meanwhile. It must not ask for any lock of this scope.
   */
  withScope<T>(scope: string, work: (hold: LockHold) => Promise<T>): Promise<T>;
}

/** Distinct keys in the order in which all bodies take them. */
export function inLockOrder(keys: readonly LockKey[]): readonly LockKey[] {
  const distinct = new Map(keys.map((key) => [JSON.stringify([key.scope, key.name]), key]));
  return [...distinct.values()].sort((a, b) =>
    compareUtf8(a.scope, b.scope) || compareUtf8(a.name, b.name)
  );
}

/** Locks in the memory of one process are not lost. */
const KEPT: LockHold = { check: () => Promise.resolve() };

/** {@linkcode KeyLocks} of one process. Holds memory only for keys that are locked. */
export class MemoryKeyLocks implements KeyLocks {
  readonly #gate = new ScopeGate();
  /** For each locked key the end of its queue: settles when the last who asked is done. */
  readonly #tails = new Map<string, Promise<void>>();

  async withLocks<T>(
    keys: readonly LockKey[],
    work: (hold: LockHold) => Promise<T>,
  ): Promise<T> {
    const ordered = inLockOrder(keys);
    const scopes = [...new Set(ordered.map(({ scope }) => scope))];
    return await this.#sharing(scopes, () => this.#locking(ordered, work));
  }

  withScope<T>(scope: string, work: (hold: LockHold) => Promise<T>): Promise<T> {
    return this.#gate.alone(scope, () => work(KEPT));
  }

  /** How many keys and scopes are locked or waited for. */
  get size(): number {
    return this.#tails.size + this.#gate.size;
  }

  /** Shares the scopes one by one, in their order. */
  #sharing<T>([scope, ...others]: readonly string[], work: () => Promise<T>): Promise<T> {
    if (scope === undefined) return work();
    return this.#gate.share(scope, () => this.#sharing(others, work));
  }

  async #locking<T>(
    keys: readonly LockKey[],
    work: (hold: LockHold) => Promise<T>,
  ): Promise<T> {
    const releases: (() => void)[] = [];
    try {
      for (const { scope, name } of keys) {
        releases.push(await this.#take(JSON.stringify([scope, name])));
      }
      return await work(KEPT);
    } finally {
      for (const release of releases) release();
    }
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
