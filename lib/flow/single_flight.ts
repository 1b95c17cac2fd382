import { abortable } from "./abortable.ts";

interface Flight<V> {
  readonly result: Promise<V>;
  readonly abort: AbortController;
  waiting: number;
}

/**
 * Lets callers that want the same thing at the same time share one piece of work. Nothing is kept
 * once the work has settled: this is no cache.
 */
export class SingleFlight<K, V> {
  readonly #flights = new Map<K, Flight<V>>();

  /**
   * Joins the work for a key, or starts it.
   *
   * @param key What is wanted.
   * @param work Gets it; called only if nobody is getting it already. Its signal is aborted when
   * nobody waits for it any more.
   * @param signal Ends the waiting of this caller; the work goes on while others share it.
   * @returns What the work gives, to everyone who came while it was under way.
   */
  async run(
    key: K,
    work: (signal: AbortSignal) => Promise<V>,
    signal?: AbortSignal,
  ): Promise<V> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, work);
    flight.waiting++;
    const leave = () => {
      if (--flight.waiting > 0) return;
      this.#forget(key, flight);
      flight.abort.abort(signal?.reason);
    };
    signal?.addEventListener("abort", leave, { once: true });
    try {
      return await abortable(flight.result, signal);
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  #start(key: K, work: (signal: AbortSignal) => Promise<V>): Flight<V> {
    const abort = new AbortController();
    // The first turn of the loop passes before the work starts, so that a work that fails at once
    // is registered before it is removed.
    const result = Promise.resolve().then(() => work(abort.signal)).finally(() =>
      this.#forget(key, flight)
    );
    const flight = { result, abort, waiting: 0 };
    this.#flights.set(key, flight);
    return flight;
  }

  #forget(key: K, flight: Flight<V>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
