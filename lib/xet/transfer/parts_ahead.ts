/** Prepares parts, some ahead of the one that is asked for: what costs time is not the work but the waiting. */
export class PartsAhead<T> {
  readonly #count: number;
  readonly #ahead: number;
  readonly #prepare: (index: number) => Promise<T>;
  readonly #prepared = new Map<number, Promise<T>>();

  /**
   * @param count How many parts there are.
   * @param ahead How many are prepared beyond the one that is asked for.
   * @param prepare Prepares one; a signal should end it.
   */
  constructor(count: number, ahead: number, prepare: (index: number) => Promise<T>) {
    this.#count = count;
    this.#ahead = ahead;
    this.#prepare = prepare;
  }

  /** A part, prepared; each may be asked for once, in order. */
  async take(index: number): Promise<T> {
    const end = Math.min(this.#count, index + this.#ahead + 1);
    for (let i = index; i < end; i++) {
      if (this.#prepared.has(i)) continue;
      const part = this.#prepare(i);
      part.catch(() => {}); // thrown to whoever takes it; until then it must not end the process
      this.#prepared.set(i, part);
    }
    const part = this.#prepared.get(index);
    if (part === undefined) throw new RangeError(`There is no part ${index}`);
    const taken = await part;
    this.#prepared.delete(index);
    return taken;
  }

  /** Waits for what is under way, which the signal should end. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#prepared.values());
  }
}
