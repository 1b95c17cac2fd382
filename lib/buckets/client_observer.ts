import type { CallObserver } from "../flow/call_observer.ts";
import type { HubObserver } from "../hub/hub_observer.ts";
import type { TransferObserver } from "../xet/transfer/context.ts";
import type { ReadObserver } from "../xet/transfer/read_observer.ts";

/** Told of all that a bucket client does, for those who count or trace it; all of it must return soon, and must not throw. */
export interface ClientObserver {
  /** Told of each request to the Hub. */
  readonly hub?: HubObserver;
  /** Told of each request to the CAS. */
  readonly cas?: CallObserver;
  /** Told what is read from what was kept. */
  readonly reads?: ReadObserver;
  /** Called when an upload begins; gives what is told of its bytes. */
  readonly upload?: () => TransferObserver | undefined;
}

/** Tells both; either may be missing. */
export function bothObservers(
  one: TransferObserver | undefined,
  other: TransferObserver | undefined,
): TransferObserver | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    hashed(bytes) {
      one.hashed(bytes);
      other.hashed(bytes);
    },
    deduplicated(bytes) {
      one.deduplicated(bytes);
      other.deduplicated(bytes);
    },
    sent(bytes) {
      one.sent(bytes);
      other.sent(bytes);
    },
  };
}
