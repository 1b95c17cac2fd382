import type { CallObserver } from "../../flow/call_observer.ts";
import type { Sleep } from "../../flow/sleep.ts";
import type { CasRetry } from "./exchange.ts";
import type { ReconstructionCache } from "./reconstruction_cache.ts";
import type { Sender } from "./sender.ts";

/** What the CAS lets the holder of a token do; `write` includes `read`. */
export type CasScope = "read" | "write";

/** A token and the CAS that it is for. */
export interface CasToken {
  readonly accessToken: string;
  /** When it ends, in seconds since 1970. */
  readonly exp: number;
  /** The base of all paths; may hold a path itself. */
  readonly casUrl: string;
}

/**
 * Gives a token that is still good for a while; caching is its business. `refused` is a token that
 * the CAS did not take although it should be good (clocks differ, secrets change): another one is
 * wanted, and the call fails if the same one comes again.
 */
export type CasTokenSource = (
  scope: CasScope,
  signal?: AbortSignal,
  refused?: string,
) => Promise<CasToken>;

/** Options of every call. */
export interface CasCallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a call that sends much. */
export interface UploadCallOptions extends CasCallOptions {
  /** Told of bytes that went out; those that are sent again are not counted again. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/** What a `CasClient` stands on. */
export interface CasClientOptions {
  readonly token: CasTokenSource;
  /** Default: the runtime's. */
  readonly fetch?: typeof fetch;
  /** Sends xorbs. Default: over `node:http` and `node:https` with kept connections. */
  readonly send?: Sender;
  /** Default: 5 attempts, waits of up to 0.5, 1, 2, 4 s, at most 60 s when the CAS asks for it. */
  readonly retry?: CasRetry;
  /** Remembers reconstructions, perhaps for many clients. Default: one of its own. */
  readonly reconstructions?: ReconstructionCache;
  /** Sets this client's reconstructions apart from those of others. Default: empty. */
  readonly owner?: string;
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: () => number;
  /** From 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Default: the runtime's timers. */
  readonly sleep?: Sleep;
  /** Told of each request, by the names of `callName`. */
  readonly observer?: CallObserver;
  /** How long a call may stand still, in milliseconds. Default: 120,000. */
  readonly idleMs?: number;
  /**
   * How long a fetch of stored bytes may stand still before it is begun anew, in milliseconds; twice as
   * long with each attempt. Default: 5,000.
   */
  readonly stallMs?: number;
  /** The same for registering a shard, which is silent while it is verified. Default: 600,000. */
  readonly shardIdleMs?: number;
}

/** Inclusive positions in a file. */
export interface FileRange {
  readonly first: number;
  readonly last: number;
}
