import { createHash } from "node:crypto";
import { StoreError } from "../../lib/errors/store_error.ts";
import { compareUtf8 } from "../../lib/flow/utf8_order.ts";
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
  Recipe,
  StoreBucket,
  StoredObject,
  WriteCondition,
} from "../../lib/store/object_store.ts";

/** Settings of a {@linkcode MemoryStore}. */
export interface MemoryStoreOptions {
  /** The clock. */
  readonly now?: () => Date;
  /** Bytes of each piece that is read. Default 64 KiB. */
  readonly pieceSize?: number;
}

interface Bucket {
  readonly about: StoreBucket;
  readonly objects: Map<string, StoredObject>;
  readonly parts: Map<string, readonly ObjectPart[]>;
  settings: BucketSettings;
}

/** An object store that keeps everything in a map: complete, for tests of what stands on it. */
export class MemoryStore implements ObjectStore {
  readonly #buckets = new Map<string, Bucket>();
  /** Content by hash. */
  readonly #contents = new Map<string, Uint8Array>();
  readonly #now: () => Date;
  readonly #pieceSize: number;
  /** The calls made so far, as `method bucket`. */
  readonly calls: string[] = [];

  constructor({ now = () => new Date(), pieceSize = 64 * 1024 }: MemoryStoreOptions = {}) {
    this.#now = now;
    this.#pieceSize = pieceSize;
  }

  owner() {
    return Promise.resolve({ id: "owner-id", name: "owner" });
  }

