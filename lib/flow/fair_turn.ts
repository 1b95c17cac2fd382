/**
 * Keeps byte work from starving the event loop. A fast transfer never leaves the loop idle, and
 * other requests then wait for hundreds of milliseconds; promises and `setImmediate` do not help,
 * only a timer does, which lets the sockets be polled.
 */
export class FairTurn {
  readonly #clock: () => number;
  readonly #limitMs: number;
  #worked = 0;

  /**
   * @param options `clock` gives milliseconds (default `performance.now`), `limitMs` is how much
   * work is done without a pause (default 8).
   */
  constructor(options: { readonly clock?: () => number; readonly limitMs?: number } = {}) {
    this.#clock = options.clock ?? (() => performance.now());
    this.#limitMs = options.limitMs ?? 8;
  }

  /**
   * Does byte work and counts its time.
   *
   * @param work What to do, without waiting.
   * @returns What the work gives.
   */
  run<T>(work: () => T): T {
    const start = this.#clock();
    try {
      return work();
    } finally {
      this.#worked += this.#clock() - start;
    }
  }

  /** Lets the event loop turn if enough work was done since it last did. */
  async pause(): Promise<void> {
    if (this.#worked < this.#limitMs) return;
    this.#worked = 0;
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
