import type { LockKey } from "../flow/key_locks.ts";
import type { KvEntry, KvKey } from "./shared_kv.ts";

/** What stands under the key of a lock that is held, or kept free for somebody. */
export interface LockEntry {
  /** Who holds it; empty when it is free, and kept for the first who waits. */
  readonly session: string;
  /** Tells one holding from another of the same session. */
  readonly hold: string;
  /** The processes that wait for it, in the order of asking. */
  readonly waiting: readonly string[];
}

/** What stands under the key of a share of a scope, and under that of a scope that is had alone. */
export interface ScopeEntry {
  /** Who has it. */
  readonly session: string;
  /** Tells one holding from another. */
  readonly hold: string;
}

/** All locks. */
export const LOCKS: KvKey = ["lock"];
/** All shares of scopes. */
export const SHARES: KvKey = ["share"];
/** All scopes that somebody has alone. */
export const GATES: KvKey = ["gate"];

/** The key of a lock. */
export const lockKey = ({ scope, name }: LockKey): KvKey => [...LOCKS, scope, name];

/** All shares of a scope. */
export const sharesOf = (scope: string): KvKey => [...SHARES, scope];

/** The key of one holder's share of a scope: while there is any, nobody has the scope alone. */
export const shareKey = (scope: string, hold: string): KvKey => [...SHARES, scope, hold];

/** The key of the one who has a scope alone, or waits for that: while it is there, nobody gets a share. */
export const gateKey = (scope: string): KvKey => [...GATES, scope];

/** The entry of a lock. */
export function lockEntryOf({ value }: KvEntry): LockEntry | null {
  // Only the modules of this folder write these keys.
  return value as LockEntry | null;
}

/** The entry of a share or of a gate. */
export function scopeEntryOf({ value }: KvEntry): ScopeEntry | null {
  // Only the modules of this folder write these keys.
  return value as ScopeEntry | null;
}
