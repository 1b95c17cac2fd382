/**
 * Who works with which Hub token. Everything that is known of the Hub and the CAS belongs to one token: buckets, queues of commits,
 * look-ups, dedup indexes, caches, uploads. Shared are memory, threads and the locks of keys.
 *
 * @module
 */

import type { AccessCredential } from "./access/access_credential.ts";
import { guardStore } from "./access/guarded_store.ts";
import { Rights } from "./access/rights.ts";
import { ScopedRegistry, scopeOf } from "./access/scoped_registry.ts";
import { type TokenSeal, tokenSeal } from "./access/token_seal.ts";
import { BucketClient, type BucketClientOptions } from "./buckets/bucket_client.ts";
import { WorkerPools } from "./buckets/worker_pools.ts";
import { S3Error } from "./errors/s3_error.ts";
import type { KeyLocks } from "./flow/key_locks.ts";
import { MemoryBudget } from "./flow/memory_budget.ts";
import type { Log } from "./log.ts";
import type { HubProbeOptions } from "./pages/hub_probe.ts";
import type { UploadRegistry } from "./multipart/upload_registry.ts";
import { BucketObjectStore } from "./store/bucket_object_store.ts";
import { HubObjectStore } from "./store/hub_object_store.ts";
import type { ObjectStore } from "./store/object_store.ts";
import { KeptTrees } from "./store/repos/kept_trees.ts";
import { isRepoBucket } from "./store/repos/repo_bucket_names.ts";
import { RepoObjectStore } from "./store/repos/repo_object_store.ts";

/** What a request works with, by who sent it. */
export interface Visit {
  /** All that its Hub token reaches: for the gateway's own needs. */
  readonly tenantStore: ObjectStore;
  /** What its sender may reach. */
  readonly store: ObjectStore;
  /** The uploads that its sender can know of. */
  readonly registry: UploadRegistry;
  /** What its sender may do. */
  readonly rights: Rights;
  /** Ties continuation tokens to its sender. */
  readonly seal: TokenSeal;
  /** To be called when the answer has been sent. */
  leave(): void;
}

/** Lets requests in. */
export interface Entrance {
  /**
   * What a request works with.
   *
   * @param credential Who signed it; nobody where authentication is off.
   */
  enter(credential: AccessCredential | undefined): Promise<Visit>;
  /**
   * The store that rules for browsers are looked up in, of requests that nobody has signed.
   *
   * @param accessKeyId Who the request says will send the next one.
   */
  storeFor(accessKeyId: string | undefined): ObjectStore | undefined;
}

/** What {@linkcode Tenants} are made of. */
export interface TenantsOptions {
  /** The gateway's own token; without one every pair brings its own. */
  readonly token: string | undefined;
  /** What the clients of all tokens have in common. */
  readonly client: Omit<BucketClientOptions, "token" | "namespace" | "memoryBudget" | "workers">;
  /** The namespace of plain bucket names, for the gateway's own token. */
  readonly namespace: string | undefined;
  /** Further namespaces that are listed, for the gateway's own token. */
  readonly otherNamespaces: readonly string[];
  /** Repos that are listed, for the gateway's own token. */
  readonly listedRepos: readonly string[];
  /** Memory of all transfers together. */
  readonly memoryBudget: MemoryBudget;
  /** All that there is of it, in bytes. */
  readonly budgetBytes: number;
  /** Threads for uploads, and as many for downloads. */
  readonly workers: number | undefined;
  /** The locks of keys. */
  readonly locks: KeyLocks;
  /** All uploads. */
  readonly registry: UploadRegistry;
  /** Whether requests that nobody signed work with the gateway's own token. */
  readonly open: boolean;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The part of the memory budget that is for the indexes of all tenants together. */
const INDEX_SHARE = 1 / 16;

/** What is of one Hub token. */
interface Tenant {
  readonly client: BucketClient;
  readonly buckets: BucketObjectStore;
  readonly trees: KeptTrees;
  readonly store: ObjectStore;
  readonly registry: UploadRegistry;
  /** Requests under way. */
  visits: number;
  /** Whether no pair has this token any more. */
  isRetired: boolean;
}

/** All tenants of a gateway. */
export class Tenants implements Entrance {
  readonly #options: TenantsOptions;
  readonly #workers: WorkerPools;
  readonly #byToken = new Map<string, Tenant>();
  readonly #rights = new WeakMap<AccessCredential, Promise<Rights>>();
  readonly #closing = new Set<Promise<void>>();
  #credentials: ReadonlyMap<string, AccessCredential> = new Map();

  /** @param options What they are made of. */
  constructor(options: TenantsOptions) {
    this.#options = options;
    this.#workers = new WorkerPools(options.workers);
  }

