import type { BucketClient } from "../buckets/bucket_client.ts";
import { partFromText, partToText } from "../buckets/content_part.ts";
import { StoreError } from "../errors/store_error.ts";
import type { KeyLocks } from "../flow/key_locks.ts";
import { BucketLife, existingId } from "./bucket_life.ts";
import { hubIdOf } from "./bucket_names.ts";
import { commitEntries } from "./commit.ts";
import { metaAttributes } from "./commit_stage.ts";
import { lockOf } from "./commit_step.ts";
import { iterateWithStoreErrors, streamWithStoreErrors, withStoreErrors } from "./errors.ts";
import { HubPageSource } from "./hub_page_source.ts";
import { canBeginKey, checkKey, pathOfKey } from "./keys.ts";
import { listEntries } from "./listing/list_entries.ts";
import { ListingMemory } from "./listing/listing_memory.ts";
import { lookAtObjects, lookAtParts, type LookContext } from "./look_at_objects.ts";
import type {
  BucketSettings,
  BucketSettingsOptions,
  ByteRange,
  CommitEntry,
  CommitResult,
  ContentRef,
  ListEntry,
  ListQuery,
  ObjectAttributes,
  ObjectPart,
  ObjectStore,
  ReadOptions,
  Recipe,
  Staged,
  StoreBucket,
  StoredObject,
  TransferOptions,
} from "./object_store.ts";
import { SettingsKeeper } from "./sidecar/settings_keeper.ts";
import { SETTINGS_PATH } from "./sidecar/sidecar_paths.ts";
import { type IgnoredSidecar, Sidecars } from "./sidecar/sidecars.ts";
import { type SweepContext, sweepListed, sweepSidecars } from "./sidecar/sweep.ts";
import { SweepList } from "./sidecar/sweep_list.ts";

/** What a {@linkcode BucketObjectStore} is made of. */
export interface BucketObjectStoreOptions {
  /** The bucket library, with the rights of one Hub token. */
  readonly buckets: BucketClient;
  /** Locks of keys, shared by all gateways that write to the same buckets. */
  readonly locks: KeyLocks;
  /** Milliseconds since 1970; the system's clock by default. */
  readonly now?: () => number;
  /** Namespaces whose buckets are listed as `ns--name`, besides the default namespace. */
  readonly otherNamespaces?: readonly string[];
  /** Whether new buckets are seen only by those with access; true by default, as in S3. */
  readonly privateBuckets?: boolean;
  /** Lines on a page of the Hub's tree; 2,001 by default. */
  readonly pageSize?: number;
  /** Entries that a listing may hold to sort them; 200,000 by default. */
  readonly sortLimit?: number;
  /** Bytes of sidecars that are kept to spare reading them again; 4 MiB by default. */
  readonly sidecarCacheBytes?: number;
  /** Told of files of the gateway's own that are not used because they do not fit. */
  readonly onIgnored?: (ignored: IgnoredSidecar) => void;
}

/**
 * Two S3 pages of 1,000 in one call, and the entry ahead that an S3 page has to look at. Numbers of objects are
 * often round: then the end of the objects is not the end of a page, and seen without reading another.
 */
const PAGE_SIZE = 2001;
const SORT_LIMIT = 200_000;
/** Longer ones are kept in the CAS: an upload can have 10,000 parts. */
const MAX_RECIPE_LENGTH = 8 * 1024;

/** {@linkcode ObjectStore} on the Storage Buckets of the Hub. */
export class BucketObjectStore implements ObjectStore {
  readonly #options: BucketObjectStoreOptions;
  readonly #buckets: BucketClient;
  readonly #now: () => number;
  readonly #memory: ListingMemory;
  readonly #life: BucketLife;
  readonly #sidecars: Sidecars;
  readonly #settings: SettingsKeeper;
  readonly #sweepList = new SweepList();
  #lastMtime = 0;

