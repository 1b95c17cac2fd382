/**
 * Aborts work that makes no progress, and passes on the abort of its caller. A time-out by progress
 * leaves a slow but moving transfer of any size alone.
 */
export class Watchdog {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #idleMs: number;
  readonly #expire: () => unknown;
  readonly #pass = () => this.#controller.abort(this.#outer?.reason);
  #stopped = false;
  #resting = false;
  /** When the time started, in milliseconds from any time on. */
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param idleMs How long nothing may happen, in milliseconds.
   * @param expire Makes the reason of the abort when that time is over.
   * @param signal The caller's own signal.
   */
  constructor(idleMs: number, expire: () => unknown, signal?: AbortSignal) {
    this.#idleMs = idleMs;
    this.#expire = expire;
    this.#outer = signal;
    if (signal?.aborted) this.#pass();
    else signal?.addEventListener("abort", this.#pass, { once: true });
    this.progress();
  }

  /** What the work is to be given. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something happened: the time starts anew. */
  progress(): void {
    if (this.#stopped) return;
    this.#resting = false;
    this.#since = performance.now();
    if (this.#timer === undefined) this.#watch(this.#idleMs);
  }

  /** Nothing is waited for until the next progress. */
  rest(): void {
    this.#resting = true;
  }

  /** The work has ended: what is told of it later does not count. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#pass);
  }

  /** One timer looks how long nothing has happened: setting one anew each time costs more than a read. */
  #watch(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#resting) return;
      const left = this.#idleMs - (performance.now() - this.#since);
      if (left > 0) this.#watch(left);
      else this.#controller.abort(this.#expire());
    }, milliseconds);
  }
}