  listBuckets(): Promise<readonly StoreBucket[]> {
    this.calls.push("listBuckets");
    const buckets = [...this.#buckets.values()].map(({ about }) => about);
    return Promise.resolve(buckets.sort((a, b) => compareUtf8(a.name, b.name)));
  }

  createBucket(bucket: string): Promise<"created" | "existed"> {
    this.calls.push(`createBucket ${bucket}`);
    if (this.#buckets.has(bucket)) return Promise.resolve("existed");
    const about = { name: bucket, createdAt: this.#now() };
    this.#buckets.set(bucket, {
      about,
      objects: new Map(),
      parts: new Map(),
      settings: {},
    });
    return Promise.resolve("created");
  }

  canonicalName(bucket: string): Promise<string> {
    return Promise.resolve(plainName(bucket));
  }

  async statBucket(bucket: string): Promise<StoreBucket> {
    this.calls.push(`statBucket ${bucket}`);
    return (await this.#found(bucket)).about;
  }

  async deleteBucket(bucket: string): Promise<void> {
    this.calls.push(`deleteBucket ${bucket}`);
    if ((await this.#found(bucket)).objects.size > 0) {
      throw new StoreError("bucket_not_empty", `Bucket ${bucket} holds objects`);
    }
    this.#buckets.delete(plainName(bucket));
  }

  async bucketSettings(
    bucket: string,
    { remembered = false }: BucketSettingsOptions = {},
  ): Promise<BucketSettings> {
    if (remembered) return this.#buckets.get(bucket)?.settings ?? {};
    this.calls.push(`bucketSettings ${bucket}`);
    return (await this.#found(bucket)).settings;
  }

  async updateBucketSettings(
    bucket: string,
    change: (settings: BucketSettings) => BucketSettings,
  ): Promise<void> {
    this.calls.push(`updateBucketSettings ${bucket}`);
    const found = await this.#found(bucket);
    found.settings = change(found.settings);
  }

  async parts(bucket: string, { key, etag }: StoredObject): Promise<readonly ObjectPart[]> {
    this.calls.push(`parts ${bucket}`);
    const { objects, parts } = await this.#found(bucket);
    return objects.get(key)?.etag === etag ? parts.get(key) ?? [] : [];
  }

  async stat(bucket: string, keys: readonly string[]) {
    this.calls.push(`stat ${bucket}`);
    const { objects } = await this.#found(bucket);
    return keys.map((key) => objects.get(key));
  }

  async *list(bucket: string, query: ListQuery): AsyncGenerator<ListEntry> {
    this.calls.push(`list ${bucket}`);
    const { objects } = await this.#found(bucket);
    const { prefix, delimiter, after } = query;
    let group: string | undefined;
    for (const key of [...objects.keys()].sort(compareUtf8)) {
      const object = objects.get(key);
      if (object === undefined || !key.startsWith(prefix)) continue;
      const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
      const name = end < 0 ? key : key.slice(0, end + (delimiter?.length ?? 0));
      if (after !== undefined && compareUtf8(name, after) <= 0) continue;
      if (end < 0) yield { kind: "object", object: asListed(object) };
      else if (name !== group) yield { kind: "prefix", prefix: group = name };
    }
  }

  locate(bucket: string, { key, content }: StoredObject): Promise<string | undefined> {
    this.calls.push(`locate ${bucket}`);
    return Promise.resolve(`https://hub.test/${bucket}/${key}?hash=${content.hash}`);
  }

  read(
    _bucket: string,
    content: ContentRef,
    options: { readonly range?: ByteRange } = {},
  ): ReadableStream<Uint8Array> {
    const bytes = this.#bytes(content.hash);
    const end = options.range ? options.range.last + 1 : bytes.length;
    let at = options.range?.first ?? 0;
    return new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (at >= end) return controller.close();
        const next = Math.min(at + this.#pieceSize, end);
        controller.enqueue(bytes.slice(at, next));
        at = next;
      },
    }, { highWaterMark: 0 });
  }

  checkKey(key: string): void {
    if (!key.includes("//")) return;
    throw new StoreError("bad_key", `A key must not contain "//": ${key}`);
  }

  async stage(bucket: string, body: ReadableStream<Uint8Array>): Promise<Recipe> {
    this.calls.push(`stage ${bucket}`);
    await this.#found(bucket);
    return this.#keep(await new Response(body).bytes());
  }

  stagePart(bucket: string, body: ReadableStream<Uint8Array>): Promise<Recipe> {
    return this.stage(bucket, body);
  }

  async slice(bucket: string, { hash }: ContentRef, range?: ByteRange): Promise<Recipe> {
    await this.#found(bucket);
    const bytes = this.#bytes(hash);
    return this.#keep(range === undefined ? bytes : bytes.slice(range.first, range.last + 1));
  }

  async compose(bucket: string, recipes: readonly Recipe[]): Promise<Recipe> {
    await this.#found(bucket);
    const parts = recipes.map(({ content }) => this.#bytes(content.hash));
    return this.#keep(new Uint8Array(await new Blob(parts.map((part) => part.slice())).bytes()));
  }

  async commit(bucket: string, entries: readonly CommitEntry[]): Promise<readonly CommitResult[]> {
    this.calls.push(`commit ${bucket}`);
    const found = await this.#found(bucket);
    return entries.map((entry) => {
      const error = failedCondition(found.objects.get(entry.key), entry);
      return error ? { kind: "failed", error } : this.#apply(found, entry);
    });
  }

  #apply({ objects, parts }: Bucket, entry: CommitEntry): CommitResult {
    const { key } = entry;
    switch (entry.kind) {
      case "delete":
        objects.delete(key);
        parts.delete(key);
        return { kind: "deleted" };
      case "annotate": {
        const old = objects.get(key);
        if (old === undefined) return failed(new StoreError("no_such_key", `No key ${key}`));
        if (old.content.hash !== entry.content.hash) {
          return failed(new StoreError("conflict", `${key} was overwritten`));
        }
        const object = { ...old, attributes: compact(entry.attributes) };
        objects.set(key, object);
        return { kind: "stored", object };
      }
      case "put":
        setParts(parts, key, entry.parts);
        return this.#write(objects, entry, entry.content);
      case "copy": {
        const { bucket, object } = entry.source;
        const source = this.#buckets.get(bucket);
        const now = source?.objects.get(object.key);
        if (source === undefined || now === undefined) {
          return failed(
            new StoreError(source ? "no_such_key" : "no_such_bucket", `No ${object.key}`),
          );
        }
        if (now.content.hash !== object.content.hash) {
          return failed(new StoreError("conflict", `${object.key} was overwritten`));
        }
        setParts(parts, key, entry.withoutParts ? [] : source.parts.get(object.key));
        return this.#write(objects, entry, object.content);
      }
      default:
        return entry satisfies never;
    }
  }

  #write(
    objects: Map<string, StoredObject>,
    { key, attributes }: { readonly key: string; readonly attributes: ObjectAttributes },
    content: ContentRef,
  ): CommitResult {
    const object: StoredObject = {
      key,
      content,
      etag: `${content.hash.slice(0, 32)}-1`,
      lastModified: this.#now(),
      attributes: compact(attributes),
    };
    objects.set(key, object);
    return { kind: "stored", object };
  }

  #keep(bytes: Uint8Array): Recipe {
    const hash = createHash("sha256").update(bytes).digest("hex");
    this.#contents.set(hash, bytes);
    return { content: { hash, size: bytes.length }, detail: "" };
  }

