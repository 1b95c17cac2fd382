import type { AccessCredential } from "./access/access_credential.ts";
import { requireTogether } from "./access/read_credentials.ts";
import { Authenticator } from "./auth/authenticator.ts";
import { consolePage } from "./console/console_page.ts";
import { S3Error } from "./errors/s3_error.ts";
import { ConcurrencyLimits } from "./flow/concurrency_limits.ts";
import { type KeyLocks, MemoryKeyLocks } from "./flow/key_locks.ts";
import { MemoryBudget } from "./flow/memory_budget.ts";
import type { Sleep } from "./flow/sleep.ts";
import { createRequestHandler } from "./gateway.ts";
import { type Log, SILENT_LOG } from "./log.ts";
import type { SharedKv } from "./kv/shared_kv.ts";
import { openSharedState } from "./kv/shared_state.ts";
import { MapUploadRegistry } from "./multipart/map_registry.ts";
import type { UploadRegistry } from "./multipart/upload_registry.ts";
import type { GatewayMetrics } from "./metrics/gateway_metrics.ts";
import type { GatewayObserver } from "./observe/gateway_observer.ts";
import { allObservers, clientObserver } from "./observe/observers.ts";
import { RequestScope } from "./observe/request_scope.ts";
import { WORK_TALLY } from "./observe/work_tally.ts";
import { operations } from "./ops/mod.ts";
import { HEALTH_PAGE } from "./pages/health_page.ts";
import { HubProbe } from "./pages/hub_probe.ts";
import { metricsPage } from "./pages/metrics_page.ts";
import { createPagesHandler, textAnswer } from "./pages/pages.ts";
import { readyPage } from "./pages/ready_page.ts";
import { hostBucketOf } from "./s3/address.ts";
import { writeError } from "./s3/errors.ts";
import { Tenants, type TenantsOptions } from "./tenants.ts";

