/** The Hub's rate limits: quotas per caller and class of request, in fixed windows of five minutes. */

import type { Plan } from "../hub/accounts.ts";

/** The classes of requests that the Hub counts apart. */
export type RateClass = "api" | "resolvers";

/** Requests per window. */
export type Quotas = Readonly<Record<RateClass, number>>;

/** Whom the Hub has quotas for. */
export type QuotaPlan = "anonymous" | Plan;

/** The window in seconds. */
const WINDOW_SECONDS = 300;

/** The quotas of the Hub's plans (Hub documentation, "Rate limits"). */
export const PLAN_QUOTAS: Readonly<Record<QuotaPlan, Quotas>> = {
  anonymous: { api: 500, resolvers: 3000 },
  free: { api: 1000, resolvers: 5000 },
  pro: { api: 2500, resolvers: 12_000 },
};

/** The rate limits of a hub. */
export interface RateLimits {
  /** Limits all callers alike (quotas), each by their plan (`plans`), or nobody (`undefined`, as a hub starts). */
  set(quotas: Quotas | "plans" | undefined): void;
  /** Begins all windows anew. */
  reset(): void;
  /** Counts a request. */
  count(request: CountedRequest): RateDecision | undefined;
}

/** A request to be counted. */
export interface CountedRequest {
  /** What kind of request it is. */
  readonly class: RateClass;
  /** Who pays for it. */
  readonly caller: string;
  /** Which of the Hub's quotas are theirs. */
  readonly plan: QuotaPlan;
}

/** Whether a request may pass, and the headers that its answer bears either way. */
export interface RateDecision {
  /** False over the quota. */
  readonly allowed: boolean;
  /** `RateLimit` and `RateLimit-Policy`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes rate limits that limit nobody yet. `now` gives milliseconds since 1970. */
export function createRateLimits(now: () => number): RateLimits {
  let limits: Quotas | "plans" | undefined;
  let window = -1;
  const used = new Map<string, number>();
  return {
    set: (quotas) => void (limits = quotas),
    reset: () => used.clear(),
    count(request) {
      if (limits === undefined) return undefined;
      const quota = (limits === "plans" ? PLAN_QUOTAS[request.plan] : limits)[request.class];
      const seconds = Math.floor(now() / 1000);
      const current = Math.floor(seconds / WINDOW_SECONDS);
      if (current !== window) {
        window = current;
        used.clear();
      }
      const key = `${request.class} ${request.caller}`;
      const count = (used.get(key) ?? 0) + 1;
      used.set(key, count);
      return {
        allowed: count <= quota,
        headers: {
          "RateLimit": `"${request.class}";r=${Math.max(0, quota - count)};t=${
            WINDOW_SECONDS - seconds % WINDOW_SECONDS
          }`,
          "RateLimit-Policy": `"fixed window";"${request.class}";q=${quota};w=${WINDOW_SECONDS}`,
        },
      };
    },
  };
}

/** The answer to a request over its quota. */
export function rateLimitedResponse(decision: RateDecision, method: string): Response {
  const message = "Too Many Requests: you have reached the rate limit of this class of requests";
  return new Response(method === "HEAD" ? null : JSON.stringify({ error: message }), {
    status: 429,
    headers: {
      ...decision.headers,
      "X-Error-Message": message,
      "Content-Type": "application/json; charset=utf-8",
    },
  });
}
