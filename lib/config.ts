/**
 * Environment → typed, frozen settings. All problems are reported at once.
 *
 * @module
 */

import * as v from "valibot";
import type { AccessCredential } from "./access/access_credential.ts";
import { CredentialsError, readCredentials } from "./access/read_credentials.ts";

/** The settings of a gateway and of an embedded hub. */
export interface Config {
  /** The Hub token, if there is one. */
  readonly hfToken: string | undefined;
  /** Base URL of the Hub, without a slash at its end. */
  readonly hfEndpoint: string;
  /** The namespace of plain bucket names; the token's user when absent. */
  readonly hfNamespace: string | undefined;
  /** The access key pair that clients sign with; absent means authentication is off. */
  readonly credential:
    | { readonly accessKeyId: string; readonly secretAccessKey: string }
    | undefined;
  /** Further key pairs, each with what it may do. */
  readonly credentials: readonly AccessCredential[];
  /** A file with further key pairs. */
  readonly credentialsFile: string | undefined;
  /** Whether unsigned requests are served on an address that others can reach. */
  readonly allowAnonymous: boolean;
  /** Address to listen on. */
  readonly host: string;
  /** Port of the gateway. */
  readonly port: number;
  /** Port of the embedded hub. */
  readonly hubPort: number;
  /** Where the embedded hub keeps its data. */
  readonly dataDir: string;
  /** The region that the gateway says it is in. */
  readonly region: string;
  /** Whether the checksums that SDKs send by default are stored with objects. */
  readonly storeChecksums: boolean;
  /** Domains whose subdomains are buckets, in lower case. */
  readonly domains: readonly string[];
  /** Origins whose scripts may use buckets without CORS rules. */
  readonly corsOrigins: readonly string[];
  /** Seconds without activity after which an unfinished multipart upload is dropped. */
  readonly multipartUploadTtlSeconds: number;
  /**
   * Where multipart uploads and locks are kept for all gateways that share them: a file or URL of Deno KV, `default` for
   * the platform's own; in memory when absent.
   */
  readonly kv: string | undefined;
  /** Seconds after which what a process has locked there is free for others, when it has died. */
  readonly kvLeaseSeconds: number;
  /** Whether this is Deno Deploy: many processes, none with a disk, all of them reached from outside. */
  readonly isDeploy: boolean;
  /** Bytes that all transfers together may hold in memory. */
  readonly memoryBudget: number;
  /** Where content that was read is kept on disk; nowhere when absent. */
  readonly cacheDir: string | undefined;
  /** Most bytes kept there. */
  readonly cacheSize: number;
  /** Seconds without a byte after which a fetch of stored bytes is begun anew. */
  readonly stallTimeoutSeconds: number;
  /** Whether readers of objects are sent to the Hub's own URLs. */
  readonly redirect: boolean;
  /** Whether the console is served. */
  readonly console: boolean;
  /** Whether browsers show objects that they would run without scripts and origin. */
  readonly sandbox: boolean;
  /** Namespaces whose buckets are listed besides those of the default one. */
  readonly otherNamespaces: readonly string[];
  /** Models, datasets and Spaces that are listed, as buckets. */
  readonly listedRepos: readonly string[];
  /** How long a request waits for some of them, in seconds, before it is refused. */
  readonly memoryWaitSeconds: number;
  /** Requests that are served at once. */
  readonly maxRequests: number;
  /** Of these, those of one key pair; absent for half of them. */
  readonly maxRequestsPerKey: number | undefined;
  /** Multipart uploads that one key pair may have open. */
  readonly maxUploadsPerKey: number;
  /** Seconds in which a client has to send 64 KiB of a body. */
  readonly bodyTimeoutSeconds: number;
  /** Seconds for which a client may leave an answer unread. */
  readonly sendTimeoutSeconds: number;
  /** How long requests under way may take when the gateway is stopped. */
  readonly shutdownGraceSeconds: number;
  /** How long the gateway says that it is not ready before it refuses requests, when it is stopped. */
  readonly shutdownDelaySeconds: number;
  /** Threads for the byte work of uploads, and as many for downloads; absent for as many as pay. */
  readonly workers?: number;
  /** The bearer token to which the gateway's port shows the metrics; it does not without. */
  readonly metricsToken: string | undefined;
  /** Port on which the metrics and the other pages are alone; none when absent. */
  readonly metricsPort: number | undefined;
  /** Address of that port. */
  readonly metricsHost: string;
  /** Where spans are sent, without a slash at its end; they are not made when absent. */
  readonly tracesEndpoint: string | undefined;
  /** Further headers of what is sent there. */
  readonly tracesHeaders: Readonly<Record<string, string>>;
  /** The service's name in spans. */
  readonly serviceName: string;
  /** The share of requests that is traced where their callers do not say. */
  readonly tracesRatio: number;
  /** The least level that is logged. */
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ["debug", "info", "warning", "error"] as const;

/** How much is logged. */
export type LogLevel = (typeof LOG_LEVELS)[number];

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

const MIB = 1024 * 1024;
const UNITS: Readonly<Record<string, number>> = { "": 1, KIB: 1024, MIB, GIB: 1024 * MIB };

const text = v.pipe(v.string(), v.trim(), v.nonEmpty("must not be blank"));
const token = v.pipe(text, v.regex(/^[!-~]+$/, "must be a token, which has no blanks"));
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;
const namespace = v.pipe(
  text,
  v.regex(NAMESPACE, "must be the name of a user or an organization"),
);
const port = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}$/, "must be a port number, 0 to 65535"),
  v.transform(Number),
  v.maxValue(65535, "must be a port number, 0 to 65535"),
);
const seconds = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,8}$/, "must be a whole number of seconds, at least 1"),
  v.transform(Number),
);
const delay = v.pipe(
  v.string(),
  v.regex(/^\d{1,6}$/, "must be a whole number of seconds"),
  v.transform(Number),
);
const count = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,8}$/, "must be a whole number, at least 1"),
  v.transform(Number),
);
const bytes = v.pipe(
  v.string(),
  v.regex(/^\d{1,15}( ?[KMG]iB)?$/i, "must be a number of bytes, such as 134217728 or 128MiB"),
  v.transform(parseBytes),
  v.minValue(32 * MIB, "must be at least 32MiB"),
);
const workers = v.pipe(
  v.string(),
  v.regex(/^\d{1,2}$/, "must be a number of threads, 0 to 99"),
  v.transform(Number),
);
const url = v.pipe(
  v.string(),
  v.check(isHttpUrl, "must be an http or https URL without user, password and query"),
  v.transform((value) => value.replace(/\/+$/, "")),
);
const flag = v.pipe(
  v.picklist(["true", "false"], 'must be "true" or "false"'),
  v.transform((value) => value === "true"),
);
const region = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]{1,63}$/, "must be a region such as us-east-1"),
);
const list = (each: RegExp, message: string) =>
  v.pipe(
    v.string(),
    v.transform((value) => value.split(",").map((item) => item.trim()).filter(Boolean)),
    v.check((items) => items.length > 0 && items.every((item) => each.test(item)), message),
    v.readonly(),
  );
