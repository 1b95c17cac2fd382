/**
 * Environment → typed, frozen settings. All problems are reported at once.
 *
 * @module
 */

import * as v from "valibot";
import type { Config } from "./config.ts";
import { SCHEMA } from "./schema.ts";

/** Thrown when settings are not valid; names every problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One sentence per problem, each beginning with the variable's name. */
  readonly problems: readonly string[];

  /** @param problems One sentence per problem. */
  constructor(problems: readonly string[]) {
    super(`The configuration is not valid:\n${problems.map((p) => `  ${p}`).join("\n")}`);
    this.problems = problems;
  }
}

/**
 * What holds on Deno Deploy unless it is set: the address that is looked for there, an end before the process is killed (5 seconds
 * after the signal), and state that its many processes share.
 */
const DEPLOY_DEFAULTS: Readonly<Record<string, string>> = {
  HUGBUCKET_HOST: "0.0.0.0",
  HUGBUCKET_PORT: "8000",
  HUGBUCKET_SHUTDOWN_GRACE: "4",
  HUGBUCKET_KV: "default",
};

/**
 * Reads the settings.
 *
 * @param get Gives a variable's value; empty counts as absent.
 * @returns Frozen settings.
 * @throws {ConfigError} Naming every problem at once, never a secret's value.
 */
export function readConfig(get: (name: string) => string | undefined): Config {
  const defaults = get("DENO_DEPLOY") ? DEPLOY_DEFAULTS : {};
  const names = Object.keys(SCHEMA.entries);
  const given = Object.fromEntries(
    names.map((name) => [name, get(name) || defaults[name] || undefined]),
  );
  const parsed = v.safeParse(SCHEMA, given);
  const problems = (parsed.issues ?? []).map((issue) => `${v.getDotPath(issue)} ${issue.message}`);
  problems.push(...pairProblems(given));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const config = toConfig(parsed.output);
  return Object.freeze(config);
}

function toConfig(env: v.InferOutput<typeof SCHEMA>): Config {
  const accessKeyId = env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY;
  return {
    hfToken: env.HF_TOKEN,
    hfEndpoint: env.HF_ENDPOINT,
    hfNamespace: env.HF_NAMESPACE,
    credential: accessKeyId !== undefined && secretAccessKey !== undefined
      ? Object.freeze({ accessKeyId, secretAccessKey })
      : undefined,
    credentials: env.HUGBUCKET_CREDENTIALS ?? [],
    credentialsFile: env.HUGBUCKET_CREDENTIALS_FILE,
    allowAnonymous: env.HUGBUCKET_ALLOW_ANONYMOUS,
    host: env.HUGBUCKET_HOST,
    port: env.HUGBUCKET_PORT,
    hubPort: env.HUGBUCKET_HUB_PORT,
    dataDir: env.HUGBUCKET_DATA_DIR,
    region: env.HUGBUCKET_REGION,
    storeChecksums: env.HUGBUCKET_STORE_CHECKSUMS,
    domains: (env.HUGBUCKET_DOMAIN ?? []).map((domain) => domain.toLowerCase()),
    corsOrigins: env.HUGBUCKET_CORS_ORIGINS ?? [],
    multipartUploadTtlSeconds: env.HUGBUCKET_MULTIPART_UPLOAD_TTL,
    kv: env.HUGBUCKET_KV === "memory" ? undefined : env.HUGBUCKET_KV,
    kvLeaseSeconds: env.HUGBUCKET_KV_LEASE,
    isDeploy: env.DENO_DEPLOY !== undefined,
    memoryBudget: env.HUGBUCKET_MEMORY_BUDGET,
    memoryWaitSeconds: env.HUGBUCKET_MEMORY_WAIT,
    maxRequests: env.HUGBUCKET_MAX_REQUESTS,
    maxRequestsPerKey: env.HUGBUCKET_MAX_REQUESTS_PER_KEY,
    maxUploadsPerKey: env.HUGBUCKET_MAX_UPLOADS_PER_KEY,
    bodyTimeoutSeconds: env.HUGBUCKET_BODY_TIMEOUT,
    sendTimeoutSeconds: env.HUGBUCKET_SEND_TIMEOUT,
    cacheDir: env.HUGBUCKET_CACHE_DIR,
    cacheSize: env.HUGBUCKET_CACHE_SIZE,
    stallTimeoutSeconds: env.HUGBUCKET_STALL_TIMEOUT,
    redirect: env.HUGBUCKET_REDIRECT,
    console: env.HUGBUCKET_CONSOLE,
    sandbox: env.HUGBUCKET_SANDBOX,
    otherNamespaces: env.HUGBUCKET_NAMESPACES ?? [],
    listedRepos: env.HUGBUCKET_REPOS ?? [],
    shutdownDelaySeconds: env.HUGBUCKET_SHUTDOWN_DELAY,
    shutdownGraceSeconds: env.HUGBUCKET_SHUTDOWN_GRACE,
    ...(env.HUGBUCKET_WORKERS !== undefined && { workers: env.HUGBUCKET_WORKERS }),
    metricsToken: env.HUGBUCKET_METRICS_TOKEN,
    metricsPort: env.HUGBUCKET_METRICS_PORT,
    metricsHost: env.HUGBUCKET_METRICS_HOST,
    tracesEndpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    tracesHeaders: env.OTEL_EXPORTER_OTLP_HEADERS ?? {},
    serviceName: env.OTEL_SERVICE_NAME,
    tracesRatio: env.OTEL_TRACES_SAMPLER_ARG,
    logLevel: env.HUGBUCKET_LOG_LEVEL,
  };
}

function pairProblems(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
  const missing = names.filter((name) => given[name] === undefined);
  return missing.length === 1 ? [`${missing[0]} must be set too: the pair belongs together`] : [];
}
