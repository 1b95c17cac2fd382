import type { GatewayObserver } from "./gateway_observer.ts";

const ended = () => {};

/** Counts what is done for a request, with the request. */
export const WORK_TALLY: GatewayObserver = {
  callBegan(service, _call, trace) {
    if (trace !== undefined) trace.work[service === "hub" ? "hubCalls" : "casCalls"]++;
    return ended;
  },
  bytesIn(bytes, { work }) {
    work.bytesIn += bytes;
  },
  bytesSent(bytes, trace) {
    if (trace !== undefined) trace.work.bytesSent += bytes;
  },
  bytesDeduplicated(bytes, trace) {
    if (trace !== undefined) trace.work.bytesDeduplicated += bytes;
  },
};
