import { StoreError } from "../errors/store_error.ts";
import type { KvStore } from "./kv_store.ts";
import { type Clocks, OwnSession } from "./own_session.ts";

/** The leases of a process, one after the other: another is begun when one was lost. */
export class Sessions {
  readonly #kv: KvStore;
  readonly #leaseMs: number;
  readonly #clocks: Clocks;
  #current: OwnSession | undefined;

  /** @param leaseMs How long a lease lasts without a renewal. */
  constructor(kv: KvStore, leaseMs: number, clocks: Clocks) {
    this.#kv = kv;
    this.#leaseMs = leaseMs;
    this.#clocks = clocks;
  }

  /** Enters a session that can be used: whoever does has to leave it. */
  async enter(): Promise<OwnSession> {
    const session = this.#usable();
    try {
      await session.enter();
      return session;
    } catch (error) {
      // Somebody has taken an idle one for dead.
      if (session.usable || !(error instanceof StoreError)) throw error;
    }
    const another = this.#usable();
    await another.enter();
    return another;
  }

  /** Ends it, so that nobody has to wait for that; nothing must be held. */
  async end(): Promise<void> {
    await this.#current?.end();
  }

  #usable(): OwnSession {
    if (!this.#current?.usable) {
      this.#current = new OwnSession(this.#kv, this.#leaseMs, this.#clocks);
    }
    return this.#current;
  }
}