/** Settings of {@linkcode createGateway}. */
export interface GatewayOptions {
  /** The Hub token that the gateway works with. Default: each key pair brings its own. */
  readonly token?: string;
  /** Base URL of the Hub. Default: `https://huggingface.co`. */
  readonly endpoint?: string;
  /** The namespace of plain bucket names. Default: the token's user. */
  readonly namespace?: string;
  /** Further namespaces, whose buckets ListBuckets shows as `namespace--name`. Default: none. */
  readonly otherNamespaces?: readonly string[];
  /**
   * Models, datasets and Spaces that ListBuckets shows, as buckets: `datasets--namespace--name`, `models--name`. All others can be read too.
   * Default: none.
   */
  readonly listedRepos?: readonly string[];
  /**
   * Key pairs that clients sign with, each with what it may do: all that the gateway's token reaches, if nothing else is said.
   * Without any, every request is refused unless `allowAnonymous`.
   */
  readonly credentials?: readonly AccessCredential[];
  /** Serves every request unsigned when there are no credentials. Default: false. */
  readonly allowAnonymous?: boolean;
  /** The region that the gateway says it is in. Default: `us-east-1`. */
  readonly region?: string;
  /**
   * Whether CRC32 and CRC64NVME checksums, which SDKs send by default, are stored with each object and
   * returned with it; those of other algorithms always are. Default: false.
   */
  readonly storeChecksums?: boolean;
  /**
   * Domains whose subdomains are buckets (virtual-hosted style), such as `s3.example.com`. On any other host
   * requests are path-style. Default: none.
   */
  readonly domains?: readonly string[];
  /**
   * Origins whose scripts may use buckets that have no CORS rules of their own: exact, `*`, or with one `*`
   * inside. Default: none.
   */
  readonly corsOrigins?: readonly string[];
  /**
   * Whether GET of an object is answered with 302 to the Hub's own URL where that can be: such an answer
   * costs a resolver call, and the bytes do not pass the gateway, which then does not verify them.
   * Default: false.
   */
  readonly redirect?: boolean;
  /**
   * Whether browsers show objects that they would run, such as HTML and SVG, without scripts and without the gateway's
   * origin (`Content-Security-Policy: sandbox`). Default: true.
   */
  readonly sandbox?: boolean;
  /** Whether `/-/console` is served, a page to look into buckets with. Default: false. */
  readonly console?: boolean;
  /**
   * Whether pieces of an answer's body are done with when the next one is asked for, so that their memory
   * can be freed at once. True of `Deno.serve`, to which each piece is handed before the next is read; not of
   * handlers that collect bodies. Default: false.
   */
  readonly lentBodies?: boolean;
  /**
   * Whether answers say that nobody may change them on the way (`Cache-Control: no-transform`). Needed where the server
   * compresses by itself, as `Deno.serve` did before Deno 2.9. Default: false.
   */
  readonly noTransform?: boolean;
  /** Bytes that all transfers together may hold. Default: 128 MiB. */
  readonly memoryBudget?: number;
  /** Requests that are served at once; more are answered with SlowDown. Default: 2,000. */
  readonly maxRequests?: number;
  /** Of these, those of one key pair. Default: half of them. */
  readonly maxRequestsPerKey?: number;
  /** Multipart uploads that one key pair may have open; more are answered with SlowDown. Default: 10,000. */
  readonly maxUploadsPerKey?: number;
  /** Seconds in which a client has to send 64 KiB of a body, or the rest of it. Default: 60. */
  readonly bodyTimeoutSeconds?: number;
  /** Seconds for which a client may leave an answer unread. Default: 300. */
  readonly sendTimeoutSeconds?: number;
  /** How long a request waits for some of them, in seconds, before it is answered with SlowDown. Default: 30. */
  readonly memoryWaitSeconds?: number;
  /**
   * Keeps content that was read in a directory, which needs the permissions to read and write there.
   * Default: only memory is used, within the budget.
   */
  readonly diskCache?: { readonly directory: string; readonly maxBytes: number };
  /** Seconds without a byte after which a fetch of stored bytes is begun anew. Default: 5. */
  readonly stallTimeoutSeconds?: number;
  /**
   * Seconds without progress after which any other call is given up, and begun anew where that is harmless. Default: 30 for
   * the Hub, 120 for the CAS.
   */
  readonly callTimeoutSeconds?: number;
  /**
   * Threads for the byte work of uploads, and as many for that of downloads; 0 does it in place. Default:
   * processors less one, at most 4.
   */
  readonly workers?: number;
  /** Seconds of rest after which an unfinished upload is dropped. Default: 86,400. */
  readonly multipartUploadTtlSeconds?: number;
  /**
   * A Deno KV, as `Deno.openKv()` gives it, in which multipart uploads and locks are kept: they outlive the process, and gateways
   * on one KV work together. All of them must have the same Hub, token and namespace. It stays open. Default: in memory.
   */
  readonly kv?: SharedKv;
  /** Milliseconds for which what a gateway holds in `kv` stays locked after its process has died. Default: 15,000. */
  readonly leaseMs?: number;
  /** Where multipart uploads are remembered, if not in `kv`. Default: in memory. */
  readonly registry?: UploadRegistry;
  /** The locks of keys, if not in `kv`. Default: in memory. */
  readonly locks?: KeyLocks;
  /** Counts what happens, as `createMetrics` gives it. Default: nothing does. */
  readonly metrics?: GatewayMetrics;
  /**
   * The bearer token to which `handler` shows the metrics, at `/-/metrics`. Default: it does not show them;
   * `monitor` does.
   */
  readonly metricsToken?: string;
  /** Told of all that happens, besides the metrics. */
  readonly observers?: readonly GatewayObserver[];
  /** Where log lines go. Default: nowhere. */
  readonly log?: Log;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Waits before calls are made again. Default: the runtime's timers. */
  readonly sleep?: Sleep;
  /** A number from 0 up to 1, for the jitter of waits. Default: `Math.random`. */
  readonly random?: () => number;
}