  /**
   * Replaces all key pairs. Requests under way go on with those that they came with; what is of a token that
   * no pair has any more is closed after them.
   */
  setCredentials(credentials: readonly AccessCredential[]): void {
    this.#credentials = new Map(credentials.map((pair) => [pair.accessKeyId, pair]));
    const tokens = new Set(credentials.map(({ hubToken }) => hubToken));
    for (const [token, tenant] of this.#byToken) {
      if (token === this.#options.token || tokens.has(token)) continue;
      this.#byToken.delete(token);
      tenant.isRetired = true;
      this.#closeIfIdle(tenant);
    }
  }

  /** The pair of an access key id, unless its time is over. */
  find(accessKeyId: string): AccessCredential | undefined {
    const found = this.#credentials.get(accessKeyId);
    const { expires } = found ?? {};
    return expires !== undefined && expires.getTime() <= this.#options.now() ? undefined : found;
  }

  async enter(credential: AccessCredential | undefined): Promise<Visit> {
    if (credential === undefined && !this.#options.open) throw new S3Error("AccessDenied");
    const tenant = this.#tenantOf(credential);
    if (tenant === undefined) throw new S3Error("AccessDenied");
    tenant.visits++;
    let isThere = true;
    const leave = () => {
      if (!isThere) return;
      isThere = false;
      tenant.visits--;
      this.#closeIfIdle(tenant);
    };
    try {
      const rights = await this.#rightsOf(credential, tenant.store);
      return {
        tenantStore: tenant.store,
        store: rights.areFull ? tenant.store : guardStore(tenant.store, rights),
        registry: tenant.registry,
        rights,
        seal: tokenSeal(credential),
        leave,
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  storeFor(accessKeyId: string | undefined): ObjectStore | undefined {
    const named = accessKeyId === undefined ? undefined : this.find(accessKeyId);
    return this.#tenantOf(named)?.store;
  }

  /** One of the tokens, and its namespace, to ask whether the Hub is there: the gateway's own if it has one. */
  anyOf(): Pick<HubProbeOptions, "token" | "namespace"> | undefined {
    const { token: own } = this.#options;
    const [first] = this.#credentials.values();
    const token = own ?? first?.hubToken;
    if (token === undefined) return undefined;
    const credential = own === undefined ? first : undefined;
    return {
      token,
      namespace: async (call) => await this.#tenantOf(credential)?.client.namespace(call) ?? "",
    };
  }

  /** Deletes sidecars without an object, of all tenants; see `BucketObjectStore.sweepSeenBuckets`. */
  async sweepSidecars(onError: (hubBucket: string, error: Error) => void): Promise<number> {
    let deleted = 0;
    for (const { buckets } of [...this.#byToken.values()]) {
      deleted += await buckets.sweepSeenBuckets(onError);
    }
    return deleted;
  }

  /** Ends all connections and threads. */
  async close(): Promise<void> {
    for (const { client } of this.#byToken.values()) await client.close();
    await Promise.all(this.#closing);
    await this.#workers.close();
  }

  #tenantOf(credential: AccessCredential | undefined): Tenant | undefined {
    const own = this.#options.token;
    const token = credential?.hubToken ?? own;
    if (token === undefined) return undefined;
    const known = this.#byToken.get(token);
    if (known !== undefined) return known;
    const made = this.#make(token, token === own ? undefined : credential);
    this.#byToken.set(token, made);
    return made;
  }

  /** @param credential Whose token it is; undefined for the gateway's own. */
  #make(token: string, credential: AccessCredential | undefined): Tenant {
    const { client: common, memoryBudget, budgetBytes, locks, log, now } = this.#options;
    const isOwn = credential === undefined;
    const namespace = isOwn ? this.#options.namespace : credential.namespace;
    const client = new BucketClient({
      ...common,
      token,
      ...(namespace !== undefined && { namespace }),
      memoryBudget,
      workers: this.#workers,
      indexShare: INDEX_SHARE / this.#tokenCount(),
    });
    const buckets = new BucketObjectStore({
      buckets: client,
      otherNamespaces: isOwn ? this.#options.otherNamespaces : [],
      locks,
      now,
      onIgnored: ({ bucket, path, reason }) =>
        log.warning("sidecar ignored", { hubBucket: bucket, path, reason }),
    });
    const trees = new KeptTrees(memoryBudget, budgetBytes);
    const repos = new RepoObjectStore({
      buckets: client,
      trees,
      now,
      listed: isOwn ? this.#options.listedRepos : [],
    });
    const { registry } = this.#options;
    return {
      client,
      buckets,
      trees,
      store: new HubObjectStore(buckets, repos),
      registry: isOwn ? registry : new ScopedRegistry(registry, scopeOf(token)),
      visits: 0,
      isRetired: false,
    };
  }

  #tokenCount(): number {
    const { token } = this.#options;
    const tokens = [...this.#credentials.values()].map(({ hubToken = token }) => hubToken);
    return new Set([...tokens, token].filter(Boolean)).size;
  }

  /** Kept by pair: the names of buckets can cost a call. */
  #rightsOf(credential: AccessCredential | undefined, store: ObjectStore): Promise<Rights> {
    if (credential === undefined) return Promise.resolve(new Rights());
    const known = this.#rights.get(credential);
    if (known !== undefined) return known;
    const made = rightsIn(credential, store);
    this.#rights.set(credential, made);
    // Whoever asks next finds out anew.
    made.catch(() => this.#rights.delete(credential));
    return made;
  }

  #closeIfIdle(tenant: Tenant): void {
    if (!tenant.isRetired || tenant.visits > 0) return;
    tenant.trees.close();
    const closing = tenant.client.close().catch((error) =>
      this.#options.log.error("a token's client could not be closed", {
        error: error instanceof Error ? error : String(error),
      })
    ).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** A bucket of the default namespace has two names; whoever was given one has both. */
async function rightsIn(credential: AccessCredential, store: ObjectStore): Promise<Rights> {
  const { buckets } = credential;
  if (buckets === undefined) return new Rights(credential);
  const names = await Promise.all(buckets.map(async (limit) => {
    const [bucket = ""] = limit.split("/", 1);
    if (!bucket.includes("--") || isRepoBucket(bucket)) return [limit];
    return [limit, await store.canonicalName(bucket) + limit.slice(bucket.length)];
  }));
  return new Rights({ ...credential, buckets: names.flat() });
}
