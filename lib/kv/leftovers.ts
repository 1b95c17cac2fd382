import { full, type KvStore, partsOf } from "./kv_store.ts";
import { GATES, lockEntryOf, LOCKS, scopeEntryOf, SHARES } from "./lock_entries.ts";
import type { Clocks } from "./own_session.ts";
import type { Peers } from "./peers.ts";
import type { SessionEntry } from "./session_entry.ts";
import type { KvEntry } from "./shared_kv.ts";

/** A session that ended so long ago is nobody's. */
const OLD_MS = 3_600_000;

/**
 * Removes what processes that died have left: their sessions, their locks that nobody has asked for since, and locks that
 * are kept for somebody who never came. Whoever asks for such a lock gets it without this; it only takes room.
 */
export async function sweepLeftovers(kv: KvStore, peers: Peers, clocks: Clocks): Promise<void> {
  const lists = await Promise.all([LOCKS, SHARES, GATES].map((prefix) => kv.list(prefix)));
  const held = lists.flat();
  const states = await peers.look(held.map(holderOf).filter((session) => session !== ""));
  for (const entry of held) {
    const session = holderOf(entry);
    // A free one is kept by its entry for a moment only; without one it is as free.
    if (session === "" || states.get(session)?.dead) await remove(kv, entry);
  }
  for (const entry of await kv.list(["session"])) {
    // Only `OwnSession` writes these keys.
    const { until } = entry.value as SessionEntry;
    if (until + OLD_MS < clocks.wall()) await remove(kv, entry);
  }
}

const holderOf = (entry: KvEntry): string =>
  lockEntryOf(entry)?.session ?? scopeEntryOf(entry)?.session ?? "";

async function remove(kv: KvStore, entry: KvEntry): Promise<void> {
  // Keys of this folder are of strings and numbers.
  const key = full(partsOf(entry) as (string | number)[]);
  const { versionstamp } = entry;
  await kv.commit((atomic) => atomic.check({ key, versionstamp }).delete(key));
}
