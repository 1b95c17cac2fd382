import { S3Error } from "../errors/s3_error.ts";
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
} from "../store/object_store.ts";
import type { Need, Rights } from "./rights.ts";

/**
 * A store in which nothing can be done that is not permitted. The rules of operations (`operation_rules.ts`) refuse first, and before anything
 * costs a call; this is what holds if one of them should forget something. A key of a batch that is not permitted fails alone.
 */
export class GuardedStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #rights: Rights;

  /**
   * @param store The store.
   * @param rights What is permitted.
   */
  constructor(store: ObjectStore, rights: Rights) {
    this.#store = store;
    this.#rights = rights;
  }

  owner(): Promise<{ readonly id: string; readonly name: string }> {
    return this.#store.owner();
  }

  async listBuckets(): Promise<readonly StoreBucket[]> {
    const all = await this.#store.listBuckets();
    return all.filter(({ name }) => this.#rights.permits({ kind: "see", bucket: name }));
  }

  async createBucket(bucket: string): Promise<"created" | "existed"> {
    this.#require({ kind: "write-bucket", bucket });
    return await this.#store.createBucket(bucket);
  }

  canonicalName(bucket: string): Promise<string> {
    return this.#store.canonicalName(bucket);
  }

  async statBucket(bucket: string): Promise<StoreBucket> {
    this.#require({ kind: "see", bucket });
    return await this.#store.statBucket(bucket);
  }

  async deleteBucket(bucket: string): Promise<void> {
    this.#require({ kind: "write-bucket", bucket });
    await this.#store.deleteBucket(bucket);
  }

  async bucketSettings(bucket: string, options?: BucketSettingsOptions): Promise<BucketSettings> {
    this.#require({ kind: "read-bucket", bucket });
    return await this.#store.bucketSettings(bucket, options);
  }

  async updateBucketSettings(
    bucket: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): Promise<void> {
    this.#require({ kind: "write-bucket", bucket });
    await this.#store.updateBucketSettings(bucket, change);
  }

  async stat(
    bucket: string,
    keys: readonly string[],
    options?: StatOptions,
  ): Promise<readonly (StoredObject | undefined)[]> {
    this.#require({ kind: "see", bucket });
    for (const key of keys) this.#require({ kind: "read", bucket, key });
    return await this.#store.stat(bucket, keys, options);
  }

  async parts(bucket: string, object: StoredObject): Promise<readonly ObjectPart[]> {
    this.#require({ kind: "read", bucket, key: object.key });
    return await this.#store.parts(bucket, object);
  }

  list(bucket: string, query: ListQuery): AsyncIterable<ListEntry> {
    this.#require({ kind: "list", bucket, prefix: query.prefix });
    return this.#store.list(bucket, query);
  }

  read(bucket: string, content: ContentRef, options?: ReadOptions): ReadableStream<Uint8Array> {
    this.#require({ kind: "see", bucket });
    return this.#store.read(bucket, content, options);
  }

  async locate(
    bucket: string,
    object: StoredObject,
    options?: TransferOptions,
  ): Promise<string | undefined> {
    this.#require({ kind: "read", bucket, key: object.key });
    return await this.#store.locate(bucket, object, options);
  }

  checkKey(key: string, attributes?: ObjectAttributes): void {
    this.#store.checkKey(key, attributes);
  }

  async stage(
    bucket: string,
    body: ReadableStream<Uint8Array>,
    options?: TransferOptions,
  ): Promise<Staged> {
    await this.#requireForBody(bucket, body);
    return await this.#store.stage(bucket, body, options);
  }

  async stagePart(
    bucket: string,
    body: ReadableStream<Uint8Array>,
    options?: TransferOptions,
  ): Promise<Recipe> {
    await this.#requireForBody(bucket, body);
    return await this.#store.stagePart(bucket, body, options);
  }

  async slice(
    bucket: string,
    content: ContentRef,
    range?: ByteRange,
    target: string = bucket,
  ): Promise<Recipe> {
    this.#require({ kind: "see", bucket });
    this.#require({ kind: "write-some", bucket: target });
    return await this.#store.slice(bucket, content, range, target);
  }

  async compose(
    bucket: string,
    recipes: readonly Recipe[],
    options?: TransferOptions,
  ): Promise<Staged> {
    this.#require({ kind: "write-some", bucket });
    return await this.#store.compose(bucket, recipes, options);
  }

  async commit(bucket: string, entries: readonly CommitEntry[]): Promise<readonly CommitResult[]> {
    this.#require({ kind: "write-some", bucket });
    const permitted = entries.filter((entry) => this.#permits(bucket, entry));
    if (permitted.length === entries.length) return await this.#store.commit(bucket, entries);
    const done = permitted.length === 0 ? [] : await this.#store.commit(bucket, permitted);
    const results = done.values();
    return entries.map((entry): CommitResult => {
      const result = this.#permits(bucket, entry) ? results.next().value : undefined;
      return result ?? { kind: "failed", error: new S3Error("AccessDenied") };
    });
  }

  #permits(bucket: string, entry: CommitEntry): boolean {
    if (!this.#rights.permits({ kind: "write", bucket, key: entry.key })) return false;
    if (entry.kind !== "copy") return true;
    const { source } = entry;
    return this.#rights.permits({ kind: "read", bucket: source.bucket, key: source.object.key });
  }

  #require(need: Need): void {
    if (!this.#rights.permits(need)) throw new S3Error("AccessDenied");
  }

  /** Whoever takes a stream finishes or cancels it. */
  async #requireForBody(bucket: string, body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      this.#require({ kind: "write-some", bucket });
    } catch (error) {
      await body.cancel(error);
      throw error;
    }
  }
}
