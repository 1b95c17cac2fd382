import type { LockKey } from "../flow/key_locks.ts";
import { full } from "./kv_store.ts";
import { type LockEntry, lockEntryOf, lockKey } from "./lock_entries.ts";
import type { PeerState } from "./peers.ts";
import type { KvAtomic, KvEntry } from "./shared_kv.ts";

/** Who asks for locks. */
export interface Taker {
  /** The session that they are to be held under. */
  readonly session: string;
  /** The holding. */
  readonly hold: string;
  /** The process, as those who wait are named. */
  readonly process: string;
}

/** A lock that somebody else has. */
export interface Blocked {
  readonly key: LockKey;
  readonly entry: LockEntry;
  readonly versionstamp: string | null;
}

/** What can be taken of a row of locks: those before the first that somebody else has. */
export interface LockPlan {
  /** How many. */
  readonly count: number;
  /** Takes them. */
  readonly write: (atomic: KvAtomic) => KvAtomic;
  /** The first that somebody else has. */
  readonly blocked?: Blocked;
}

/** Deno KV checks a hundred keys in one commit: so many sessions are ended in one at most. */
const MAX_BURIALS = 5;

/**
 * Says which locks of a row can be taken: free ones; those kept for this process, or for one that has not come for
 * them; those whose holder's session is over; and those that this session still has by mistake, since within a process
 * nobody asks for a lock that another has.
 *
 * @param lapsed Whether somebody has not come for a lock that is kept for him.
 */
export function planLocks(
  keys: readonly LockKey[],
  entries: readonly KvEntry[],
  taker: Taker,
  peers: ReadonlyMap<string, PeerState>,
  lapsed: (entry: KvEntry) => boolean,
): LockPlan {
  const { session, hold, process } = taker;
  const writes: ((atomic: KvAtomic) => KvAtomic)[] = [];
  const buried = new Map<string, PeerState>();
  const finish = (count: number, blocked?: Blocked): LockPlan => ({
    count,
    write: (atomic) => {
      for (const { bury } of buried.values()) bury(atomic);
      for (const write of writes) write(atomic);
      return atomic;
    },
    ...(blocked && { blocked }),
  });
  for (const [at, found] of entries.entries()) {
    const key = keys[at];
    if (key === undefined) break;
    const { versionstamp } = found;
    const entry = lockEntryOf(found);
    if (entry?.hold === hold) continue;
    let waiting = entry?.waiting ?? [];
    if (entry?.session === "" && waiting[0] !== process) {
      if (!lapsed(found)) return finish(at, { key, entry, versionstamp });
      // Whoever it was kept for has gone.
      waiting = waiting.slice(1);
    } else if (entry !== null && entry.session !== "" && entry.session !== session) {
      const peer = peers.get(entry.session);
      if (!peer?.dead) return finish(at, { key, entry, versionstamp });
      if (buried.size === MAX_BURIALS && !buried.has(entry.session)) return finish(at);
      buried.set(entry.session, peer);
    }
    waiting = waiting.filter((one) => one !== process);
    const taken: LockEntry = { session, hold, waiting };
    const place = full(lockKey(key));
    writes.push((atomic) => atomic.check({ key: place, versionstamp }).set(place, taken));
  }
  return finish(entries.length);
}
