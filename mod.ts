/**
 * HugBucket: Hugging Face Storage Buckets from TypeScript, an S3 gateway to mount in any Deno server,
 * and an embedded hub for tests.
 *
 * @module
 */

export * from "./lib/buckets/mod.ts";

export * from "./lib/sync/mod.ts";

export { createGateway } from "./lib/create_gateway.ts";
export type { Gateway, GatewayOptions } from "./lib/gateway_options.ts";
export type { AccessCredential } from "./lib/access/access_credential.ts";
export { CredentialsError } from "./lib/access/read_credentials.ts";
export type { Credential } from "./lib/auth/credential.ts";
export type { KeyLocks, LockHold, LockKey } from "./lib/flow/key_locks.ts";
export type * from "./lib/kv/shared_kv.ts";
export type { Log, LogFacts } from "./lib/log.ts";
export { createMetrics } from "./lib/metrics/create_metrics.ts";
export type { GatewayMetrics, MetricsOptions } from "./lib/metrics/gateway_metrics.ts";
export type * from "./lib/observe/gateway_observer.ts";
export { createTracing } from "./lib/tracing/create_tracing.ts";
export type { GatewayTracing, TracingOptions } from "./lib/tracing/gateway_tracing.ts";
export type { AnswerEnd, RequestTrace, RequestWork } from "./lib/observe/request_trace.ts";
export type * from "./lib/multipart/upload_registry.ts";

export * from "./lib/create_embedded_hub.ts";
