import { refusesCopy } from "../buckets/refused_copies.ts";
import { StoreError } from "../errors/store_error.ts";
import type { BucketObjectStore } from "./bucket_object_store.ts";
import { byName } from "./bucket_names.ts";
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
  StatOptions,
  StoreBucket,
  StoredObject,
  TransferOptions,
} from "./object_store.ts";
import { isRepoBucket } from "./repos/repo_bucket_names.ts";
import { bucketOf, type RepoObjectStore } from "./repos/repo_object_store.ts";

/** {@linkcode ObjectStore} on all that the Hub has: Storage Buckets, and models, datasets and Spaces that are only read. */
export class HubObjectStore implements ObjectStore {
  readonly #buckets: BucketObjectStore;
  readonly #repos: RepoObjectStore;

  /**
   * @param buckets Storage Buckets.
   * @param repos Models, datasets and Spaces.
   */
  constructor(buckets: BucketObjectStore, repos: RepoObjectStore) {
    this.#buckets = buckets;
    this.#repos = repos;
  }

  owner(): Promise<{ readonly id: string; readonly name: string }> {
    return this.#buckets.owner();
  }

  async listBuckets(): Promise<readonly StoreBucket[]> {
    const lists = await Promise.all([this.#buckets.listBuckets(), this.#repos.listBuckets()]);
    return lists.flat().sort(byName);
  }

  async createBucket(bucket: string): Promise<"created" | "existed"> {
    refuseRepo(bucket);
    return await this.#buckets.createBucket(bucket);
  }

  canonicalName(bucket: string): Promise<string> {
    return isRepoBucket(bucket) ? Promise.resolve(bucket) : this.#buckets.canonicalName(bucket);
  }

  statBucket(bucket: string): Promise<StoreBucket> {
    return isRepoBucket(bucket) ? this.#repos.statBucket(bucket) : this.#buckets.statBucket(bucket);
  }

  async deleteBucket(bucket: string): Promise<void> {
    refuseRepo(bucket);
    await this.#buckets.deleteBucket(bucket);
  }

  bucketSettings(bucket: string, options: BucketSettingsOptions = {}): Promise<BucketSettings> {
    return isRepoBucket(bucket)
      ? Promise.resolve({})
      : this.#buckets.bucketSettings(bucket, options);
  }

  async updateBucketSettings(
    bucket: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): Promise<void> {
    refuseRepo(bucket);
    await this.#buckets.updateBucketSettings(bucket, change);
  }

  stat(
    bucket: string,
    keys: readonly string[],
    options: StatOptions = {},
  ): Promise<readonly (StoredObject | undefined)[]> {
    return isRepoBucket(bucket)
      ? this.#repos.stat(bucket, keys, options)
      : this.#buckets.stat(bucket, keys);
  }

  parts(bucket: string, object: StoredObject): Promise<readonly ObjectPart[]> {
    return isRepoBucket(bucket) ? Promise.resolve([]) : this.#buckets.parts(bucket, object);
  }

  list(bucket: string, query: ListQuery): AsyncIterable<ListEntry> {
    return isRepoBucket(bucket)
      ? this.#repos.list(bucket, query)
      : this.#buckets.list(bucket, query);
  }

  read(
    bucket: string,
    content: ContentRef,
    options: ReadOptions = {},
  ): ReadableStream<Uint8Array> {
    return isRepoBucket(bucket)
      ? this.#repos.read(bucket, content, options)
      : this.#buckets.read(bucket, content, options);
  }

  locate(
    bucket: string,
    object: StoredObject,
    options: TransferOptions = {},
  ): Promise<string | undefined> {
    return isRepoBucket(bucket)
      ? this.#repos.locate(bucket, object, options)
      : this.#buckets.locate(bucket, object, options);
  }

  checkKey(key: string, attributes: ObjectAttributes = {}): void {
    this.#buckets.checkKey(key, attributes);
  }

  async stage(
    bucket: string,
    body: ReadableStream<Uint8Array>,
    options: TransferOptions = {},
  ): Promise<Staged> {
    await refuseBody(bucket, body);
    return await this.#buckets.stage(bucket, body, options);
  }

  async stagePart(
    bucket: string,
    body: ReadableStream<Uint8Array>,
    options: TransferOptions = {},
  ): Promise<Recipe> {
    await refuseBody(bucket, body);
    return await this.#buckets.stagePart(bucket, body, options);
  }

  /** Of a repo's file that is not in Xet the bytes are stored for the bucket that the part is for. */
  async slice(
    bucket: string,
    content: ContentRef,
    range?: ByteRange,
    target: string = bucket,
  ): Promise<Recipe> {
    if (!isRepoBucket(bucket)) return await this.#buckets.slice(bucket, content, range);
    if (content.place === undefined) return this.#repos.slice(bucket, content, range);
    const body = this.#repos.read(bucket, content, range && { range });
    return await this.stagePart(target, body);
  }

  async compose(
    bucket: string,
    recipes: readonly Recipe[],
    options: TransferOptions = {},
  ): Promise<Staged> {
    refuseRepo(bucket);
    return await this.#buckets.compose(bucket, recipes, options);
  }

  async commit(bucket: string, entries: readonly CommitEntry[]): Promise<readonly CommitResult[]> {
    refuseRepo(bucket);
    const ready = await Promise.all(entries.map((entry) => this.#withoutRepos(bucket, entry)));
    const results = await this.#commitEach(bucket, ready);
    return await Promise.all(results.map(async (result, index) => {
      const entry = entries[index];
      return entry?.kind === "copy" && result.kind === "failed" && isRefusedCopy(result.error)
        ? await this.#commitBytes(bucket, entry)
        : result;
    }));
  }

  /** A refusal of the whole call, for the sake of its copies perhaps, is one of each entry. */
  async #commitEach(
    bucket: string,
    entries: readonly CommitEntry[],
  ): Promise<readonly CommitResult[]> {
    try {
      return await this.#buckets.commit(bucket, entries);
    } catch (error) {
      if (!(error instanceof Error) || !isRefusedCopy(error)) throw error;
      return entries.map(() => ({ kind: "failed", error }));
    }
  }

  /** A copy that the Hub refuses, such as one from another region, by its bytes; the parts of the source stay behind. */
  async #commitBytes(
    bucket: string,
    entry: Extract<CommitEntry, { readonly kind: "copy" }>,
  ): Promise<CommitResult> {
    const { source, withoutParts: _, ...rest } = entry;
    try {
      const body = this.read(source.bucket, source.object.content);
      const { content } = await this.#buckets.stage(bucket, body);
      const [result] = await this.#buckets.commit(bucket, [{ ...rest, kind: "put", content }]);
      return result ?? { kind: "failed", error: new TypeError("A commit without a result") };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { kind: "failed", error };
    }
  }

  /**
   * A copy out of a repo as a write: by reference where the file is in Xet, else its bytes are stored first. What a commit holds never changes,
   * so the source is not looked at again.
   */
  async #withoutRepos(bucket: string, entry: CommitEntry): Promise<CommitEntry> {
    if (entry.kind !== "copy" || !isRepoBucket(entry.source.bucket)) return entry;
    const { source, withoutParts: _, ...rest } = entry;
    const { content } = source.object;
    if (content.place === undefined) {
      return { ...rest, kind: "put", content, from: bucketOf(source.bucket).repo };
    }
    const staged = await this.#buckets.stage(bucket, this.#repos.read(source.bucket, content));
    return { ...rest, kind: "put", content: staged.content };
  }
}

const isRefusedCopy = (error: Error): boolean => refusesCopy(error) || refusesCopy(error.cause);

function refuseRepo(bucket: string): void {
  if (isRepoBucket(bucket)) throw new StoreError("denied", `${bucket} can only be read`);
}

/** Whoever takes a stream finishes or cancels it. */
async function refuseBody(bucket: string, body: ReadableStream<Uint8Array>): Promise<void> {
  try {
    refuseRepo(bucket);
  } catch (error) {
    await body.cancel(error);
    throw error;
  }
}
