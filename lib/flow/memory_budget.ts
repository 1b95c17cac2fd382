/** A share of a {@linkcode MemoryBudget}, held until it is released. */
export interface Lease {
  /** What it holds now, in bytes. */
  readonly bytes: number;
  /** Gives back what is above `bytes`; never grows a lease. */
  shrink(bytes: number): void;
  /** Takes at most `bytes` out of this lease into one of its own. */
  split(bytes: number): Lease;
  /** Gives everything back; the second time nothing happens. */
  release(): void;
}

/** Somebody who holds memory while waiting for others, and can be asked to let go of it. */
export interface LeaseHolder {
  /** How many bytes `reclaim` would set free, sooner or later. */
  readonly reclaimable: number;
  /** Begins to set them free; must not wait for the budget. */
  reclaim(): void;
}

/** Memory that its owner gives up at once when a lease needs it: that of a cache. */
export interface SpareMemory {
  /** What it holds now, in bytes. */
  readonly bytes: number;
  /** Takes more of what nobody has leased; false, and nothing is taken, if there is not as much. */
  take(bytes: number): boolean;
  /** Gives some back. */
  give(bytes: number): void;
  /** Gives everything back, and takes no more; the owner is not asked any more. */
  end(): void;
}

/** Thrown to who has waited for memory as long as anybody may. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
}

/** How a {@linkcode MemoryBudget} is shared. */
export interface MemoryBudgetOptions {
  /** How long anybody waits for a lease, in milliseconds. Default: 30,000. */
  readonly maxWaitMs?: number;
}

/** Clients give a connection up that does nothing for a minute. */
const DEFAULT_MAX_WAIT_MS = 30_000;
/** The part of a budget that is for blocks. */
const BLOCKS_SHARE = 3 / 16;

interface Waiter {
  readonly bytes: number;
  readonly admit: (lease: Lease) => void;
}

/**
 * Bytes of memory shared by all transfers. Who comes first is served first. Nobody may wait for it
 * while holding a lease that only its own progress would release: with that rule any number of
 * transfers can share any budget without waiting for one another for ever.
 *
 * @example
 * ```ts
 * import { BucketClient, MemoryBudget } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * const memoryBudget = new MemoryBudget(64 * 1024 * 1024);
 * await using first = new BucketClient({ token: "hf_first", memoryBudget });
 * await using second = new BucketClient({ token: "hf_second", memoryBudget });
 * assertEquals(memoryBudget.used, 0);
 * ```
 */
export class MemoryBudget {
  readonly #total: number;
  readonly #maxWaitMs: number;
  #limit: number;
  #blocks: MemoryBudget | undefined;
  #used = 0;
  readonly #waiters: Waiter[] = [];
  readonly #holders = new Set<LeaseHolder>();
  #spare = 0;
  readonly #spareOwners: ((bytes: number) => void)[] = [];

  /**
   * Makes a budget of which nothing is taken.
   *
   * @param bytes What there is to share; at least 1.
   * @param options `maxWaitMs`.
   */
  constructor(bytes: number, { maxWaitMs = DEFAULT_MAX_WAIT_MS }: MemoryBudgetOptions = {}) {
    if (!Number.isSafeInteger(bytes) || bytes < 1) {
      throw new RangeError(`A memory budget is a positive number of bytes, not ${bytes}`);
    }
    this.#total = bytes;
    this.#limit = bytes;
    this.#maxWaitMs = maxWaitMs;
  }

