import { RateLimitedError } from "./hub_errors.ts";
import { type LimitState, readLimits } from "./rate_limit.ts";

/** A class of calls with a quota of its own. */
export type QuotaClass = "api" | "resolvers";

/** What is known of a class's present window. */
interface Window {
  /** Calls that the Hub will still take. */
  left: number;
  /** Calls of a whole window. */
  quota: number;
  /** Milliseconds since 1970; unknown until the Hub has answered in this window. */
  endsAt: number | undefined;
  readonly lengthMs: number;
}

/** The Hub's windows are five minutes long (its documentation, "Rate limits"). */
const WINDOW_MS = 300_000;
/** From this share of the quota on, calls that can be shared are spaced. */
const FREE_SHARE = 0.5;
/** This share is left for calls that nobody can share, such as listings and tokens. */
const RESERVED_SHARE = 0.03;
/** No spaced call waits longer: clients give up on an answer in the end. */
const MAX_PACE_MS = 2_000;
/** The Hub's seconds are whole; one is added, as `huggingface_hub` does. */
const ROUNDING_MS = 1_000;

/**
 * What the Hub's quotas leave of one token, by the `RateLimit` header that every answer bears. While a
 * window is known to be spent no call is sent. Calls on their way count as made, so that callers who
 * come together do not overrun it together; the Hub's own count holds where others use the token too.
 */
export class Quota {
  readonly #now: () => number;
  readonly #windows = new Map<QuotaClass, Window>();
  readonly #underWay: Record<QuotaClass, number> = { api: 0, resolvers: 0 };
  #nextTurn = 0;

  /** @param now Milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Counts a call that is about to be sent; {@linkcode Quota.answered} or {@linkcode Quota.lost} must follow.
   *
   * @param path Of the call, from `/` on.
   * @throws RateLimitedError, with the time to wait, when the window is spent.
   */
  take(path: string): void {
    const name = classOf(path);
    const window = this.#current(name);
    if (window !== undefined) {
      if (window.left <= 0 && window.endsAt !== undefined) {
        throw spent(name, (window.endsAt - this.#now()) / 1000);
      }
      window.left--;
    }
    this.#underWay[name]++;
  }

  /**
   * Learns from an answer. A 429 that bears no `RateLimit`, but a `Retry-After`, is about its own call: that a window is spent
   * is not known then.
   *
   * @param path Of the call.
   * @param headers Of the answer.
   * @returns What they say.
   */
  answered(path: string, headers: Headers): readonly LimitState[] {
    const name = classOf(path);
    this.#underWay[name]--;
    const limits = readLimits(headers);
    for (const limit of limits) {
      if (limit.name === "api" || limit.name === "resolvers") this.#learn(limit.name, limit);
    }
    return limits;
  }

  /** No answer came. */
  lost(path: string): void {
    this.#underWay[classOf(path)]--;
  }

  /**
   * How long a call that others may still join should wait for its turn, in milliseconds. Nothing in the
   * first half of a quota, and nothing for a call that comes alone: beyond that, calls are spaced the
   * more the less is left, so that each takes more of the waiting along and the rest lasts for the window.
   */
  pace(): number {
    const window = this.#current("api");
    const now = this.#now();
    if (window?.endsAt === undefined || window.left <= 0) return 0;
    const left = window.left - window.quota * RESERVED_SHARE;
    const used = 1 - left / (window.quota * (1 - RESERVED_SHARE));
    const strictness = Math.max(0, (used - FREE_SHARE) / (1 - FREE_SHARE)) ** 2;
    const gap = left > 0 ? strictness * (window.endsAt - now) / left : MAX_PACE_MS;
    const turn = Math.min(Math.max(now, this.#nextTurn), now + MAX_PACE_MS);
    this.#nextTurn = turn + Math.min(gap, MAX_PACE_MS);
    return turn - now;
  }

  /** The window of now; one that has ended gives way to a full one. */
  #current(name: QuotaClass): Window | undefined {
    const window = this.#windows.get(name);
    if (window?.endsAt !== undefined && window.endsAt <= this.#now()) {
      window.left = window.quota - this.#underWay[name];
      window.endsAt = undefined;
    }
    return window;
  }

  #learn(name: QuotaClass, { left, resetSeconds, quota, windowSeconds }: LimitState): void {
    const endsAt = this.#now() + resetSeconds * 1000 + ROUNDING_MS;
    const known = this.#current(name);
    const lengthMs = windowSeconds === undefined ? WINDOW_MS : windowSeconds * 1000;
    const isNew = known === undefined ||
      (known.endsAt !== undefined && endsAt > known.endsAt + lengthMs / 2);
    // The Hub may not have counted yet what is under way.
    const fresh = left - this.#underWay[name];
    this.#windows.set(name, {
      left: isNew ? fresh : Math.min(known.left, left),
      quota: quota ??
        Math.max(left, known !== undefined && known.quota < Infinity ? known.quota : 0),
      endsAt: isNew || known.endsAt === undefined ? endsAt : Math.min(known.endsAt, endsAt),
      lengthMs,
    });
  }
}

/** The Hub counts paths with `/resolve/` apart (its documentation, "Rate limits"). */
const classOf = (path: string): QuotaClass =>
  !path.startsWith("/api/") && path.includes("/resolve/") ? "resolvers" : "api";

function spent(name: QuotaClass, seconds: number): RateLimitedError {
  const calls = name === "api" ? "API" : "resolver";
  return new RateLimitedError(
    "rate_limited",
    `The Hub's quota of ${calls} calls is spent: nothing is sent for ${Math.ceil(seconds)} s`,
    { retryAfterSeconds: seconds },
  );
}
