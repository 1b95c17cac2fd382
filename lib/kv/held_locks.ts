import type { LockKey } from "../flow/key_locks.ts";
import { Backoff } from "./backoff.ts";
import { full, type KvStore } from "./kv_store.ts";
import {
  gateKey,
  type LockEntry,
  lockEntryOf,
  lockKey,
  type ScopeEntry,
  scopeEntryOf,
  shareKey,
} from "./lock_entries.ts";
import { type Blocked, type LockPlan, planLocks } from "./lock_plan.ts";
import type { Clocks, OwnSession } from "./own_session.ts";
import type { Peers } from "./peers.ts";
import type { KvAtomic, KvEntry } from "./shared_kv.ts";

/** What {@linkcode HeldLocks} stand on. */
export interface HeldLocksOptions {
  readonly kv: KvStore;
  readonly peers: Peers;
  readonly clocks: Clocks;
  /** Names this process among those that wait. */
  readonly process: string;
}

/** Deno KV checks a hundred keys in one commit; some are needed for scopes and sessions. */
const KEYS_PER_COMMIT = 80;
const MAX_SCOPES = 10;
/** Looks at a lock that somebody has are so far apart at most. */
const MAX_WAIT_MS = 120;
/** For so long a lock that is given back is kept for the first who waits for it. */
const KEPT_MS = 1_000;
/** So many are named as waiting; whoever comes later looks all the same, and finds room. */
const MAX_WAITING = 32;

/** A look at the scopes that are still to be shared: undefined while somebody has one alone. */
type OpenGates = ((atomic: KvAtomic) => KvAtomic) | undefined;

/** Locks that one caller takes and gives back, with a share of each of their scopes. */
export class HeldLocks {
  readonly #options: HeldLocksOptions;
  readonly #session: OwnSession;
  readonly #keys: readonly LockKey[];
  readonly #scopes: readonly string[];
  readonly #hold: string = crypto.randomUUID();
  readonly #backoff = new Backoff(MAX_WAIT_MS);
  /** The versions of the locks that were taken, in the order of the keys. */
  readonly #stamps: (string | null)[] = [];
  /** Since when a lock is seen to be kept for somebody, by its version. */
  #kept: { readonly versionstamp: string | null; readonly since: number } | undefined;

  /** @param keys Distinct, in the order in which locks are taken; of ten scopes at most. */
  constructor(options: HeldLocksOptions, session: OwnSession, keys: readonly LockKey[]) {
    this.#options = options;
    this.#session = session;
    this.#keys = keys;
    this.#scopes = [...new Set(keys.map(({ scope }) => scope))];
    if (this.#scopes.length > MAX_SCOPES) {
      throw new RangeError(`Keys of at most ${MAX_SCOPES} scopes can be locked together`);
    }
  }

  /** Takes all of them, in their order, as many at a time as are free. */
  async take(): Promise<void> {
    // Nearly always they are free: so the first try is made without a look.
    let looks = false;
    while (this.#stamps.length < this.#keys.length) {
      const keys = this.#next();
      const entries: readonly KvEntry[] = looks
        ? await this.#options.kv.getMany(keys.map(lockKey))
        : keys.map(free);
      const gates: OpenGates = looks ? await this.#openGates() : this.#noGates();
      if (gates === undefined) {
        await this.#backoff.pause();
        continue;
      }
      const plan: LockPlan = looks
        ? await this.#plan(keys, entries)
        : this.#planUnseen(keys, entries);
      const moved: boolean = plan.count > 0 && await this.#commit(plan, entries, gates);
      looks = !moved || plan.blocked !== undefined;
      if (moved) this.#backoff.reset();
      else await this.#session.check();
      if (plan.blocked !== undefined) await this.#queue(plan.blocked);
      if (looks && !moved) await this.#backoff.pause();
    }
  }

  /** Gives back what was taken. */
  async release(): Promise<void> {
    const taken = this.#stamps.length;
    for (let at = 0; at < taken; at += KEYS_PER_COMMIT) {
      const keys = this.#keys.slice(at, Math.min(at + KEYS_PER_COMMIT, taken));
      const isLast = at + KEYS_PER_COMMIT >= taken;
      const unshare = (atomic: KvAtomic) => isLast ? this.#unshare(atomic) : atomic;
      const unasked = await this.#options.kv.commit((atomic) => {
        for (const [i, key] of keys.entries()) {
          const place = full(lockKey(key));
          atomic.check({ key: place, versionstamp: this.#stamps[at + i] ?? null }).delete(place);
        }
        return unshare(atomic);
      });
      if (unasked === undefined) await this.#handOver(keys, unshare);
    }
  }

