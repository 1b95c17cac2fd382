import type { KeyLocks } from "../flow/key_locks.ts";
import { KvKeyLocks } from "./kv_key_locks.ts";
import { KvStore } from "./kv_store.ts";
import { type Clocks, SYSTEM_CLOCKS } from "./own_session.ts";
import { Peers } from "./peers.ts";
import { Sessions } from "./sessions.ts";
import type { SharedKv } from "./shared_kv.ts";

const LEASE_MS = 15_000;

/** Settings of {@linkcode openSharedState}. */
export interface SharedStateOptions {
  /** How long what a process holds stays locked after it has died, in milliseconds. Default: 15,000. */
  readonly leaseMs?: number;
  /** The clocks that leases are measured with; the system's by default. */
  readonly clocks?: Clocks;
  /** Told of what failed without a request that could be told. */
  readonly onError?: (error: Error) => void;
}

/** What gateways share that work together. */
export interface SharedState {
  /** The locks of keys. */
  readonly locks: KeyLocks;
  /** Ends the lease of this process, so that nobody has to wait for that. Nothing must be held. */
  close(): Promise<void>;
}

/** Makes the locks that live in a KV. The KV stays open when they are closed. */
export function openSharedState(shared: SharedKv, options: SharedStateOptions): SharedState {
  const clocks = options.clocks ?? SYSTEM_CLOCKS;
  const kv = new KvStore(shared);
  const sessions = new Sessions(kv, options.leaseMs ?? LEASE_MS, clocks);
  const peers = new Peers(kv, clocks);
  const onError = options.onError ?? (() => {});
  return {
    locks: new KvKeyLocks({ kv, sessions, peers, clocks, onError }),
    close: () => sessions.end(),
  };
}
