import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestTrace } from "./request_trace.ts";

/** Tells for which request something is done, however deep below it. */
export class RequestScope {
  readonly #storage = new AsyncLocalStorage<RequestTrace>();

  /** The request for which this is done; undefined for what is done for none, such as a sweep. */
  get current(): RequestTrace | undefined {
    return this.#storage.getStore();
  }

  /** Does work for a request: all that it calls, and all that it waits for. */
  run<T>(trace: RequestTrace, work: () => T): T {
    return this.#storage.run(trace, work);
  }
}
