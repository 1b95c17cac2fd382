/** Delays on demand. */

import { endpointMatches } from "./endpoint.ts";

/** The delays of a hub. */
export interface Latency {
  /** Delays every request to an endpoint, a group of them, or `*` by so many milliseconds; 0 takes the delay away. */
  set(endpoint: string, milliseconds: number): void;
  /** Takes all delays away. */
  clear(): void;
  /** Waits as long as this endpoint is delayed: the most specific setting counts. */
  wait(endpoint: string): Promise<void>;
}

/** Makes delays, with none set. `sleep` waits for a number of milliseconds. */
export function createLatency(sleep: (milliseconds: number) => Promise<void>): Latency {
  const delays = new Map<string, number>();
  return {
    set: (endpoint, milliseconds) => void delays.set(endpoint, milliseconds),
    clear: () => delays.clear(),
    async wait(endpoint) {
      let chosen = { specific: -1, milliseconds: 0 };
      for (const [pattern, milliseconds] of delays) {
        const specific = pattern === "*" ? 0 : pattern.length;
        if (specific > chosen.specific && endpointMatches(pattern, endpoint)) {
          chosen = { specific, milliseconds };
        }
      }
      if (chosen.milliseconds > 0) await sleep(chosen.milliseconds);
    },
  };
}