  /** @param options The bucket library, locks, clock and bounds. */
  constructor(options: BucketObjectStoreOptions) {
    this.#options = options;
    this.#buckets = options.buckets;
    this.#now = options.now ?? Date.now;
    this.#life = new BucketLife(options);
    this.#memory = new ListingMemory(this.#now);
    this.#sidecars = new Sidecars({
      buckets: this.#buckets,
      onIgnored: options.onIgnored,
      cacheBytes: options.sidecarCacheBytes,
    });
    this.#settings = new SettingsKeeper({
      buckets: this.#buckets,
      sidecars: this.#sidecars,
      now: this.#now,
    });
  }

  owner(): Promise<{ readonly id: string; readonly name: string }> {
    return withStoreErrors(() => this.#life.owner());
  }

  listBuckets(): Promise<readonly StoreBucket[]> {
    return withStoreErrors(() => this.#life.list());
  }

  createBucket(bucket: string): Promise<"created" | "existed"> {
    return withStoreErrors(() => this.#life.create(bucket));
  }

  canonicalName(bucket: string): Promise<string> {
    return withStoreErrors(() => this.#life.canonicalName(bucket));
  }

  statBucket(bucket: string): Promise<StoreBucket> {
    return withStoreErrors(() => this.#life.stat(bucket));
  }

  /** Another tool's write between the look and the deletion is lost with the bucket: the Hub has no lock. */
  deleteBucket(bucket: string): Promise<void> {
    return withStoreErrors(async () => {
      const id = await this.#life.idOf(bucket);
      await this.#options.locks.withScope(id, async (hold) => {
        for await (const _ of this.#entries(id, { prefix: "" })) {
          throw new StoreError("bucket_not_empty", `${bucket} holds objects`);
        }
        await hold.check();
        await this.#buckets.delete(id);
        this.#memory.forget(id);
        this.#settings.forget(id);
      });
    });
  }

  stat(
    bucket: string,
    keys: readonly string[],
  ): Promise<readonly (StoredObject | undefined)[]> {
    return withStoreErrors(async () => {
      if (!keys.some((key) => pathOfKey(key) !== undefined)) return keys.map(() => undefined);
      return await lookAtObjects(await this.#lookContext(bucket), keys);
    });
  }

  parts(bucket: string, object: StoredObject): Promise<readonly ObjectPart[]> {
    return withStoreErrors(async () => {
      if (pathOfKey(object.key) === undefined) return [];
      return await lookAtParts(await this.#lookContext(bucket), object);
    });
  }

  list(bucket: string, query: ListQuery): AsyncIterable<ListEntry> {
    return iterateWithStoreErrors(this.#list(bucket, query));
  }

  async *#list(bucket: string, query: ListQuery): AsyncGenerator<ListEntry> {
    const id = await this.#life.idOf(bucket);
    if (canBeginKey(query.prefix)) yield* this.#entries(id, query);
    // Nothing can be listed, but a bucket that is not there has to be told from an empty one.
    else await this.#buckets.info(id);
  }

  #entries(id: string, query: ListQuery): AsyncGenerator<ListEntry> {
    const { pageSize = PAGE_SIZE, sortLimit = SORT_LIMIT } = this.#options;
    const source = new HubPageSource(this.#buckets, id, pageSize);
    return listEntries({ source, memory: this.#memory, bucket: id, sortLimit }, query);
  }

  read(
    bucket: string,
    content: ContentRef,
    { lent = false, ...options }: ReadOptions = {},
  ): ReadableStream<Uint8Array> {
    const pieces = lent ? "lent" : "shared";
    return streamWithStoreErrors(async () =>
      this.#buckets.download(await this.#life.idOf(bucket), content, { ...options, pieces })
    );
  }

  locate(
    bucket: string,
    { key, content }: StoredObject,
    options: TransferOptions = {},
  ): Promise<string | undefined> {
    return withStoreErrors(async () => {
      const path = pathOfKey(key);
      if (path === undefined) return undefined;
      return await this.#buckets.locate(await this.#life.idOf(bucket), path, content.hash, options);
    });
  }

  checkKey(key: string, attributes: ObjectAttributes = {}): void {
    checkKey(key);
    const path = pathOfKey(key);
    if (path !== undefined) metaAttributes({ key, attributes }, path);
  }

  stage(
    bucket: string,
    body: ReadableStream<Uint8Array>,
    options: TransferOptions = {},
  ): Promise<Staged> {
    return withStoreErrors(async () => {
      const id = await this.#hubIdOrCancel(bucket, body);
      const { hash, size } = await this.#buckets.upload(id, body, options);
      return { content: { hash, size } };
    });
  }

  stagePart(
    bucket: string,
    body: ReadableStream<Uint8Array>,
    options: TransferOptions = {},
  ): Promise<Recipe> {
    return withStoreErrors(async () => {
      const id = await this.#hubIdOrCancel(bucket, body);
      const recipe = await this.#buckets.upload(id, body, options);
      const { hash, size } = recipe;
      let detail = partToText(recipe);
      if (detail.length > MAX_RECIPE_LENGTH) {
        detail = partToText(await this.#buckets.storeRecipe(id, recipe, options));
      }
      return { content: { hash, size }, detail };
    });
  }

  slice(bucket: string, { hash, size }: ContentRef, range?: ByteRange): Promise<Recipe> {
    return withStoreErrors(async () => {
      const id = await this.#life.idOf(bucket);
      const { first, last } = range ?? { first: 0, last: size - 1 };
      const length = last + 1 - first;
      if (length === 0) return { content: { hash, size }, detail: "" };
      const detail = partToText({ hash, size, range: { first, last }, id });
      return { content: { hash, size: length }, detail };
    });
  }

  compose(
    bucket: string,
    recipes: readonly Recipe[],
    options: TransferOptions = {},
  ): Promise<Staged> {
    return withStoreErrors(async () => {
      const parts = recipes.map(({ content, detail }) => partFromText(detail, content.size));
      const id = await this.#life.idOf(bucket);
      const { hash, size } = await this.#buckets.compose(id, parts, options);
      return { content: { hash, size } };
    });
  }

  commit(bucket: string, entries: readonly CommitEntry[]): Promise<readonly CommitResult[]> {
    return withStoreErrors(async () => {
      const namespace = await this.#buckets.namespace();
      const id = existingId(bucket, namespace);
      const context = {
        buckets: this.#buckets,
        locks: this.#options.locks,
        sidecars: this.#sidecars,
        sweepList: this.#sweepList,
        nextMtime: () => this.#nextMtime(),
        hubId: (name: string) => hubIdOf(name, namespace),
      };
      return await commitEntries(context, id, entries);
    });
  }

  bucketSettings(
    bucket: string,
    { remembered = false }: BucketSettingsOptions = {},
  ): Promise<BucketSettings> {
    return withStoreErrors(async () => {
      const id = await this.#life.idOf(bucket);
      return remembered ? this.#settings.remembered(id) : await this.#settings.get(id);
    });
  }

  updateBucketSettings(
    bucket: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): Promise<void> {
    return withStoreErrors(async () => {
      const id = await this.#life.idOf(bucket);
      await this.#options.locks.withLocks(
        [lockOf(id, SETTINGS_PATH)],
        (hold) => this.#settings.update(id, change, { nextMtime: () => this.#nextMtime(), hold }),
      );
    });
  }

  /**
   * Deletes sidecars that have no object any more, or another one: what other tools leave behind when
   * they delete and overwrite objects.
   *
   * @returns How many were deleted.
   */
  sweepSidecars(bucket: string): Promise<number> {
    return withStoreErrors(async () => {
      const id = await this.#life.idOf(bucket);
      return (await sweepSidecars(this.#sweepContext(), id)).deleted;
    });
  }

  /**
   * Sweeps the buckets in which this store has met sidecars since it was made, one after the other; of no other bucket
   * is anything asked.
   *
   * @param onFailed Told of a bucket, `namespace/name`, that could not be swept.
   * @returns How many sidecars were deleted.
   */
  sweepSeenBuckets(onFailed: (bucket: string, error: Error) => void): Promise<number> {
    return sweepListed(this.#sweepContext(), this.#sweepList, onFailed);
  }

  #sweepContext(): SweepContext {
    return {
      buckets: this.#buckets,
      locks: this.#options.locks,
      now: this.#now,
      pageSize: this.#options.pageSize,
    };
  }

  /** Two writes of the same bytes to a key are told apart by it, so it is never the same twice. */
  #nextMtime(): number {
    this.#lastMtime = Math.max(this.#lastMtime + 1, Math.floor(this.#now()));
    return this.#lastMtime;
  }

  async #lookContext(bucket: string): Promise<LookContext> {
    return {
      buckets: this.#buckets,
      sidecars: this.#sidecars,
      sweepList: this.#sweepList,
      id: await this.#life.idOf(bucket),
    };
  }

  /** Whoever takes a stream finishes or cancels it. */
  async #hubIdOrCancel(bucket: string, body: ReadableStream<Uint8Array>): Promise<string> {
    try {
      return await this.#life.idOf(bucket);
    } catch (error) {
      await body.cancel(error);
      throw error;
    }
  }
}
