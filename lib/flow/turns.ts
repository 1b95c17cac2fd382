import { LRUCache } from "lru-cache";
import { type Sleep, sleep as timerSleep } from "./sleep.ts";

/** How {@linkcode Turns} take their time. */
export interface TurnsOptions {
  /** Waits before a call where calls are scarce; undefined for no wait at all. */
  readonly pause?: (() => Promise<void> | undefined) | undefined;
  /** Milliseconds from any point; the runtime's by default. */
  readonly clock?: (() => number) | undefined;
  /** Waits; the runtime's timers by default. */
  readonly sleep?: Sleep | undefined;
}

/** The last call for an id. */
interface LastCall {
  /** How many shared it. */
  readonly sharers: number;
  readonly tookMs: number;
  readonly endedAt: number;
}

/** How long those who shared the last call are waited for, as a part of what it took. */
const GATHERING = 1 / 4;
/** How many ids' last calls are remembered; a forgotten one is a lone one. */
const MAX_IDS = 1_000;

/**
 * One call at a time for each id (a bucket), shared by whoever waits for it: those that arrive while a
 * call is under way share the next one, and the more comes in, the more shares a call.
 *
 * A lone request goes at once: no timer delays it. Where several shared the last call, which has only just ended, they
 * are likely to come back, one after the other; then the first waits for as many, a quarter of what the
 * call took at most, and does not leave them behind to wait for a whole call.
 *
 * A request never joins the call that is under way: that one may have been answered before the
 * request was made.
 */
export class Turns<R> {
  readonly #take: (waiting: R[]) => readonly R[];
  readonly #serve: (id: string, requests: readonly R[]) => Promise<void>;
  readonly #options: TurnsOptions;
  readonly #waiting = new Map<string, R[]>();
  readonly #running = new Set<Promise<void>>();
  readonly #last = new LRUCache<string, LastCall>({ max: MAX_IDS });
  readonly #gathering = new Map<R[], { readonly wanted: number; readonly stop: () => void }>();

  /**
   * @param take Removes from the waiting, of which the first must be taken, those that go together.
   * @param serve Makes the call and answers each request; must not throw.
   * @param options How long to wait for what.
   */
  constructor(
    take: (waiting: R[]) => readonly R[],
    serve: (id: string, requests: readonly R[]) => Promise<void>,
    options: TurnsOptions = {},
  ) {
    this.#take = take;
    this.#serve = serve;
    this.#options = options;
  }

  /** Has a request served. */
  add(id: string, request: R): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      waiting.push(request);
      const gathering = this.#gathering.get(waiting);
      if (gathering !== undefined && waiting.length >= gathering.wanted) gathering.stop();
      return;
    }
    const queue = [request];
    this.#waiting.set(id, queue);
    const run = this.#run(id, queue).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Settles when all requests made so far have been served. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #run(id: string, queue: R[]): Promise<void> {
    const clock = this.#options.clock ?? (() => performance.now());
    while (queue.length > 0) {
      const gathered = this.#gather(this.#last.get(id), queue, clock());
      if (gathered !== undefined) await gathered;
      const pause = this.#options.pause?.();
      if (pause !== undefined) await pause;
      const requests = this.#take(queue);
      const start = clock();
      await this.#serve(id, requests);
      const endedAt = clock();
      this.#last.set(id, { sharers: requests.length, tookMs: endedAt - start, endedAt });
    }
    this.#waiting.delete(id);
  }

  /** Waits for those who shared the last call, if that has only just ended. */
  #gather(last: LastCall | undefined, queue: R[], now: number): Promise<void> | undefined {
    if (last === undefined || queue.length >= last.sharers) return undefined;
    if (now - last.endedAt > last.tookMs) return undefined;
    const enough = new AbortController();
    this.#gathering.set(queue, { wanted: last.sharers, stop: () => enough.abort() });
    return (this.#options.sleep ?? timerSleep)(last.tookMs * GATHERING, enough.signal)
      .catch((error) => {
        if (!enough.signal.aborted) throw error;
      })
      .finally(() => this.#gathering.delete(queue));
  }
}
