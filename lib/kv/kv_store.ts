import { StoreError } from "../errors/store_error.ts";
import { retry } from "../flow/retry.ts";
import type { KvAtomic, KvEntry, KvKey, SharedKv } from "./shared_kv.ts";

/** All keys begin with it; the number is that of their layout. */
const PREFIX = ["hugbucket", 1] as const;
/** Deno KV reads so many keys in one call. */
const KEYS_PER_READ = 10;
const ATTEMPTS = 14;
const BASE_MS = 5;
const MAX_MS = 400;
/** SQLite under a local KV refuses a write while another process writes; nothing was applied then. */
const LOCKED = /database is locked|database is busy/i;

/** The KV was locked by another process. */
class Locked extends Error {}

/** One way to write: what must hold, and what changes then. */
export type KvWrite = (atomic: KvAtomic) => KvAtomic;

/**
 * The KV as the bodies over it use it: under one prefix, tried again while another process has it locked, and with
 * failures as `unavailable`, which clients repeat.
 *
 * A commit whose checks fail may have been applied all the same, where the connection to a remote KV
 * broke and its client repeated the call. So every write is made such that a look tells whether it is in place.
 */
export class KvStore {
  readonly #kv: SharedKv;

  /** @param kv What `Deno.openKv()` gave. */
  constructor(kv: SharedKv) {
    this.#kv = kv;
  }

  /** What stands under a key. */
  get(key: KvKey): Promise<KvEntry> {
    return attempt(() => this.#kv.get(full(key)));
  }

  /** What stands under each of any number of keys. */
  async getMany(keys: readonly KvKey[]): Promise<readonly KvEntry[]> {
    const entries: KvEntry[] = [];
    for (let at = 0; at < keys.length; at += KEYS_PER_READ) {
      const some = keys.slice(at, at + KEYS_PER_READ).map(full);
      entries.push(...await attempt(() => this.#kv.getMany(some)));
    }
    return entries;
  }

  /**
   * What stands under the keys that begin with a prefix, in order.
   *
   * @param start Where to begin; the prefix's first key by default.
   * @param limit How many at most.
   */
  async list(
    prefix: KvKey,
    { start, limit }: { readonly start?: KvKey; readonly limit?: number } = {},
  ): Promise<readonly KvEntry[]> {
    return await attempt(() =>
      Array.fromAsync(
        this.#kv.list(
          { prefix: full(prefix), ...(start && { start: full(start) }) },
          limit === undefined ? {} : { limit },
        ),
      )
    );
  }

  /**
   * Applies writes if their checks hold. Their keys are made by {@linkcode full}.
   *
   * @returns The version that everything written has; undefined when a check failed.
   */
  async commit(write: KvWrite): Promise<string | undefined> {
    return (await attempt(() => write(this.#kv.atomic()).commit())).versionstamp;
  }
}

/** Whether a commit that failed is known not to have been applied. */
export const wasNotApplied = (error: unknown): boolean =>
  error instanceof StoreError && error.cause instanceof Locked;

/** A key as it stands in the KV. */
export const full = (key: KvKey): KvKey => [...PREFIX, ...key];

/** The parts of a key that was read, without the prefix. */
export const partsOf = ({ key }: KvEntry): readonly unknown[] => key.slice(PREFIX.length);

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await retry(async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof Error && LOCKED.test(error.message)) {
          throw new Locked(error.message, { cause: error });
        }
        throw error;
      }
    }, {
      attempts: ATTEMPTS,
      baseMs: BASE_MS,
      maxMs: MAX_MS,
      shouldRetry: (error) => error instanceof Locked,
    });
  } catch (cause) {
    throw new StoreError("unavailable", "The shared key-value store does not work for now", {
      cause,
    });
  }
}
