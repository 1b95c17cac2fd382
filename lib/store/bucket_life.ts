import type { BucketClient } from "../buckets/bucket_client.ts";
import { StoreError } from "../errors/store_error.ts";
import type { KeyLocks } from "../flow/key_locks.ts";
import { HubError } from "../hub/hub_error.ts";
import type { BucketInfo } from "../hub/wire.ts";
import { bucketNameOf, byName, checkNewBucketName, hasNamespace, hubIdOf } from "./bucket_names.ts";
import { lockOf } from "./commit_step.ts";
import type { StoreBucket } from "./object_store.ts";

/** What {@linkcode BucketLife} is made of. */
export interface BucketLifeOptions {
  /** The bucket library, with the rights of one Hub token. */
  readonly buckets: BucketClient;
  /** Keep a bucket from being deleted while it is made. */
  readonly locks: KeyLocks;
  /** Namespaces whose buckets are listed as `ns--name`, besides the default namespace. */
  readonly otherNamespaces?: readonly string[];
  /** Whether new buckets are seen only by those with access. Default: true. */
  readonly privateBuckets?: boolean;
}

/** Buckets as a whole, by their S3 names: whose they are, which there are, and how they come to be. */
export class BucketLife {
  readonly #options: BucketLifeOptions;
  readonly #buckets: BucketClient;

  /** @param options The bucket library, and which buckets there are to be. */
  constructor(options: BucketLifeOptions) {
    this.#options = options;
    this.#buckets = options.buckets;
  }

  /** See `ObjectStore.owner`. */
  async owner(): Promise<{ readonly id: string; readonly name: string }> {
    const who = await this.#buckets.whoAmI();
    const name = await this.#buckets.namespace();
    const owner = name === who.name ? who : who.orgs.find((org) => org.name === name);
    return { id: owner?.id ?? name, name };
  }

  /** See `ObjectStore.listBuckets`. */
  async list(): Promise<readonly StoreBucket[]> {
    const namespace = await this.#buckets.namespace();
    const others = this.#options.otherNamespaces ?? [];
    const lists = await Promise.all(
      [...new Set([namespace, ...others])].map((each) => this.#bucketsOf(each)),
    );
    return lists.flat().map((info) => storeBucket(info, namespace)).sort(byName);
  }

  /** A namespace that is not there is a mistake of the gateway's settings, not of the client's. */
  async #bucketsOf(namespace: string): Promise<readonly BucketInfo[]> {
    try {
      return await Array.fromAsync(this.#buckets.list({ namespace }));
    } catch (cause) {
      if (!(cause instanceof HubError) || cause.kind !== "not_found") throw cause;
      throw new StoreError("denied", `The Hub has no namespace ${namespace}`, { cause });
    }
  }

  /** See `ObjectStore.createBucket`. */
  async create(bucket: string): Promise<"created" | "existed"> {
    checkNewBucketName(bucket);
    const id = await this.idOf(bucket);
    const isPrivate = this.#options.privateBuckets ?? true;
    const { created } = await this.#options.locks.withLocks(
      [lockOf(id, "")],
      () => this.#buckets.create(id, { private: isPrivate, existOk: true }),
    );
    if (created) return "created";
    try {
      await this.#buckets.info(id);
      return "existed";
    } catch (error) {
      if (!isOutOfReach(error)) throw error;
      throw new StoreError("bucket_exists", `${bucket} belongs to somebody else`, {
        cause: error,
      });
    }
  }

  /** See `ObjectStore.canonicalName`. */
  async canonicalName(bucket: string): Promise<string> {
    if (!hasNamespace(bucket)) return bucket;
    const namespace = await this.#buckets.namespace();
    const id = hubIdOf(bucket, namespace);
    return id === undefined ? bucket : bucketNameOf(id, namespace);
  }

  /** See `ObjectStore.statBucket`. */
  async stat(bucket: string): Promise<StoreBucket> {
    const info = await this.#buckets.info(await this.idOf(bucket));
    return { name: bucket, createdAt: info.createdAt };
  }

  /** The Hub id of a bucket that can exist. */
  async idOf(bucket: string): Promise<string> {
    return existingId(bucket, await this.#buckets.namespace());
  }
}

/** The id of a bucket that can exist. */
export function existingId(bucket: string, namespace: string): string {
  const id = hubIdOf(bucket, namespace);
  if (id === undefined) throw new StoreError("no_such_bucket", `There is no bucket ${bucket}`);
  return id;
}

const storeBucket = ({ id, createdAt }: BucketInfo, namespace: string): StoreBucket => ({
  name: bucketNameOf(id, namespace),
  createdAt,
});

const isOutOfReach = (error: unknown): boolean =>
  error instanceof HubError && ["unauthorized", "forbidden", "not_found"].includes(error.kind);
