import * as v from "valibot";
import * as rules from "./value_rules.ts";

/** Every variable that is read: what its value must be, and its default. */
export const SCHEMA = v.object({
  HF_TOKEN: v.optional(rules.token),
  HF_ENDPOINT: v.optional(rules.url, "https://huggingface.co"),
  HF_NAMESPACE: v.optional(rules.namespace),
  HUGBUCKET_NAMESPACES: v.optional(rules.namespaces),
  HUGBUCKET_REPOS: v.optional(rules.repos),
  AWS_ACCESS_KEY_ID: v.optional(rules.text),
  AWS_SECRET_ACCESS_KEY: v.optional(rules.text),
  HUGBUCKET_CREDENTIALS: v.optional(rules.credentials),
  HUGBUCKET_CREDENTIALS_FILE: v.optional(rules.text),
  HUGBUCKET_ALLOW_ANONYMOUS: v.optional(rules.flag, "false"),
  HUGBUCKET_HOST: v.optional(rules.text, "127.0.0.1"),
  HUGBUCKET_PORT: v.optional(rules.port, "9000"),
  HUGBUCKET_HUB_PORT: v.optional(rules.port, "9080"),
  HUGBUCKET_DATA_DIR: v.optional(rules.text, "./.hugbucket"),
  HUGBUCKET_REGION: v.optional(rules.region, "us-east-1"),
  HUGBUCKET_STORE_CHECKSUMS: v.optional(rules.flag, "false"),
  HUGBUCKET_DOMAIN: v.optional(rules.domains),
  HUGBUCKET_CORS_ORIGINS: v.optional(rules.origins),
  HUGBUCKET_MULTIPART_UPLOAD_TTL: v.optional(rules.seconds, "86400"),
  HUGBUCKET_KV: v.optional(rules.kv, "memory"),
  HUGBUCKET_KV_LEASE: v.optional(rules.seconds, "15"),
  HUGBUCKET_MEMORY_BUDGET: v.optional(rules.bytes, "128MiB"),
  HUGBUCKET_MEMORY_WAIT: v.optional(rules.seconds, "30"),
  HUGBUCKET_MAX_REQUESTS: v.optional(rules.count, "2000"),
  HUGBUCKET_MAX_REQUESTS_PER_KEY: v.optional(rules.count),
  HUGBUCKET_MAX_UPLOADS_PER_KEY: v.optional(rules.count, "10000"),
  HUGBUCKET_BODY_TIMEOUT: v.optional(rules.seconds, "60"),
  HUGBUCKET_SEND_TIMEOUT: v.optional(rules.seconds, "300"),
  HUGBUCKET_CACHE_DIR: v.optional(rules.text),
  HUGBUCKET_CACHE_SIZE: v.optional(rules.bytes, "1GiB"),
  HUGBUCKET_STALL_TIMEOUT: v.optional(rules.seconds, "5"),
  HUGBUCKET_REDIRECT: v.optional(rules.flag, "false"),
  HUGBUCKET_CONSOLE: v.optional(rules.flag, "true"),
  HUGBUCKET_SANDBOX: v.optional(rules.flag, "true"),
  HUGBUCKET_WORKERS: v.optional(rules.workers),
  HUGBUCKET_SHUTDOWN_DELAY: v.optional(rules.delay, "0"),
  HUGBUCKET_SHUTDOWN_GRACE: v.optional(rules.seconds, "300"),
  HUGBUCKET_METRICS_TOKEN: v.optional(rules.token),
  HUGBUCKET_METRICS_PORT: v.optional(rules.port),
  HUGBUCKET_METRICS_HOST: v.optional(rules.text, "127.0.0.1"),
  OTEL_EXPORTER_OTLP_ENDPOINT: v.optional(rules.url),
  OTEL_EXPORTER_OTLP_HEADERS: v.optional(rules.headerPairs),
  OTEL_SERVICE_NAME: v.optional(rules.text, "hugbucket"),
  OTEL_TRACES_SAMPLER_ARG: v.optional(rules.ratio, "1"),
  HUGBUCKET_LOG_LEVEL: v.optional(rules.logLevel, "info"),
  DENO_DEPLOY: v.optional(v.string()),
});

/** The name of a variable that is read. */
export type VariableName = keyof typeof SCHEMA.entries;

/** A variable's default as text; undefined where there is none. */
export function defaultOf(name: VariableName): string | undefined {
  return SCHEMA.entries[name].default;
}

/**
 * What a variable's value must be, as a problem says it; undefined where any text will do.
 *
 * @param name The variable.
 */
export function ruleOf(name: VariableName): string | undefined {
  return v.safeParse(SCHEMA.entries[name], "\0").issues?.[0].message;
}