/** A gateway that can be mounted in any server. */
export interface Gateway {
  /** Answers one S3 request, or one for a page of the gateway's own under `/-/`. */
  readonly handler: (request: Request) => Promise<Response>;
  /** Answers a request that comes while the server is being stopped: 503, try again. Pages are served on. */
  readonly refuse: (request: Request) => Promise<Response>;
  /**
   * From now on the gateway says that it is not ready (`/-/ready`), and goes on serving: to be called some time before the server is stopped, so that
   * who chooses between gateways can choose another.
   */
  drain(): void;
  /**
   * Answers requests for pages alone, the metrics among them, on a port that others do not reach. A `metricsToken` is asked for there
   * too.
   */
  readonly monitor: (
    request: Request,
    options?: { readonly stopping?: boolean },
  ) => Promise<Response>;
  /** Drops multipart uploads whose time is over; to be called every few minutes. Returns how many. */
  sweep(): Promise<number>;
  /**
   * Deletes what the gateway kept beside objects that other tools have deleted or overwritten since, in the buckets where
   * it has met any; to be called once a day or so. What fails is logged, and tried again the next time. Returns how
   * many files were deleted.
   */
  sweepSidecars(): Promise<number>;
  /**
   * Replaces all key pairs, from the next request on. Requests under way go on as they began; nothing is ever served unsigned
   * for want of pairs.
   *
   * @throws {CredentialsError} When they cannot be used together; then the old ones stay.
   */
  setCredentials(credentials: readonly AccessCredential[]): void;
  /** Ends connections to the Hub and the CAS. Requests under way must have ended. */
  close(): Promise<void>;
}

const DEFAULT_ENDPOINT = "https://huggingface.co";
const DEFAULT_REGION = "us-east-1";
const DEFAULT_TTL_SECONDS = 86_400;
const DEFAULT_WAIT_SECONDS = 30;
const DEFAULT_MAX_REQUESTS = 2000;
const DEFAULT_MAX_UPLOADS = 10_000;
const DEFAULT_BODY_TIMEOUT_SECONDS = 60;
const DEFAULT_SEND_TIMEOUT_SECONDS = 300;
const DEFAULT_BUDGET = 128 * 1024 * 1024;

/**
 * Makes an S3 gateway to Storage Buckets.
 *
 * @param options Which Hub, which token, who may use it.
 *
 * @example
 * ```ts
 * import { createEmbeddedHub, createGateway } from "@hugbucket/hugbucket";
 * import { assertEquals } from "@std/assert";
 *
 * const hub = await createEmbeddedHub();
 * const gateway = createGateway({ token: hub.token, endpoint: hub.url, allowAnonymous: true });
 * await gateway.handler(new Request("http://localhost/my-bucket", { method: "PUT" }));
 * const put = await gateway.handler(
 *   new Request("http://localhost/my-bucket/hello", { method: "PUT", body: "world" }),
 * );
 * assertEquals(put.status, 200);
 * await gateway.close();
 * await hub.close();
 * ```
 */
