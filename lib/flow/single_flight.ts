import { abortable } from "./abortable.ts";

/**
 * Lets callers that want the same thing at the same time share one piece of work. Nothing is kept
 * once the work has settled: this is no cache.
 */
export class SingleFlight<K, V> {
  readonly #flights = new Map<K, Promise<V>>();

  /**
   * Joins the work for a key, or starts it.
   *
   * @param key What is wanted.
   * @param work Gets it; called only if nobody is getting it already.
   * @param signal Ends the waiting of this caller; the work goes on, as others may share it.
   * @returns What the work gives, to everyone who came while it was under way.
   */
  run(key: K, work: () => Promise<V>, signal?: AbortSignal): Promise<V> {
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      flight = this.#start(key, work);
      this.#flights.set(key, flight);
    }
    return abortable(flight, signal);
  }

  async #start(key: K, work: () => Promise<V>): Promise<V> {
    // The first turn of the loop passes before the work starts, so that a work that fails at once
    // is registered before it is removed.
    await Promise.resolve();
    try {
      return await work();
    } finally {
      this.#flights.delete(key);
    }
  }
}
