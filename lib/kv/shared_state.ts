import type { KeyLocks } from "../flow/key_locks.ts";
import type { UploadRegistry } from "../multipart/upload_registry.ts";
import { KvKeyLocks } from "./kv_key_locks.ts";
import { KvStore } from "./kv_store.ts";
import { KvUploadRegistry } from "./kv_upload_registry.ts";
import { type Clocks, SYSTEM_CLOCKS } from "./own_session.ts";
import { Peers } from "./peers.ts";
import { Sessions } from "./sessions.ts";
import type { SharedKv } from "./shared_kv.ts";

const LEASE_MS = 15_000;
const UPLOAD_TTL_MS = 86_400_000;

/** Settings of {@linkcode openSharedState}. */
export interface SharedStateOptions {
  /** How long what a process holds stays locked after it has died, in milliseconds. Default: 15,000. */
  readonly leaseMs?: number;
  /** How long an upload lives without activity, and a result is kept, in milliseconds. Default: a day. */
  readonly uploadTtlMs?: number;
  /** Milliseconds since 1970, for uploads. Default: the system's clock. */
  readonly now?: () => number;
  /** The clocks that leases are measured with; the system's by default. */
  readonly clocks?: Clocks;
  /** Told of what failed without a request that could be told. */
  readonly onError?: (error: Error) => void;
}

/** What gateways share that work together. */
export interface SharedState {
  /** The locks of keys. */
  readonly locks: KeyLocks;
  /** The multipart uploads. */
  readonly registry: UploadRegistry;
  /** Ends the lease of this process, so that nobody has to wait for that. Nothing must be held. */
  close(): Promise<void>;
}

/** Makes the locks and the registry that live in a KV. The KV stays open when they are closed. */
export function openSharedState(shared: SharedKv, options: SharedStateOptions = {}): SharedState {
  const clocks = options.clocks ?? SYSTEM_CLOCKS;
  const kv = new KvStore(shared);
  const sessions = new Sessions(kv, options.leaseMs ?? LEASE_MS, clocks);
  const peers = new Peers(kv, clocks);
  const onError = options.onError ?? (() => {});
  const parts = { kv, sessions, peers, clocks, onError };
  const registry = new KvUploadRegistry({
    ...parts,
    ttlMs: options.uploadTtlMs ?? UPLOAD_TTL_MS,
    now: options.now ?? Date.now,
  });
  return {
    locks: new KvKeyLocks(parts),
    registry,
    async close() {
      registry.close();
      await sessions.end();
    },
  };
}