export function createGateway(options: GatewayOptions): Gateway {
  const now = options.now ?? Date.now;
  const log = options.log ?? SILENT_LOG;
  const endpoint = options.endpoint ?? DEFAULT_ENDPOINT;
  const budgetBytes = options.memoryBudget ?? DEFAULT_BUDGET;
  const memoryBudget = new MemoryBudget(budgetBytes, {
    maxWaitMs: (options.memoryWaitSeconds ?? DEFAULT_WAIT_SECONDS) * 1000,
  });
  const uploadTtlMs = (options.multipartUploadTtlSeconds ?? DEFAULT_TTL_SECONDS) * 1000;
  const scope = new RequestScope();
  const observer = allObservers([
    WORK_TALLY,
    ...options.metrics ? [options.metrics] : [],
    ...options.observers ?? [],
  ]);
  const shared = options.kv && openSharedState(options.kv, {
    uploadTtlMs,
    now,
    ...(options.leaseMs !== undefined && { leaseMs: options.leaseMs }),
    onError: (error) => log.warning("shared state was not put in order", { error }),
  });
  const registry = options.registry ?? shared?.registry ??
    new MapUploadRegistry({ ttlMs: uploadTtlMs, now });
  const open = options.allowAnonymous === true && !options.credentials?.length;
  const tenants = new Tenants({
    token: options.token,
    client: {
      ...clientOptions(options, endpoint, log),
      observer: clientObserver(observer, scope),
    },
    namespace: options.namespace,
    otherNamespaces: options.otherNamespaces ?? [],
    listedRepos: options.listedRepos ?? [],
    memoryBudget,
    budgetBytes,
    workers: options.workers,
    locks: options.locks ?? shared?.locks ?? new MemoryKeyLocks(),
    registry,
    open,
    log,
    now,
  });
  let isDraining = false;
  observer.attached({
    memory: memoryBudget,
    openUploads: () => registry.countUploads(),
  });
  let probe: HubProbe | undefined;
  const setCredentials = (credentials: readonly AccessCredential[]) => {
    requireTogether(credentials, options);
    tenants.setCredentials(credentials);
    const one = tenants.anyOf();
    probe = one && new HubProbe({ endpoint, now, ...one });
  };
  setCredentials(options.credentials ?? []);
  const { maxRequests = DEFAULT_MAX_REQUESTS } = options;
  const domains = (options.domains ?? []).map((domain) => domain.toLowerCase());
  const { metrics, metricsToken } = options;
  const region = options.region ?? DEFAULT_REGION;
  const shown = { health: HEALTH_PAGE, ready: readyPage(async () => await probe?.check()) };
  const withMetrics = metrics && { ...shown, metrics: metricsPage(metrics, metricsToken) };
  const pages = createPagesHandler({
    pages: {
      ...(metricsToken !== undefined && withMetrics ? withMetrics : shown),
      ...(options.console && { console: consolePage({ region, authentication: !open }) }),
    },
    isBucketHost: (host) => hostBucketOf(host, domains) !== undefined,
  });
  const monitor = createPagesHandler({ pages: withMetrics ?? shown });
  const s3 = createRequestHandler({
    entrance: tenants,
    operations,
    authenticator: new Authenticator({
      lookup: open ? undefined : (id) => tenants.find(id),
      now: () => new Date(now()),
    }),
    region,
    domains,
    corsOrigins: options.corsOrigins ?? [],
    storeChecksums: options.storeChecksums ?? false,
    redirect: options.redirect ?? false,
    sandbox: options.sandbox ?? true,
    limits: new ConcurrencyLimits({
      total: maxRequests,
      each: options.maxRequestsPerKey ?? Math.ceil(maxRequests / 2),
    }),
    maxUploads: options.maxUploadsPerKey ?? DEFAULT_MAX_UPLOADS,
    bodyIdleMs: (options.bodyTimeoutSeconds ?? DEFAULT_BODY_TIMEOUT_SECONDS) * 1000,
    unreadMs: (options.sendTimeoutSeconds ?? DEFAULT_SEND_TIMEOUT_SECONDS) * 1000,
    lentBodies: options.lentBodies ?? false,
    noTransform: options.noTransform ?? false,
    log,
    observer,
    scope,
    now,
  });
  const sweepFailed = (hubBucket: string, error: Error) =>
    log.warning("sidecar sweep failed", { hubBucket, error });
  return {
    handler: (request) => pages(request, { stopping: isDraining }) ?? s3(request),
    refuse: (request) => pages(request, { stopping: true }) ?? refuse(request),
    drain: () => void (isDraining = true),
    monitor: (request, state) =>
      monitor(request, state) ?? Promise.resolve(textAnswer(404, "There is no such page")),
    sweep: () => registry.sweep(),
    sweepSidecars: () => tenants.sweepSidecars(sweepFailed),
    setCredentials,
    async close() {
      await shared?.close();
      await tenants.close();
    },
  };
}

function refuse({ method }: Request): Promise<Response> {
  const error = new S3Error("ServiceUnavailable", {
    headers: { "Retry-After": "1", Connection: "close" },
  });
  const ids = { requestId: crypto.randomUUID(), hostId: "" };
  return Promise.resolve(writeError(error, { method, address: undefined, ...ids }));
}

/** What the clients of all Hub tokens have in common. */
function clientOptions(
  options: GatewayOptions,
  endpoint: string,
  log: Log,
): TenantsOptions["client"] {
  return {
    endpoint,
    now: options.now ?? Date.now,
    sleep: options.sleep,
    random: options.random,
    onCircuit: (state, openMs) =>
      state === "open"
        ? log.warning("hub is down", { openMs: Math.round(openMs) })
        : log.info("hub answers again"),
    ...(options.callTimeoutSeconds !== undefined && {
      timeoutMs: options.callTimeoutSeconds * 1000,
      casTimeoutMs: options.callTimeoutSeconds * 1000,
    }),
    ...(options.stallTimeoutSeconds !== undefined && {
      stallMs: options.stallTimeoutSeconds * 1000,
    }),
    ...(options.diskCache && {
      diskCache: {
        ...options.diskCache,
        onError: (error) => log.warning("cache on disk failed", { error }),
      },
    }),
  };
}
