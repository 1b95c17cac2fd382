import { LRUCache } from "lru-cache";
import { captureContext, type InContext } from "./async_context.ts";
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

/** What the last calls for an id were like. */
interface LastCall {
  /** How many are likely to come back: as many as shared it, or half of those before. */
  readonly crowd: number;
  readonly tookMs: number;
  readonly endedAt: number;
}

/** Those who wait for an id while a call for it is under way. */
interface Queue<R> {
  readonly waiting: R[];
  /** A call is about to be: it takes along who comes until then. */
  next: { readonly wanted: number; readonly stop: () => void } | undefined;
}

/** How long those who shared the last call are waited for, as a part of what it took. */
const GATHERING = 1 / 2;
/** For how long they may come back, as a multiple: between two calls of a kind come others. */
const RECENT = 4;
/** How many ids' last calls are remembered; a forgotten one is a lone one. */
const MAX_IDS = 1_000;

/**
 * One call at a time for each id (a bucket), shared by whoever waits for it: those that arrive while a
 * call is under way share the next one, and the more comes in, the more shares a call.
 *
 * A lone request goes at once: no timer delays it. Where several shared the last calls, which have only just ended, they
 * are likely to come back, one after the other; then the first waits for as many, half of what the
 * call took at most, and does not leave them behind to wait for a whole call.
 *
 * A request never joins the call that is under way: that one may have been answered before the
 * request was made. A call is made in the asynchronous context of the first request that it serves.
 */
export class Turns<R> {
  readonly #take: (waiting: R[]) => readonly R[];
  readonly #serve: (id: string, requests: readonly R[]) => Promise<void>;
  readonly #options: TurnsOptions;
  readonly #queues = new Map<string, Queue<R>>();
  readonly #running = new Set<Promise<void>>();
  readonly #last = new LRUCache<string, LastCall>({ max: MAX_IDS });
  /** Of those who wait. */
  readonly #contexts = new Map<R, InContext>();

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
    const known = this.#queues.get(id);
    if (known !== undefined) {
      known.waiting.push(request);
      this.#contexts.set(request, captureContext());
      if (known.next !== undefined && known.waiting.length >= known.next.wanted) known.next.stop();
      return;
    }
    const queue: Queue<R> = { waiting: [request], next: undefined };
    this.#queues.set(id, queue);
    const run = this.#run(id, queue).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** Settles when all requests made so far have been served. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #run(id: string, queue: Queue<R>): Promise<void> {
    const clock = this.#options.clock ?? (() => performance.now());
    while (queue.waiting.length > 0) {
      const gathered = this.#gather(this.#recent(id, clock()), queue);
      if (gathered !== undefined) await gathered;
      const requests = this.#take(queue.waiting);
      const start = clock();
      await this.#within(requests, () => this.#serve(id, requests));
      const endedAt = clock();
      const before = this.#recent(id, start);
      const crowd = Math.max(requests.length, Math.floor((before?.crowd ?? 0) / 2));
      this.#last.set(id, { crowd, tookMs: endedAt - start, endedAt });
    }
    this.#queues.delete(id);
  }

  /** Does work in the context of the first; who began the queue is in its own. */
  #within(requests: readonly R[], work: () => Promise<void>): Promise<void> {
    const [inContext] = requests.map((request) => this.#contexts.get(request));
    for (const request of requests) this.#contexts.delete(request);
    return inContext === undefined ? work() : inContext(work);
  }

  /** Waits for those who shared the last calls, if these have only just ended, and as calls are scarce. */
  #gather(last: LastCall | undefined, queue: Queue<R>): Promise<void> | undefined {
    const pause = this.#options.pause?.();
    const isCrowd = last !== undefined && queue.waiting.length < last.crowd;
    if (pause === undefined && !isCrowd) return undefined;
    const enough = new AbortController();
    queue.next = { wanted: last?.crowd ?? Infinity, stop: () => enough.abort() };
    const crowd = isCrowd
      ? (this.#options.sleep ?? timerSleep)(last.tookMs * GATHERING, enough.signal)
        .catch((error) => {
          if (!enough.signal.aborted) throw error;
        })
      : undefined;
    return Promise.all([pause, crowd]).then(() => {}).finally(() => queue.next = undefined);
  }

  #recent(id: string, now: number): LastCall | undefined {
    const last = this.#last.get(id);
    return last !== undefined && now - last.endedAt <= last.tookMs * RECENT ? last : undefined;
  }
}
