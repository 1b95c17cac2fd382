import { StoreError } from "../errors/store_error.ts";
import { full, type KvStore } from "./kv_store.ts";
import { type SessionEntry, sessionKey } from "./session_entry.ts";
import type { KvAtomic } from "./shared_kv.ts";

/** Clocks of a process: one that is never set, and one that goes on while the machine sleeps. */
export interface Clocks {
  /** Milliseconds since some moment. */
  readonly steady: () => number;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
}

/** The platform's clocks. */
export const SYSTEM_CLOCKS: Clocks = { steady: () => performance.now(), wall: Date.now };

/** The holder stops trusting its lease by this part of it before others may take it for dead. */
const MARGIN = 1 / 5;
/** It is renewed whenever this part of it has passed. */
const RENEWAL = 1 / 4;

/**
 * The lease of this process, which stands for everything that it holds: locks and completions name it, and are free
 * for others when it is over. It is renewed while something is held, and costs nothing while nothing is.
 *
 * What was held while the lease may have ended is lost, and `check` says so for as long as it is asked.
 */
export class OwnSession {
  /** Unique among all sessions there ever were. */
  readonly id: string = crypto.randomUUID();
  readonly #kv: KvStore;
  readonly #leaseMs: number;
  readonly #clocks: Clocks;
  #beat = 0;
  #stamp: string | null = null;
  /** When the last renewal was begun, by both clocks: the lease counts from then. */
  #renewed: { readonly steady: number; readonly wall: number } | undefined;
  #lost = false;
  #renewing: Promise<void> | undefined;
  #holders = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param leaseMs How long it lasts without a renewal. */
  constructor(kv: KvStore, leaseMs: number, clocks: Clocks) {
    this.#kv = kv;
    this.#leaseMs = leaseMs;
    this.#clocks = clocks;
  }

  /** Whether something can be held under it. */
  get usable(): boolean {
    return !this.#lost && (this.#holders === 0 || this.#left() > 0 || this.#renewed === undefined);
  }

  /** Something is to be held: from now on the lease is renewed, until as many have left. */
  async enter(): Promise<void> {
    // Nothing was held under it since, so that it may go on, if nobody has taken it for dead.
    if (this.#holders === 0 && this.#left() <= 0) this.#renewed = undefined;
    this.#holders++;
    // A renewal that fails is tried again when the next is due; `check` throws once too little of the lease is left.
    this.#timer ??= setInterval(() => void this.#renew().catch(() => {}), this.#leaseMs * RENEWAL);
    try {
      await this.check();
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  /** Something is no longer held. */
  leave(): void {
    if (--this.#holders > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /**
   * Makes sure that it lasts for a while: half of the lease at least, less what a renewal takes.
   *
   * @throws {StoreError} `unavailable` when it is over, or cannot be renewed.
   */
  async check(): Promise<void> {
    if (!this.#lost && this.#left() > this.#leaseMs / 2) return;
    await this.#renew();
    if (!this.usable) throw lostLease();
  }

  /** Gives it up: what is held under it is free for others when the lease has ended. */
  abandon(): void {
    this.#lost = true;
  }

  /** Ends it at once; nothing must be held under it. */
  async end(): Promise<void> {
    this.#lost = true;
    clearInterval(this.#timer);
    // Its failure is thrown to who asked for it; what is written below does not depend on it.
    await this.#renewing?.catch(() => {});
    if (this.#stamp === null) return;
    await this.#kv.commit((atomic) => atomic.delete(full(sessionKey(this.id))));
  }

  /** Makes a write depend on nobody having taken the session for dead. */
  checked(atomic: KvAtomic): KvAtomic {
    return atomic.check({ key: full(sessionKey(this.id)), versionstamp: this.#stamp });
  }

  /** Milliseconds for which it is certain that nobody takes it for dead. */
  #left(): number {
    if (this.#renewed === undefined) return 0;
    const { steady, wall } = this.#renewed;
    const passed = Math.max(this.#clocks.steady() - steady, this.#clocks.wall() - wall);
    return this.#leaseMs * (1 - MARGIN) - passed;
  }

  /** Those who ask meanwhile share it. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#write().finally(() => this.#renewing = undefined);
    return this.#renewing;
  }

  async #write(): Promise<void> {
    if (!this.usable) throw lostLease();
    const begun = { steady: this.#clocks.steady(), wall: this.#clocks.wall() };
    const leaseMs = this.#leaseMs;
    const entry: SessionEntry = { beat: this.#beat + 1, until: begun.wall + leaseMs, leaseMs };
    const key = sessionKey(this.id);
    const stamp = await this.#kv.commit((atomic) => this.checked(atomic).set(full(key), entry)) ??
      await this.#stampOf(entry);
    if (stamp === undefined) {
      this.#lost = true;
      throw lostLease();
    }
    this.#beat = entry.beat;
    this.#stamp = stamp;
    this.#renewed = begun;
  }

  /** The version of an entry that is in place although its commit says that it was not applied. */
  async #stampOf({ beat }: SessionEntry): Promise<string | undefined> {
    const { value, versionstamp } = await this.#kv.get(sessionKey(this.id));
    // Nobody else writes this key.
    const found = value as SessionEntry | null;
    return found?.beat === beat ? versionstamp ?? undefined : undefined;
  }
}

const lostLease = (): StoreError =>
  new StoreError("unavailable", "This process has lost its lease on what it had locked");
