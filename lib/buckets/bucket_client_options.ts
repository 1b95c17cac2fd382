import type { MemoryBudget } from "../flow/memory_budget.ts";
import type { Sleep } from "../flow/sleep.ts";
import type { HubRetry } from "../hub/transport.ts";
import type { ClientObserver } from "./client_observer.ts";
import type { DiskCacheSettings } from "./transfers.ts";
import type { WorkerPools } from "./worker_pools.ts";

/** What a bucket client is given. */
export interface BucketClientOptions {
  /** The Hub token. */
  readonly token: string;
  /** The Hub's base URL. Default: `https://huggingface.co`. */
  readonly endpoint?: string | undefined;
  /** The namespace to work in by default. Default: the token's user. */
  readonly namespace?: string | undefined;
  /** Memory for all transfers together, or its size in bytes. Default: 192 MiB. */
  readonly memoryBudget?: MemoryBudget | number | undefined;
  /**
   * Threads for the byte work of uploads, and as many for that of downloads; 0 does it in place. Pools
   * that are given are shared with others, and not closed with the client. Default: processors less
   * one, at most 4.
   */
  readonly workers?: number | WorkerPools | undefined;
  /**
   * The part of the memory budget that is set aside for what is known of the CAS, so that content is not
   * sent again. Clients that share a budget share that part too. Default: a sixteenth.
   */
  readonly indexShare?: number | undefined;
  /** Sends all requests but those that carry xorbs. Default: the runtime's. */
  readonly fetch?: typeof fetch | undefined;
  /** Sent to the Hub as `User-Agent`. */
  readonly userAgent?: string | undefined;
  /** Overrides parts of the policy by which Hub calls are repeated. */
  readonly retry?: Partial<HubRetry> | undefined;
  /** Told of each failed attempt at a Hub call that is repeated. */
  readonly onRetry?: ((error: Error, attempt: number, waitMs: number) => void) | undefined;
  /** Told of all calls and of the bytes that are moved. */
  readonly observer?: ClientObserver | undefined;
  /**
   * Told when the Hub is taken to be down, for how many milliseconds no call is sent to it, and when it has answered
   * again.
   */
  readonly onCircuit?: ((state: "open" | "closed", openMs: number) => void) | undefined;
  /** A Hub call without any progress for so long fails, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /** The same for a call to the CAS, five times as long for registering a shard. Default: 120,000. */
  readonly casTimeoutMs?: number | undefined;
  /**
   * Keeps content that was read in a directory, each token's apart from that of others. Needs the
   * permissions to read and write there. Default: only memory is used.
   */
  readonly diskCache?: DiskCacheSettings | undefined;
  /**
   * A fetch of stored bytes that stands still for so long is begun anew, in milliseconds; twice as
   * long with each attempt. Default: 5,000.
   */
  readonly stallMs?: number | undefined;
  /** The present, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Waits between attempts. Default: the runtime's timers. */
  readonly sleep?: Sleep | undefined;
  /** A number from 0 up to 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}
