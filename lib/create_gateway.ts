import type { AccessCredential } from "./access/access_credential.ts";
import { requireTogether } from "./access/read_credentials.ts";
import { Authenticator } from "./auth/authenticator.ts";
import { consolePage } from "./console/console_page.ts";
import { S3Error } from "./errors/s3_error.ts";
import { ConcurrencyLimits } from "./flow/concurrency_limits.ts";
import { MemoryKeyLocks } from "./flow/key_locks.ts";
import { MemoryBudget } from "./flow/memory_budget.ts";
import { createRequestHandler } from "./gateway.ts";
import type { Gateway, GatewayOptions } from "./gateway_options.ts";
import { type Log, SILENT_LOG } from "./log.ts";
import { openSharedState } from "./kv/shared_state.ts";
import { MapUploadRegistry } from "./multipart/map_registry.ts";
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
