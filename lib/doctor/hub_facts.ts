import type { LimitState } from "../hub/rate_limit.ts";

/** What the Hub's answers tell besides what was asked. */
export interface HubFacts {
  /** How far this machine's clock is ahead of the Hub's, in seconds; undefined before an answer with a date. */
  skewSeconds: number | undefined;
  /** What is left of the quotas. */
  limits: readonly LimitState[];
}

/** Sends requests, and notes by how much the clock of the first answer with a date differs. */
export function notingFetch(
  facts: HubFacts,
  { fetch: send = fetch, now }: {
    readonly fetch?: typeof fetch | undefined;
    readonly now: () => number;
  },
): typeof fetch {
  return async (input, init) => {
    const before = now();
    const response = await send(input, init);
    const date = Date.parse(response.headers.get("date") ?? "");
    // The header has whole seconds, of some moment between sending and receiving.
    const here = (before + now()) / 2 - 500;
    if (facts.skewSeconds === undefined && !Number.isNaN(date)) {
      facts.skewSeconds = (here - date) / 1000;
    }
    return response;
  };
}
