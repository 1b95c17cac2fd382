/** How much may be under way at once. */
export interface ConcurrencyLimitsOptions {
  /** In all. */
  readonly total: number;
  /** Of one name. */
  readonly each: number;
}

/** Counts what is under way, in all and by name, so that what is too much can be refused at once. */
export class ConcurrencyLimits {
  readonly #options: ConcurrencyLimitsOptions;
  readonly #byName = new Map<string, number>();
  #total = 0;

  /** @param options The limits. */
  constructor(options: ConcurrencyLimitsOptions) {
    this.#options = options;
  }

  /** What is under way now. */
  get total(): number {
    return this.#total;
  }

  /**
   * Begins something.
   *
   * @returns Ends it; undefined if there is too much already.
   */
  begin(): (() => void) | undefined {
    if (this.#total >= this.#options.total) return undefined;
    this.#total++;
    return once(() => this.#total--);
  }

  /**
   * Says whose something is that has begun.
   *
   * @returns Ends it; undefined if there is too much of that name already.
   */
  beginOf(name: string): (() => void) | undefined {
    const count = this.#byName.get(name) ?? 0;
    if (count >= this.#options.each) return undefined;
    this.#byName.set(name, count + 1);
    return once(() => {
      const left = (this.#byName.get(name) ?? 0) - 1;
      if (left > 0) this.#byName.set(name, left);
      else this.#byName.delete(name);
    });
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
