import type { GatewayMetrics, MetricsOptions } from "./gateway_metrics.ts";

/**
 * Makes what counts for Prometheus: `createGateway` takes it as `metrics`. Its packages are loaded with the first call.
 *
 * @param options What the figures tell of the program.
 *
 * @example
 * ```ts
 * import { createEmbeddedHub, createGateway, createMetrics } from "@hugbucket/hugbucket";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const hub = await createEmbeddedHub();
 * const metrics = await createMetrics();
 * const gateway = createGateway({ token: hub.token, endpoint: hub.url, allowAnonymous: true, metrics });
 * const response = await gateway.handler(new Request("http://localhost/"));
 * await response.body?.cancel();
 * assertStringIncludes(
 *   await metrics.text(),
 *   'hugbucket_requests_total{operation="ListBuckets",status="200"} 1',
 * );
 * await gateway.close();
 * await hub.close();
 * ```
 */
export async function createMetrics(options: MetricsOptions = {}): Promise<GatewayMetrics> {
  const { PrometheusMetrics } = await import("./prometheus_metrics.ts");
  return new PrometheusMetrics(options);
}
