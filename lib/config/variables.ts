import type { VariableName } from "./schema.ts";
import { LOG_LEVELS } from "./log_level.ts";

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
