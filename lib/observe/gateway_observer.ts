import type { CallEnding } from "../flow/call_observer.ts";
import type { MemoryBudget } from "../flow/memory_budget.ts";
import type { LimitState } from "../hub/rate_limit.ts";
import type { AnswerEnd, RequestTrace } from "./request_trace.ts";

/** Whom a call goes to. */
export type Service = "hub" | "cas";

/** What was kept, and spares calls of the CAS. */
export type Kept = "chunks" | "reconstructions";

/** What can be asked of a gateway at any time. */
export interface GatewayState {
  /** The memory of all transfers. */
  readonly memory: MemoryBudget;
  /** How many multipart uploads are open in the registry, which other gateways may share. */
  openUploads(): Promise<number>;
}

/**
 * Told of all that a gateway does, for those who count or trace it. What it does not have it is not told; what it has must return soon,
 * and must not throw. A `trace` is that of the request for which something is done, if there is one.
 */
export interface GatewayObserver {
  /** The gateway is made. */
  attached?(state: GatewayState): void;
  /** A request has come. */
  requestBegan?(trace: RequestTrace, headers: Headers): void;
  /** It is known what S3 calls it. */
  operationBegan?(trace: RequestTrace): void;
  /** The last byte of its answer has been handed on, or its client has left. */
  requestEnded?(trace: RequestTrace, end: AnswerEnd): void;
  /** A request to the Hub or the CAS is about to be sent; names are those of docs/hub-calls.md. */
  callBegan?(service: Service, call: string, trace: RequestTrace | undefined): CallEnding;
  /** The Hub has said what is left of its quotas. */
  quota?(limits: readonly LimitState[]): void;
  /** Bytes of the bodies of requests have come in. */
  bytesIn?(bytes: number, trace: RequestTrace): void;
  /** Bytes of the bodies of answers have been handed on. */
  bytesOut?(bytes: number, trace: RequestTrace): void;
  /** Bytes of bodies have gone to the CAS. */
  bytesSent?(bytes: number, trace: RequestTrace | undefined): void;
  /** Bytes of bodies have come from the CAS. */
  bytesReceived?(bytes: number, trace: RequestTrace | undefined): void;
  /** Bytes of content have been cut and hashed. */
  bytesHashed?(bytes: number, trace: RequestTrace | undefined): void;
  /** Of these, bytes that the CAS had already. */
  bytesDeduplicated?(bytes: number, trace: RequestTrace | undefined): void;
  /** Something was read from what was kept, or had to be asked for: `from` says which. */
  read?(kept: Kept, from: string): void;
}
