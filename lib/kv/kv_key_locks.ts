import {
  inLockOrder,
  type KeyLocks,
  type LockHold,
  type LockKey,
  MemoryKeyLocks,
} from "../flow/key_locks.ts";
import { HeldLocks } from "./held_locks.ts";
import { type KvStore, wasNotApplied } from "./kv_store.ts";
import type { Clocks, OwnSession } from "./own_session.ts";
import type { Peers } from "./peers.ts";
import { ScopeAlone } from "./scope_alone.ts";
import type { Sessions } from "./sessions.ts";

/** What {@linkcode KvKeyLocks} stand on. */
export interface KvKeyLocksOptions {
  /** Where the locks are. */
  readonly kv: KvStore;
  /** The leases of this process. */
  readonly sessions: Sessions;
  /** Those of others. */
  readonly peers: Peers;
  readonly clocks: Clocks;
  /** Told when locks could not be given back: they are free again when the lease has ended. */
  readonly onError: (error: Error) => void;
}

/**
 * {@linkcode KeyLocks} that processes share over Deno KV.
 *
 * Within the process those who ask queue in memory, so that one at a time asks the KV for a lock. Free
 * locks are taken in one commit, given back in another. Whoever finds one taken leaves its process's name in it, looks again
 * from time to time, and gets it before those who ask later: a lock that is given back is kept for the first for a moment.
 *
 * A lock belongs to the session of its holder, which is renewed while it is held. When a session is over, because its process
 * died or hung, its locks can be taken; a process that was only slow finds out when it asks `check`.
 */
export class KvKeyLocks implements KeyLocks {
  readonly #options: KvKeyLocksOptions;
  readonly #local = new MemoryKeyLocks();
  readonly #process: string = crypto.randomUUID();

  /** @param options The KV, and whose leases hold the locks. */
  constructor(options: KvKeyLocksOptions) {
    this.#options = options;
  }

  withLocks<T>(
    keys: readonly LockKey[],
    work: (hold: LockHold) => Promise<T>,
  ): Promise<T> {
    if (keys.length === 0) return this.#local.withLocks(keys, work);
    const ordered = inLockOrder(keys);
    const parts = { ...this.#options, process: this.#process };
    return this.#local.withLocks(
      ordered,
      () => this.#holding((session) => new HeldLocks(parts, session, ordered), work),
    );
  }

  withScope<T>(scope: string, work: (hold: LockHold) => Promise<T>): Promise<T> {
    return this.#local.withScope(
      scope,
      () => this.#holding((session) => new ScopeAlone(this.#options, session, scope), work),
    );
  }

  async #holding<T>(
    make: (session: OwnSession) => Holding,
    work: (hold: LockHold) => Promise<T>,
  ): Promise<T> {
    const session = await this.#options.sessions.enter();
    try {
      const holding = make(session);
      try {
        await this.#take(holding, session);
        return await work(session);
      } finally {
        await this.#giveBack(holding, session);
      }
    } finally {
      session.leave();
    }
  }

  /** What may be held without anybody's knowing must not be renewed, or nobody would ever get it. */
  async #take(holding: Holding, session: OwnSession): Promise<void> {
    try {
      await holding.take();
    } catch (error) {
      if (!wasNotApplied(error)) session.abandon();
      throw error;
    }
  }

  async #giveBack(holding: Holding, session: OwnSession): Promise<void> {
    try {
      await holding.release();
    } catch (error) {
      session.abandon();
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Something that is taken and given back. */
interface Holding {
  take(): Promise<void>;
  release(): Promise<void>;
}
