import type { AccessCredential } from "../access/access_credential.ts";
import type { LogLevel } from "./log_level.ts";

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
