import type { CallObserver } from "../flow/call_observer.ts";
import type { ClientObserver } from "../buckets/client_observer.ts";
import type { GatewayObserver, Service } from "./gateway_observer.ts";
import type { RequestScope } from "./request_scope.ts";

/** Tells each of several observers; those that want to know little cost little. */
export function allObservers(observers: readonly GatewayObserver[]): Required<GatewayObserver> {
  const having = <N extends keyof GatewayObserver>(name: N) =>
    observers.filter((one) => one[name] !== undefined);
  const [began, ended] = [having("requestBegan"), having("requestEnded")];
  const [calls, operations] = [having("callBegan"), having("operationBegan")];
  const [bytesIn, bytesOut] = [having("bytesIn"), having("bytesOut")];
  const [sent, received] = [having("bytesSent"), having("bytesReceived")];
  const [hashed, deduplicated] = [having("bytesHashed"), having("bytesDeduplicated")];
  const [quota, read] = [having("quota"), having("read")];
  return {
    attached: (state) => observers.forEach((one) => one.attached?.(state)),
    requestBegan: (trace, headers) => began.forEach((one) => one.requestBegan?.(trace, headers)),
    operationBegan: (trace) => operations.forEach((one) => one.operationBegan?.(trace)),
    requestEnded: (trace, end) => ended.forEach((one) => one.requestEnded?.(trace, end)),
    callBegan(service, call, trace) {
      const endings = calls.map((one) => one.callBegan?.(service, call, trace));
      return (status) => endings.forEach((tell) => tell?.(status));
    },
    quota: (limits) => quota.forEach((one) => one.quota?.(limits)),
    bytesIn: (bytes, trace) => bytesIn.forEach((one) => one.bytesIn?.(bytes, trace)),
    bytesOut: (bytes, trace) => bytesOut.forEach((one) => one.bytesOut?.(bytes, trace)),
    bytesSent: (bytes, trace) => sent.forEach((one) => one.bytesSent?.(bytes, trace)),
    bytesReceived: (bytes, trace) => received.forEach((one) => one.bytesReceived?.(bytes, trace)),
    bytesHashed: (bytes, trace) => hashed.forEach((one) => one.bytesHashed?.(bytes, trace)),
    bytesDeduplicated: (bytes, trace) =>
      deduplicated.forEach((one) => one.bytesDeduplicated?.(bytes, trace)),
    read: (kept, from) => read.forEach((one) => one.read?.(kept, from)),
  };
}

/**
 * What a bucket client tells, with the request for which it is done.
 *
 * @param observer Whom to tell.
 * @param scope Knows the request.
 */
export function clientObserver(
  observer: Required<GatewayObserver>,
  scope: RequestScope,
): ClientObserver {
  const began = (service: Service) => (call: string) =>
    observer.callBegan(service, call, scope.current);
  const cas: CallObserver = {
    began: began("cas"),
    sent: (bytes) => observer.bytesSent(bytes, scope.current),
    received: (bytes) => observer.bytesReceived(bytes, scope.current),
  };
  return {
    hub: { began: began("hub"), quota: observer.quota },
    cas,
    reads: {
      chunks: (origin) => observer.read("chunks", origin),
      reconstruction: (kept) => observer.read("reconstructions", kept ? "memory" : "fetched"),
    },
    upload() {
      // The bytes of an upload may be told of from anywhere.
      const trace = scope.current;
      return {
        hashed: (bytes) => observer.bytesHashed(bytes, trace),
        deduplicated: (bytes) => observer.bytesDeduplicated(bytes, trace),
        sent() {},
      };
    },
  };
}