  /**
   * A part for blocks on their way from a body to where they are kept, set aside when it is first asked
   * for, which is best done before anything is leased. Whoever holds some of it may wait for the rest of
   * the budget, and never the other way round.
   */
  get blocks(): MemoryBudget {
    if (this.#blocks === undefined) {
      const share = Math.max(1, Math.floor(this.#total * BLOCKS_SHARE));
      this.#limit = Math.max(1, this.#limit - share);
      this.#blocks = new MemoryBudget(share, { maxWaitMs: this.#maxWaitMs });
    }
    return this.#blocks;
  }

  /** What there is to lease in all, in bytes. */
  get limit(): number {
    return this.#limit;
  }

  /** What is leased now, in bytes. Spare memory is not: it is given up for any lease. */
  get used(): number {
    return this.#used;
  }

  /** What owners of spare memory hold now, in bytes. */
  get spare(): number {
    return this.#spare;
  }

  /** Who waits for a lease now. */
  get waiting(): { readonly leases: number; readonly bytes: number } {
    const bytes = this.#waiters.reduce((sum, waiter) => sum + waiter.bytes, 0);
    return { leases: this.#waiters.length, bytes };
  }

  /**
   * Takes bytes out of the budget, for what is kept from one transfer to the next. Three quarters are
   * always left to lease.
   *
   * @param bytes How much.
   * @returns Whether there was enough, not leased to anybody.
   */
  setAside(bytes: number): boolean {
    const left = this.#limit - bytes;
    if (left < this.#total * 3 / 4 || this.#used > left || this.#waiters.length > 0) return false;
    this.#limit = left;
    this.#takeSpare();
    return true;
  }

  /**
   * Takes back what was set aside.
   *
   * @param bytes How much of it.
   */
  takeBack(bytes: number): void {
    this.#limit += bytes;
    this.#serve();
  }

  /**
   * Leases at once or not at all; never overtakes those who wait.
   *
   * @param bytes How much; more than the whole budget counts as the whole budget.
   * @param leave Bytes that must stay free afterwards. Default: 0.
   */
  tryAcquire(bytes: number, leave = 0): Lease | undefined {
    const share = this.#clamp(bytes);
    if (this.#waiters.length > 0 || this.#used + share + leave > this.#limit) return undefined;
    return this.#lease(share);
  }

  /**
   * Leases as soon as it can, in the order of asking. Holders that only wait are asked to let go.
   *
   * @param bytes How much; more than the whole budget counts as the whole budget, so that an
   * oversized wish waits for everybody else instead of for ever.
   * @param options `signal` ends the waiting.
   * @throws {BudgetError} After `maxWaitMs`.
   */
  acquire(bytes: number, options: { readonly signal?: AbortSignal } = {}): Promise<Lease> {
    const { signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const lease = this.tryAcquire(bytes);
    if (lease !== undefined) return Promise.resolve(lease);
    return new Promise((resolve, reject) => {
      const leave = (reason: unknown) => {
        end();
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        this.#serve();
        reject(reason);
      };
      const stop = () => leave(signal?.reason);
      const timer = setTimeout(
        () => leave(new BudgetError(`There were no ${waiter.bytes} bytes of memory for too long`)),
        this.#maxWaitMs,
      );
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
      };
      const waiter: Waiter = {
        bytes: this.#clamp(bytes),
        admit: (admitted) => {
          end();
          resolve(admitted);
        },
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiters.push(waiter);
      this.#press();
    });
  }

  /**
   * Makes a holder known, so that it can be asked to let go when somebody waits.
   *
   * @param holder Whom to ask.
   * @returns Ends it.
   */
  addHolder(holder: LeaseHolder): () => void {
    this.#holders.add(holder);
    return () => {
      this.#holders.delete(holder);
    };
  }

  /**
   * Spare memory for one owner. It counts for nobody else: a lease that would fit without it is given,
   * after its owners have given up what is missing.
   *
   * @param giveUp Gives back at least so many bytes of it, before it returns.
   */
  addSpare(giveUp: (bytes: number) => void): SpareMemory {
    this.#spareOwners.push(giveUp);
    let held = 0;
    let ended = false;
    return {
      get bytes() {
        return held;
      },
      take: (bytes) => {
        if (ended || this.#used + this.#spare + bytes > this.#limit) return false;
        this.#spare += bytes;
        held += bytes;
        return true;
      },
      give: (bytes) => {
        const given = Math.min(bytes, held);
        this.#spare -= given;
        held -= given;
      },
      end: () => {
        this.#spare -= held;
        held = 0;
        const at = ended ? -1 : this.#spareOwners.indexOf(giveUp);
        if (at >= 0) this.#spareOwners.splice(at, 1);
        ended = true;
      },
    };
  }

  #clamp(bytes: number): number {
    return Math.min(Math.max(0, Math.ceil(bytes)), this.#limit);
  }

  #lease(bytes: number): Lease {
    this.#used += bytes;
    this.#takeSpare();
    let held = bytes;
    const shrink = (to: number) => {
      const freed = Math.max(0, held - Math.max(0, to));
      if (freed === 0) return;
      held -= freed;
      this.#used -= freed;
      this.#serve();
    };
    return {
      get bytes() {
        return held;
      },
      shrink,
      split: (wanted) => {
        const part = Math.min(held, Math.max(0, wanted));
        held -= part;
        this.#used -= part;
        return this.#lease(part);
      },
      release: () => shrink(0),
    };
  }

  /** Spare memory is given up as soon as there is less than it takes. */
  #takeSpare(): void {
    for (const giveUp of this.#spareOwners) {
      const missing = this.#used + this.#spare - this.#limit;
      if (missing <= 0) return;
      giveUp(missing);
    }
  }

  #serve(): void {
    for (let next = this.#waiters[0]; next !== undefined; next = this.#waiters[0]) {
      if (this.#used + next.bytes > this.#limit) return;
      this.#waiters.shift();
      next.admit(this.#lease(next.bytes));
    }
  }

  /** The largest holders are asked first, and no more of them than the waiting need. */
  #press(): void {
    let missing = this.#used - this.#limit;
    for (const waiter of this.#waiters) missing += waiter.bytes;
    const holders = [...this.#holders]
      .map((holder) => ({ holder, bytes: holder.reclaimable }))
      .filter(({ bytes }) => bytes > 0)
      .sort((a, b) => b.bytes - a.bytes);
    for (const { holder, bytes } of holders) {
      if (missing <= 0) return;
      missing -= bytes;
      holder.reclaim();
    }
  }
}
