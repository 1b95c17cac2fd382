import type { KvKey } from "./shared_kv.ts";

/** What is known of a process's lease. */
export interface SessionEntry {
  /** Counts the renewals: whoever watches sees by it that the holder lives. */
  readonly beat: number;
  /** When the lease ends by the holder's clock, milliseconds since 1970. */
  readonly until: number;
  /** How long it lasts without a renewal. */
  readonly leaseMs: number;
}

/** The key of a session's entry. */
export const sessionKey = (id: string): KvKey => ["session", id];
