import type { GatewayObserver } from "../observe/gateway_observer.ts";

/** Counts what a gateway does, for Prometheus. One is for one gateway. */
export interface GatewayMetrics extends GatewayObserver {
  /** The media type of the text. */
  readonly contentType: string;
  /** All figures as they are now, in Prometheus's text format. */
  text(): Promise<string>;
}

/** Options of {@linkcode createMetrics}. */
export interface MetricsOptions {
  /** The program's version, which the figures tell. */
  readonly version?: string;
  /** Milliseconds from any time on. Default: `performance.now`. */
  readonly clock?: () => number;
}
