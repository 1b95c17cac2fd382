import type { AccessCredential } from "./access/access_credential.ts";
import type { KeyLocks } from "./flow/key_locks.ts";
import type { Sleep } from "./flow/sleep.ts";
import type { SharedKv } from "./kv/shared_kv.ts";
import type { Log } from "./log.ts";
import type { GatewayMetrics } from "./metrics/gateway_metrics.ts";
import type { UploadRegistry } from "./multipart/upload_registry.ts";
import type { GatewayObserver } from "./observe/gateway_observer.ts";

/** Settings of `createGateway`. */
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
