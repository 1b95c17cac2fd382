/** A key: parts that are ordered as Deno KV orders them, strings by their UTF-8 bytes. */
export type KvKey = readonly (string | number)[];

/** What stands under a key; value and version are null where nothing does. */
export interface KvEntry {
  /** The key. */
  readonly key: readonly unknown[];
  /** What was set, as structured clone gives it back. */
  readonly value: unknown;
  /** Changes with every write of the key. */
  readonly versionstamp: string | null;
}

/** Writes that are applied together if all checks hold. */
export interface KvAtomic {
  /** Asks that a key is still at a version; null for a key that is not there. */
  check(...checks: { key: KvKey; versionstamp: string | null }[]): KvAtomic;
  /** Sets a value. */
  set(key: KvKey, value: unknown): KvAtomic;
  /** Removes a key. */
  delete(key: KvKey): KvAtomic;
  /** Applies all or nothing; gives the version that everything written then has. */
  commit(): Promise<{ readonly ok: boolean; readonly versionstamp?: string }>;
}

/**
 * What of `Deno.Kv` is used, so that whatever `Deno.openKv()` gives can be handed over, and the types of the library do not
 * depend on an unstable one.
 */
export interface SharedKv {
  /** What stands under a key now, with strong consistency. */
  get(key: KvKey): Promise<KvEntry>;
  /** The same for up to ten keys, of one moment. */
  getMany(keys: readonly KvKey[]): Promise<KvEntry[]>;
  /** What stands under the keys that begin with a prefix and are not before `start`, in order. */
  list(
    selector: { prefix: KvKey } | { prefix: KvKey; start: KvKey },
    options?: { limit?: number; batchSize?: number },
  ): AsyncIterableIterator<KvEntry>;
  /** Begins writes. */
  atomic(): KvAtomic;
}
