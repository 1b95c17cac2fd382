import { sleep } from "../flow/sleep.ts";

const FIRST_MS = 4;
const GROWTH = 1.5;

/**
 * Waits between looks at the KV: shortly at first, then longer, never in step with others. A local KV tells nobody
 * of another process's writes, so that looking is all there is.
 */
export class Backoff {
  readonly #maxMs: number;
  #nextMs = FIRST_MS;

  /** @param maxMs The longest wait. */
  constructor(maxMs: number) {
    this.#maxMs = maxMs;
  }

  /** Waits; rejects with the signal's reason as soon as it is aborted. */
  async pause(signal?: AbortSignal): Promise<void> {
    await sleep(this.#nextMs * (0.5 + Math.random() / 2), signal);
    this.#nextMs = Math.min(this.#nextMs * GROWTH, this.#maxMs);
  }

  /** Something has moved: the next waits are short again. */
  reset(): void {
    this.#nextMs = FIRST_MS;
  }
}
