import type { CallObserver } from "../flow/call_observer.ts";
import type { LimitState } from "./rate_limit.ts";

/** Told of the calls to the Hub; names are those of `callName`. */
export interface HubObserver extends CallObserver {
  /** The Hub has said what is left of its quotas. */
  quota?(limits: readonly LimitState[]): void;
}
