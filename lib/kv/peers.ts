import { LRUCache } from "lru-cache";
import type { KvStore } from "./kv_store.ts";
import { full } from "./kv_store.ts";
import type { Clocks } from "./own_session.ts";
import { type SessionEntry, sessionKey } from "./session_entry.ts";
import type { KvAtomic, KvEntry } from "./shared_kv.ts";

/** Clocks of machines may differ by so much, when an end that a holder has written down is believed. */
const CLOCK_SKEW_MS = 60_000;
/** Of so many sessions it is remembered since when they have not been renewed. */
const MAX_SESSIONS = 1_000;

/** What a look at a session says: whether it is over, and what has to be written for that to be final. */
export interface PeerState {
  /** Whether nothing is held under it any more. */
  readonly dead: boolean;
  /** Makes a write depend on that, and ends the session with it, so that its owner notices. */
  readonly bury: (atomic: KvAtomic) => KvAtomic;
}

/**
 * Tells which sessions of other processes are over. No clock of another machine is needed: a session is over when it has not
 * been renewed for the time of its lease since it was first looked at; one whose own end was long ago at once.
 */
export class Peers {
  readonly #kv: KvStore;
  readonly #clocks: Clocks;
  readonly #seen = new LRUCache<string, { readonly beat: number; readonly since: number }>({
    max: MAX_SESSIONS,
  });

  /** @param kv Where the sessions are. */
  constructor(kv: KvStore, clocks: Clocks) {
    this.#kv = kv;
    this.#clocks = clocks;
  }

  /** Looks at sessions. */
  async look(ids: readonly string[]): Promise<ReadonlyMap<string, PeerState>> {
    const distinct = [...new Set(ids)];
    const entries = await this.#kv.getMany(distinct.map(sessionKey));
    return new Map(distinct.map((id, at) => [id, this.#judge(id, entries[at])]));
  }

  /** What an entry of a session says. */
  #judge(id: string, entry: KvEntry | undefined): PeerState {
    const versionstamp = entry?.versionstamp ?? null;
    // Only `OwnSession` writes these keys.
    const value = (entry?.value ?? null) as SessionEntry | null;
    const key = full(sessionKey(id));
    return {
      dead: value === null || this.#isOver(id, value),
      bury: (atomic) =>
        versionstamp === null ? atomic : atomic.check({ key, versionstamp }).delete(key),
    };
  }

  #isOver(id: string, { beat, until, leaseMs }: SessionEntry): boolean {
    if (until + CLOCK_SKEW_MS < this.#clocks.wall()) return true;
    const now = this.#clocks.steady();
    const seen = this.#seen.get(id);
    if (seen?.beat === beat) return now - seen.since >= leaseMs;
    this.#seen.set(id, { beat, since: now });
    return false;
  }
}