const domains = list(
  /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i,
  "must be domains without a port, such as s3.example.com, separated by commas",
);
const namespaces = list(
  NAMESPACE,
  "must be names of users or organizations, separated by commas",
);
const repos = list(
  /^(?:model|dataset|space)s--[A-Za-z0-9._-]+$/,
  "must be buckets such as datasets--namespace--name or models--name, separated by commas",
);
const origins = list(
  /^[!-)+-~]*\*?[!-)+-~]*$/,
  "must be origins such as https://example.com, each with one * at most, separated by commas",
);
const kv = v.pipe(
  text,
  v.check(
    (value) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || isHttpUrl(value),
    "must be a file, an http or https URL, default or memory",
  ),
);
const credentials = v.pipe(
  v.string(),
  v.rawTransform<string, readonly AccessCredential[]>(({ dataset, addIssue, NEVER }) => {
    try {
      return readCredentials(dataset.value);
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      for (const message of error.problems) addIssue({ message });
      return NEVER;
    }
  }),
);
const headerPairs = v.pipe(
  v.string(),
  v.regex(
    /^\s*[!#$%&'*+.^`|~\w-]+\s*=[^,\r\n]*(,\s*[!#$%&'*+.^`|~\w-]+\s*=[^,\r\n]*)*$/,
    "must be headers such as name=value,other=value, with values percent-encoded",
  ),
  v.transform(readHeaderPairs),
);
const ratio = v.pipe(
  v.string(),
  v.regex(/^(0?\.\d+|[01](\.0*)?)$/, "must be a share, 0 to 1"),
  v.transform(Number),
);
const logLevel = v.picklist(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`);

const SCHEMA = v.object({
  HF_TOKEN: v.optional(token),
  HF_ENDPOINT: v.optional(url, "https://huggingface.co"),
  HF_NAMESPACE: v.optional(namespace),
  HUGBUCKET_NAMESPACES: v.optional(namespaces),
  HUGBUCKET_REPOS: v.optional(repos),
  AWS_ACCESS_KEY_ID: v.optional(text),
  AWS_SECRET_ACCESS_KEY: v.optional(text),
  HUGBUCKET_CREDENTIALS: v.optional(credentials),
  HUGBUCKET_CREDENTIALS_FILE: v.optional(text),
  HUGBUCKET_ALLOW_ANONYMOUS: v.optional(flag, "false"),
  HUGBUCKET_HOST: v.optional(text, "127.0.0.1"),
  HUGBUCKET_PORT: v.optional(port, "9000"),
  HUGBUCKET_HUB_PORT: v.optional(port, "9080"),
  HUGBUCKET_DATA_DIR: v.optional(text, "./.hugbucket"),
  HUGBUCKET_REGION: v.optional(region, "us-east-1"),
  HUGBUCKET_STORE_CHECKSUMS: v.optional(flag, "false"),
  HUGBUCKET_DOMAIN: v.optional(domains),
  HUGBUCKET_CORS_ORIGINS: v.optional(origins),
  HUGBUCKET_MULTIPART_UPLOAD_TTL: v.optional(seconds, "86400"),
  HUGBUCKET_KV: v.optional(kv, "memory"),
  HUGBUCKET_KV_LEASE: v.optional(seconds, "15"),
  HUGBUCKET_MEMORY_BUDGET: v.optional(bytes, "128MiB"),
  HUGBUCKET_MEMORY_WAIT: v.optional(seconds, "30"),
  HUGBUCKET_MAX_REQUESTS: v.optional(count, "2000"),
  HUGBUCKET_MAX_REQUESTS_PER_KEY: v.optional(count),
  HUGBUCKET_MAX_UPLOADS_PER_KEY: v.optional(count, "10000"),
  HUGBUCKET_BODY_TIMEOUT: v.optional(seconds, "60"),
  HUGBUCKET_SEND_TIMEOUT: v.optional(seconds, "300"),
  HUGBUCKET_CACHE_DIR: v.optional(text),
  HUGBUCKET_CACHE_SIZE: v.optional(bytes, "1GiB"),
  HUGBUCKET_STALL_TIMEOUT: v.optional(seconds, "5"),
  HUGBUCKET_REDIRECT: v.optional(flag, "false"),
  HUGBUCKET_CONSOLE: v.optional(flag, "true"),
  HUGBUCKET_SANDBOX: v.optional(flag, "true"),
  HUGBUCKET_WORKERS: v.optional(workers),
  HUGBUCKET_SHUTDOWN_DELAY: v.optional(delay, "0"),
  HUGBUCKET_SHUTDOWN_GRACE: v.optional(seconds, "300"),
  HUGBUCKET_METRICS_TOKEN: v.optional(token),
  HUGBUCKET_METRICS_PORT: v.optional(port),
  HUGBUCKET_METRICS_HOST: v.optional(text, "127.0.0.1"),
  OTEL_EXPORTER_OTLP_ENDPOINT: v.optional(url),
  OTEL_EXPORTER_OTLP_HEADERS: v.optional(headerPairs),
  OTEL_SERVICE_NAME: v.optional(text, "hugbucket"),
  OTEL_TRACES_SAMPLER_ARG: v.optional(ratio, "1"),
  HUGBUCKET_LOG_LEVEL: v.optional(logLevel, "info"),
  DENO_DEPLOY: v.optional(v.string()),
});

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

/** The name of a variable that is read. */
export type VariableName = keyof typeof SCHEMA.entries;

/** What each variable means, in the order of the help text; the default stands in the schema. */
export const VARIABLES: Readonly<Record<VariableName, string>> = {
  HF_TOKEN: "token for the Hub; without it an embedded hub has to be asked for",
  HF_ENDPOINT: "base URL of the Hub",
  HF_NAMESPACE: "namespace of plain bucket names; default: the token's user",
  HUGBUCKET_NAMESPACES:
    "further namespaces, separated by commas, whose buckets ListBuckets shows as namespace--name",
  HUGBUCKET_REPOS:
    "models, datasets and Spaces, separated by commas, that ListBuckets shows, as datasets--namespace--name",
  AWS_ACCESS_KEY_ID: "access key that clients sign with",
  AWS_SECRET_ACCESS_KEY: "its secret; without the pair authentication is off",
  HUGBUCKET_CREDENTIALS: "further key pairs with their rights and Hub tokens, as JSON",
  HUGBUCKET_CREDENTIALS_FILE: "file with such JSON, read again when it changes",
  HUGBUCKET_ALLOW_ANONYMOUS: "true: serve unsigned requests although others can reach the address",
  HUGBUCKET_HOST: "address to listen on",
  HUGBUCKET_PORT: "port of the gateway",
  HUGBUCKET_HUB_PORT: "port of the embedded hub",
  HUGBUCKET_DATA_DIR: "where the embedded hub keeps its data",
  HUGBUCKET_REGION: "region that the gateway says it is in",
  HUGBUCKET_STORE_CHECKSUMS: "true: store CRC32 and CRC64NVME, which SDKs send by default, too",
  HUGBUCKET_DOMAIN: "domains whose subdomains are buckets, separated by commas",
  HUGBUCKET_CORS_ORIGINS: "origins whose scripts may use buckets without CORS rules, or *",
  HUGBUCKET_MULTIPART_UPLOAD_TTL: "seconds of rest after which an unfinished upload is dropped",
  HUGBUCKET_KV:
    "where multipart uploads and locks are kept, for all gateways that share them: a file, the URL of a Deno KV, default or memory",
  HUGBUCKET_KV_LEASE: "seconds after which what a gateway that died has locked there is free",
  HUGBUCKET_MEMORY_BUDGET: "bytes that all transfers together may hold, such as 128MiB",
  HUGBUCKET_MEMORY_WAIT:
    "seconds that a request waits for some of them before it is told to slow down",
  HUGBUCKET_MAX_REQUESTS: "requests that are served at once; more are told to slow down",
  HUGBUCKET_MAX_REQUESTS_PER_KEY: "of these, those of one key pair; default: half of them",
  HUGBUCKET_MAX_UPLOADS_PER_KEY: "multipart uploads that one key pair may have open",
  HUGBUCKET_BODY_TIMEOUT: "seconds in which a client has to send 64 KiB of a body, or its rest",
  HUGBUCKET_SEND_TIMEOUT: "seconds for which a client may leave an answer unread",
  HUGBUCKET_CACHE_DIR: "directory that keeps content that was read; default: none",
  HUGBUCKET_CACHE_SIZE: "most bytes in it",
  HUGBUCKET_STALL_TIMEOUT:
    "seconds without a byte after which a fetch from the store is begun anew",
  HUGBUCKET_REDIRECT:
    "true: answer GET of an object with 302 to the Hub's own URL where that can be",
  HUGBUCKET_CONSOLE: "false: no console at /-/console",
  HUGBUCKET_SANDBOX:
    "false: let objects such as HTML run scripts in browsers, as the gateway's origin",
  HUGBUCKET_WORKERS:
    "threads for uploads, and as many for downloads (default: processors less one, at most 4)",
  HUGBUCKET_SHUTDOWN_DELAY:
    "seconds for which a gateway that is stopped says so at /-/ready and goes on serving",
  HUGBUCKET_SHUTDOWN_GRACE: "seconds that requests under way may take when the gateway is stopped",
  HUGBUCKET_METRICS_TOKEN: "bearer token to which the gateway's port shows /-/metrics",
  HUGBUCKET_METRICS_PORT: "port for /-/metrics, /-/health and /-/ready alone; default: none",
  HUGBUCKET_METRICS_HOST: "address to listen on for it",
  OTEL_EXPORTER_OTLP_ENDPOINT:
    "base URL that traces are sent to, by OTLP over HTTP as JSON; default: there are none",
  OTEL_EXPORTER_OTLP_HEADERS: "headers sent there, name=value, separated by commas",
  OTEL_SERVICE_NAME: "the service's name in traces",
  OTEL_TRACES_SAMPLER_ARG:
    "share of requests that is traced where their callers do not say, 0 to 1",
  HUGBUCKET_LOG_LEVEL: `least level to log: ${LOG_LEVELS.join(", ")}`,
  DENO_DEPLOY: "set by Deno Deploy: requests must be signed, and HUGBUCKET_KV is default",
};

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

/**
 * Reads the settings.
 *
 * @param get Gives a variable's value; empty counts as absent.
 * @returns Frozen settings.
 * @throws {ConfigError} Naming every problem at once, never a secret's value.
 */
export function readConfig(get: (name: string) => string | undefined): Config {
  const defaults = get("DENO_DEPLOY") ? DEPLOY_DEFAULTS : {};
  const names = Object.keys(VARIABLES);
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

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Without an access key pair everyone who reaches the address may read and write with our token, so that
 * has to be asked for in so many words.
 *
 * @param config The settings.
 * @param hasAccessKey Whether requests must be signed.
 * @returns What is wrong, or undefined.
 */
export function exposureProblem(config: Config, hasAccessKey: boolean): string | undefined {
  if (hasAccessKey || config.allowAnonymous || isLoopback(config.host)) return undefined;
  return `HUGBUCKET_HOST ${config.host} can be reached by others, but there is no access key pair: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or HUGBUCKET_ALLOW_ANONYMOUS=true`;
}

function parseBytes(value: string): number {
  const [, digits = "", unit = ""] = /^(\d+) ?(\w*)$/.exec(value) ?? [];
  return Number(digits) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
}

/** As OpenTelemetry's specification of exporters has it: names and percent-encoded values. */
function readHeaderPairs(value: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    value.split(",").map((pair) => {
      const at = pair.indexOf("=");
      const raw = pair.slice(at + 1).trim();
      return [
        pair.slice(0, at).trim(),
        /%(?![\dA-F]{2})/i.test(raw) ? raw : decodeURIComponent(raw),
      ];
    }),
  );
}

function isHttpUrl(value: string): boolean {
  const parsed = URL.parse(value);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.search === "" &&
    parsed.hash === "" && parsed.username === "" && parsed.password === "";
}
