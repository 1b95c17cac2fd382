/** Settings of an {@linkcode Allowance}. */
export interface AllowanceOptions {
  /** How often something may be done in each span of time. */
  readonly times: number;
  /** The span, in milliseconds. */
  readonly perMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** So many times in so long, and then not again before that time is over. */
export class Allowance {
  readonly #options: AllowanceOptions;
  #begun = -Infinity;
  #left = 0;

  /** @param options How often, and the clock. */
  constructor(options: AllowanceOptions) {
    this.#options = options;
  }

  /** Takes one time, if one is left. */
  take(): boolean {
    const { times, perMs, now } = this.#options;
    const time = now();
    if (time - this.#begun >= perMs) {
      this.#begun = time;
      this.#left = times;
    }
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }
}
