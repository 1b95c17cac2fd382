interface Gate {
  /** Writes under way. */
  readonly sharing: Set<Promise<void>>;
  /** Settles when the deletion is over; absent when there is none. */
  closed?: Promise<void>;
}

/**
 * Keeps the deletion of a bucket apart from this process's writes to it: writes share the bucket, a
 * deletion has it alone. A deletion that waits lets no new write in, so it comes to its turn.
 */
export class BucketGate {
  readonly #gates = new Map<string, Gate>();

  /** Does a write, after a deletion that is under way or waiting. */
  async share<T>(bucket: string, work: () => Promise<T>): Promise<T> {
    const gate = await this.#opened(bucket);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.sharing.add(promise);
    try {
      return await work();
    } finally {
      gate.sharing.delete(promise);
      resolve();
      this.#forget(bucket, gate);
    }
  }

  /** Does a deletion when all writes that came before are done. */
  async alone<T>(bucket: string, work: () => Promise<T>): Promise<T> {
    const gate = await this.#opened(bucket);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.closed = promise;
    try {
      await Promise.all(gate.sharing);
      return await work();
    } finally {
      delete gate.closed;
      resolve();
      this.#forget(bucket, gate);
    }
  }

  /** How many buckets are written to or deleted. */
  get size(): number {
    return this.#gates.size;
  }

  async #opened(bucket: string): Promise<Gate> {
    for (;;) {
      const gate = this.#gates.get(bucket);
      if (gate?.closed === undefined) return gate ?? this.#made(bucket);
      await gate.closed;
    }
  }

  #made(bucket: string): Gate {
    const gate: Gate = { sharing: new Set() };
    this.#gates.set(bucket, gate);
    return gate;
  }

  #forget(bucket: string, gate: Gate): void {
    const unused = gate.sharing.size === 0 && gate.closed === undefined;
    if (unused && this.#gates.get(bucket) === gate) this.#gates.delete(bucket);
  }
}