  /** The locks that come next. */
  #next(): readonly LockKey[] {
    const at = this.#stamps.length;
    return this.#keys.slice(at, at + KEYS_PER_COMMIT);
  }

  /** With the first locks the shares are taken, which the deletion of a scope's bucket waits for. */
  async #commit(
    plan: LockPlan,
    entries: readonly KvEntry[],
    gates: (atomic: KvAtomic) => KvAtomic,
  ): Promise<boolean> {
    const share: ScopeEntry = { session: this.#session.id, hold: this.#hold };
    const stamp = await this.#options.kv.commit((atomic) => {
      this.#session.checked(atomic);
      if (this.#stamps.length === 0) {
        gates(atomic);
        for (const scope of this.#scopes) atomic.set(full(shareKey(scope, this.#hold)), share);
      }
      return plan.write(atomic);
    });
    if (stamp === undefined) return false;
    for (const entry of entries.slice(0, plan.count)) {
      const wasOurs = lockEntryOf(entry)?.hold === this.#hold;
      this.#stamps.push(wasOurs ? entry.versionstamp : stamp);
    }
    return true;
  }

  /** As if all were free; where they are not, the commit's checks say so. */
  #planUnseen(keys: readonly LockKey[], entries: readonly KvEntry[]): LockPlan {
    return planLocks(keys, entries, this.#taker(), new Map(), () => false);
  }

  async #plan(keys: readonly LockKey[], entries: readonly KvEntry[]): Promise<LockPlan> {
    const others = entries.flatMap((entry) => {
      const session = lockEntryOf(entry)?.session ?? "";
      return session === "" || session === this.#session.id ? [] : [session];
    });
    const peers = await this.#options.peers.look(others);
    return planLocks(keys, entries, this.#taker(), peers, (entry) => this.#hasLapsed(entry));
  }

  #taker() {
    return { session: this.#session.id, hold: this.#hold, process: this.#options.process };
  }

  #hasLapsed({ versionstamp }: KvEntry): boolean {
    const now = this.#options.clocks.steady();
    if (this.#kept?.versionstamp === versionstamp) return now - this.#kept.since >= KEPT_MS;
    this.#kept = { versionstamp, since: now };
    return false;
  }

  /** Leaves the process's name in a lock that somebody else has. */
  async #queue({ key, entry, versionstamp }: Blocked): Promise<void> {
    const { process } = this.#options;
    const { waiting } = entry;
    if (waiting.includes(process) || waiting.length >= MAX_WAITING) return;
    const place = full(lockKey(key));
    const queued: LockEntry = { ...entry, waiting: [...waiting, process] };
    // If it has changed meanwhile, the next look finds out how.
    await this.#options.kv.commit((atomic) =>
      atomic.check({ key: place, versionstamp }).set(place, queued)
    );
  }

  #noGates(): OpenGates {
    return (atomic) => {
      for (const scope of this.#scopes) {
        atomic.check({ key: full(gateKey(scope)), versionstamp: null });
      }
      return atomic;
    };
  }

  /** What must hold of the scopes for a share of them; no more once they are shared. */
  async #openGates(): Promise<OpenGates> {
    if (this.#stamps.length > 0) return (atomic) => atomic;
    const { kv, peers } = this.#options;
    const gates = await kv.getMany(this.#scopes.map(gateKey));
    const holders = gates.flatMap((gate) => scopeEntryOf(gate)?.session ?? []);
    const states = await peers.look(holders);
    const isOpen = (session: string) =>
      session === this.#session.id || states.get(session)?.dead === true;
    if (!holders.every(isOpen)) return undefined;
    return (atomic) => {
      const others = [...states].filter(([session]) => session !== this.#session.id);
      for (const [, { bury }] of others) bury(atomic);
      for (const [at, { versionstamp }] of gates.entries()) {
        const key = full(gateKey(this.#scopes[at] ?? ""));
        atomic.check({ key, versionstamp });
        if (versionstamp !== null) atomic.delete(key);
      }
      return atomic;
    };
  }

  #unshare(atomic: KvAtomic): KvAtomic {
    for (const scope of this.#scopes) atomic.delete(full(shareKey(scope, this.#hold)));
    return atomic;
  }

  /** Gives back locks for some of which others wait: those are kept for the first of them. */
  async #handOver(
    keys: readonly LockKey[],
    also: (atomic: KvAtomic) => KvAtomic,
  ): Promise<void> {
    const { kv } = this.#options;
    for (;;) {
      const entries = await kv.getMany(keys.map(lockKey));
      const done = await kv.commit((atomic) => {
        for (const [at, key] of keys.entries()) {
          const found = entries[at];
          const entry = found && lockEntryOf(found);
          if (entry?.hold !== this.#hold) continue;
          const place = full(lockKey(key));
          const { waiting } = entry;
          const kept: LockEntry = { session: "", hold: "", waiting };
          atomic.check({ key: place, versionstamp: found?.versionstamp ?? null });
          if (waiting.length > 0) atomic.set(place, kept);
          else atomic.delete(place);
        }
        return also(atomic);
      });
      if (done !== undefined) return;
      await this.#backoff.pause();
    }
  }
}

/** How a lock looks that nobody has. */
const free = (key: LockKey): KvEntry => ({ key: lockKey(key), value: null, versionstamp: null });
