/** Counts of calls and bytes by endpoint, for tests and benches. */

import { endpointMatches } from "./endpoint.ts";

/** What was counted for one endpoint. */
export interface EndpointCount {
  /** Requests that came in. */
  readonly calls: number;
  /** Bytes of request bodies. */
  readonly bytesIn: number;
  /** Bytes of answer bodies. */
  readonly bytesOut: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
}

/** The counters of a hub. */
export interface Counters {
  /** What was counted for an endpoint or a group of them (`hub`, `cas.xorb`), summed; `*` for all. */
  of(endpoint: string): EndpointCount;
  /** All endpoints that were called, by name. */
  all(): Readonly<Record<string, EndpointCount>>;
  /** Begins anew at zero. */
  reset(): void;
}

/** The writing side of counters. */
export interface CounterWriter extends Counters {
  /** Counts a request. */
  addCall(endpoint: string): void;
  /** Counts bytes of a request's body. */
  addBytesIn(endpoint: string, bytes: number): void;
  /** Counts bytes of an answer's body. */
  addBytesOut(endpoint: string, bytes: number): void;
  /** Counts an answer. */
  addStatus(endpoint: string, status: number): void;
}

interface Count {
  calls: number;
  bytesIn: number;
  bytesOut: number;
  readonly statuses: Record<number, number>;
}

/** Makes counters that stand at zero. */
export function createCounters(): CounterWriter {
  const counts = new Map<string, Count>();
  const count = (endpoint: string): Count => {
    let found = counts.get(endpoint);
    if (found === undefined) counts.set(endpoint, found = emptyCount());
    return found;
  };
  return {
    of: (endpoint) =>
      sum([...counts].filter(([name]) => endpointMatches(endpoint, name)).map(([, one]) => one)),
    all: () => Object.fromEntries([...counts].map(([name, one]) => [name, sum([one])])),
    reset: () => counts.clear(),
    addCall: (endpoint) => void count(endpoint).calls++,
    addBytesIn: (endpoint, bytes) => void (count(endpoint).bytesIn += bytes),
    addBytesOut: (endpoint, bytes) => void (count(endpoint).bytesOut += bytes),
    addStatus(endpoint, status) {
      const { statuses } = count(endpoint);
      statuses[status] = (statuses[status] ?? 0) + 1;
    },
  };
}

function emptyCount(): Count {
  return { calls: 0, bytesIn: 0, bytesOut: 0, statuses: {} };
}

function sum(counts: readonly Count[]): EndpointCount {
  const total = emptyCount();
  for (const { calls, bytesIn, bytesOut, statuses } of counts) {
    total.calls += calls;
    total.bytesIn += bytesIn;
    total.bytesOut += bytesOut;
    for (const [status, times] of Object.entries(statuses)) {
      total.statuses[Number(status)] = (total.statuses[Number(status)] ?? 0) + times;
    }
  }
  return total;
}
