/** All that tests and benches can change on a running hub. */

import type { HubSettings } from "../hub/context.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createLatency, type Latency } from "./latency.ts";
import { seededRandom } from "./random.ts";
import { createRateLimits, type RateLimits } from "./rate_limits.ts";

/** All that tests and benches can change on a running hub. */
export interface Switches {
  /** Failures by rule. */
  readonly faults: Faults;
  /** Delays by endpoint. */
  readonly latency: Latency;
  /** The Hub's rate limits, off at first. */
  readonly rateLimits: RateLimits;
  /** Lifetimes, page sizes and the questions on which the real Hub's answer is unknown. */
  readonly settings: HubSettings;
}

/** What switches are made with. */
export interface SwitchOptions {
  /** Decides where a fault has a probability. */
  readonly seed: number;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
  /** Waits for a number of milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** How long a Xet access token lives. */
  readonly tokenLifetimeSeconds: number;
  /** How long a signed URL lives. */
  readonly urlLifetimeSeconds: number;
}

/** Makes switches that change nothing yet. */
export function createSwitches(options: SwitchOptions): Switches {
  return {
    faults: createFaults(seededRandom(options.seed)),
    latency: createLatency(options.sleep),
    rateLimits: createRateLimits(options.now),
    settings: {
      tokenLifetimeSeconds: options.tokenLifetimeSeconds,
      urlLifetimeSeconds: options.urlLifetimeSeconds,
      treePageSize: 1000,
      repoTreePageSize: 1000,
      expandedPageSize: 50,
      bucketPageSize: 100,
      refuseFileBesideDirectory: false,
      failDeleteOfMissing: true,
      refuseOperation: () => undefined,
    },
  };
}
