interface Gate {
  /** Those who share it at present. */
  readonly sharing: Set<Promise<void>>;
  /** Settles when it is no longer had alone; absent when nobody has it so. */
  closed?: Promise<void>;
}

/**
 * Keeps those who share something apart from the one who has it alone, as writes to a bucket from its
 * deletion. Who waits to have it alone lets nobody new in, and so comes to its turn.
 */
export class ScopeGate {
  readonly #gates = new Map<string, Gate>();

  /** Does work that shares the scope, after whoever has it alone or waits for that. */
  async share<T>(scope: string, work: () => Promise<T>): Promise<T> {
    for (let closed = this.#closed(scope); closed; closed = this.#closed(scope)) await closed;
    // Nothing is awaited in between: another would find the gate as it was.
    const gate = this.#enter(scope);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.sharing.add(promise);
    try {
      return await work();
    } finally {
      gate.sharing.delete(promise);
      resolve();
      this.#forget(scope, gate);
    }
  }

  /** Does work that has the scope alone, when all that came before is done. */
  async alone<T>(scope: string, work: () => Promise<T>): Promise<T> {
    for (let closed = this.#closed(scope); closed; closed = this.#closed(scope)) await closed;
    const gate = this.#enter(scope);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.closed = promise;
    try {
      await Promise.all(gate.sharing);
      return await work();
    } finally {
      delete gate.closed;
      resolve();
      this.#forget(scope, gate);
    }
  }

  /** How many scopes somebody shares or has alone. */
  get size(): number {
    return this.#gates.size;
  }

  /** Settles when who has it alone is done; undefined where nobody has. */
  #closed(scope: string): Promise<void> | undefined {
    return this.#gates.get(scope)?.closed;
  }

  #enter(scope: string): Gate {
    const gate = this.#gates.get(scope) ?? { sharing: new Set() };
    this.#gates.set(scope, gate);
    return gate;
  }

  #forget(scope: string, gate: Gate): void {
    const unused = gate.sharing.size === 0 && gate.closed === undefined;
    if (unused && this.#gates.get(scope) === gate) this.#gates.delete(scope);
  }
}
