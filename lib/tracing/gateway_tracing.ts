import type { GatewayObserver } from "../observe/gateway_observer.ts";

/** Traces what a gateway does: an observer of `createGateway`. */
export interface GatewayTracing extends GatewayObserver {
  /** Sends what has not been sent yet, and ends. */
  close(): Promise<void>;
}

/** Options of {@linkcode createTracing}. */
export interface TracingOptions {
  /** Where spans are sent by OTLP over HTTP, as JSON: the whole URL, such as `http://localhost:4318/v1/traces`. */
  readonly url: string;
  /** Further headers of what is sent there. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `service.name`. Default: `hugbucket`. */
  readonly serviceName?: string;
  /** `service.version`. */
  readonly version?: string;
  /** The share of requests that is traced where their callers do not say, 0 to 1. Default: 1. */
  readonly ratio?: number;
}
