import pRetry from "p-retry";
import { type Sleep, sleep as timerSleep } from "./sleep.ts";

/** When and how often work is tried again. */
export interface RetryOptions {
  /** How often the work is tried in all, at least 1. */
  readonly attempts: number;
  /** The longest first wait, in milliseconds; it doubles with each attempt. */
  readonly baseMs: number;
  /** No computed wait is longer, in milliseconds. */
  readonly maxMs: number;
  /**
   * Whether a repeat is harmless and may help. Asked for every error but those `TypeError`s that
   * are not the network's: they are mistakes in a program and never tried again (p-retry).
   */
  readonly shouldRetry: (error: Error) => boolean;
  /** The wait that the other side asked for, in milliseconds, if it did. */
  readonly waitOf?: ((error: Error) => number | undefined) | undefined;
  /** An asked-for wait beyond it is not waited for: the error is thrown. Default: `maxMs`. */
  readonly maxAdvisedMs?: number | undefined;
  /** Told of each failure that is tried again, so that none is lost. */
  readonly onRetry?: ((error: Error, attempt: number, waitMs: number) => void) | undefined;
  /** Ends the waiting between attempts. The work must take it for itself. */
  readonly signal?: AbortSignal | undefined;
  /** Waits; the runtime's timers by default. */
  readonly sleep?: Sleep | undefined;
  /** A number from 0 up to 1; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
}

/**
 * Tries work until it succeeds, an error is not worth a repeat, or the attempts are used up. Waits
 * grow exponentially and are jittered over their upper half, so that callers who failed together do
 * not come back together; a wait that the other side asked for is kept and never shortened.
 *
 * @param work What to do; gets the number of the attempt, from 1.
 * @param options The policy.
 * @returns What the work gives. Rejects with the last error, or the signal's reason.
 */
export function retry<T>(
  work: (attempt: number) => Promise<T>,
  options: RetryOptions,
): Promise<T> {
  const pause = options.sleep ?? timerSleep;
  return pRetry(work, {
    retries: options.attempts - 1,
    // p-retry's own waits have neither an injectable clock nor advice from the other side.
    minTimeout: 0,
    signal: options.signal,
    shouldRetry: async ({ error, attemptNumber }) => {
      if (!options.shouldRetry(error)) return false;
      const wait = waitFor(error, attemptNumber, options);
      if (wait === undefined) return false;
      options.onRetry?.(error, attemptNumber, wait);
      await pause(wait, options.signal);
      return true;
    },
  });
}

/** Milliseconds to wait after a failed attempt; undefined when the advised wait is too long. */
function waitFor(error: Error, attempt: number, options: RetryOptions): number | undefined {
  const random = options.random ?? Math.random;
  const advised = options.waitOf?.(error);
  if (advised !== undefined) {
    if (advised > (options.maxAdvisedMs ?? options.maxMs)) return undefined;
    return advised + random() * options.baseMs;
  }
  const ceiling = Math.min(options.maxMs, options.baseMs * 2 ** (attempt - 1));
  return ceiling / 2 + random() * ceiling / 2;
}