  #bytes(hash: string): Uint8Array {
    const bytes = this.#contents.get(hash);
    if (bytes === undefined) throw new StoreError("corrupt", `No content ${hash}`);
    return bytes;
  }

  /** As a promise, so that a missing bucket rejects. */
  #found(bucket: string): Promise<Bucket> {
    return Promise.try(() => this.#bucket(bucket));
  }

  #bucket(bucket: string): Bucket {
    const found = this.#buckets.get(plainName(bucket));
    if (found === undefined) throw new StoreError("no_such_bucket", `No bucket ${bucket}`);
    return found;
  }
}

/** The buckets are in the namespace `owner`. */
const plainName = (bucket: string): string => bucket.replace(/^owner--/, "");

const failed = (error: StoreError): CommitResult => ({ kind: "failed", error });

function setParts(
  all: Map<string, readonly ObjectPart[]>,
  key: string,
  parts: readonly ObjectPart[] = [],
): void {
  if (parts.length > 0) all.set(key, parts);
  else all.delete(key);
}

/** Attributes without what says nothing, as a store gives them back. */
function compact({ metadata, tags, ...rest }: ObjectAttributes): ObjectAttributes {
  return {
    ...rest,
    ...(metadata && Object.keys(metadata).length > 0 && { metadata }),
    ...(tags && tags.length > 0 && { tags }),
  };
}

/** A listing has the media type only. */
function asListed(object: StoredObject): StoredObject {
  const { contentType } = object.attributes;
  return { ...object, attributes: contentType === undefined ? {} : { contentType } };
}

function failedCondition(
  current: StoredObject | undefined,
  { key, condition }: { readonly key: string; readonly condition?: WriteCondition },
): StoreError | undefined {
  const failed = new StoreError("precondition_failed", `The condition on ${key} does not hold`);
  switch (condition?.kind) {
    case undefined:
      return undefined;
    case "absent":
      return current === undefined ? undefined : failed;
    case "exists":
    case "etag":
    case "size":
    case "last-modified":
      if (current === undefined) return new StoreError("no_such_key", `No key ${key}`);
      return isAsWanted(current, condition) ? undefined : failed;
    case "all":
      return condition.conditions.map((each) => failedCondition(current, { key, condition: each }))
        .find((error) => error !== undefined);
    case "other-etag":
      return current !== undefined && condition.etags.includes(current.etag) ? failed : undefined;
    default:
      return condition satisfies never;
  }
}

function isAsWanted(
  { etag, content, lastModified }: StoredObject,
  condition: Extract<
    WriteCondition,
    { readonly kind: "exists" | "etag" | "size" | "last-modified" }
  >,
): boolean {
  const second = (time: Date) => Math.floor(time.getTime() / 1000);
  switch (condition.kind) {
    case "exists":
      return true;
    case "etag":
      return condition.etags.includes(etag);
    case "size":
      return condition.size === content.size;
    case "last-modified":
      return second(condition.at) === second(lastModified);
    default:
      return condition satisfies never;
  }
}
