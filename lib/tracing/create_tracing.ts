import type { GatewayTracing, TracingOptions } from "./gateway_tracing.ts";

/**
 * Makes what traces a gateway: `createGateway` takes it among its `observers`. The packages of OpenTelemetry are loaded with the first
 * call. No span has a URL, a key of an object, a token or a signature.
 *
 * @param options Where spans are sent.
 *
 * @example
 * ```ts
 * import { createGateway, createTracing } from "@hugbucket/hugbucket";
 *
 * const tracing = await createTracing({ url: "http://127.0.0.1:4318/v1/traces" });
 * const gateway = createGateway({ token: "hf_token", allowAnonymous: true, observers: [tracing] });
 * await gateway.close();
 * await tracing.close();
 * ```
 */
export async function createTracing(options: TracingOptions): Promise<GatewayTracing> {
  const { RequestSpans } = await import("./request_spans.ts");
  return new RequestSpans(options);
}
