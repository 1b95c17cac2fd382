import { createHash } from "node:crypto";
import { StoreError } from "../../lib/errors/store_error.ts";
import { compareUtf8 } from "../../lib/flow/utf8_order.ts";
import type {
  ByteRange,
  CommitEntry,
  CommitResult,
  ContentRef,
  ListEntry,
  ListQuery,
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
    this.#buckets.set(bucket, { about, objects: new Map() });
    return Promise.resolve("created");
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
    this.#buckets.delete(bucket);
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
      if (end < 0) yield { kind: "object", object };
      else if (name !== group) yield { kind: "prefix", prefix: group = name };
    }
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

  async compose(bucket: string, recipes: readonly Recipe[]): Promise<Recipe> {
    await this.#found(bucket);
    const parts = recipes.map(({ content }) => this.#bytes(content.hash));
    return this.#keep(new Uint8Array(await new Blob(parts.map((part) => part.slice())).bytes()));
  }

  async commit(bucket: string, entries: readonly CommitEntry[]): Promise<readonly CommitResult[]> {
    this.calls.push(`commit ${bucket}`);
    const { objects } = await this.#found(bucket);
    return entries.map((entry) => {
      const error = failedCondition(objects.get(entry.key), entry);
      return error ? { kind: "failed", error } : this.#apply(objects, entry);
    });
  }

  #apply(objects: Map<string, StoredObject>, entry: CommitEntry): CommitResult {
    if (entry.kind === "delete") {
      objects.delete(entry.key);
      return { kind: "deleted" };
    }
    const content = entry.kind === "put" ? entry.content : entry.source.object.content;
    const object: StoredObject = {
      key: entry.key,
      content,
      etag: `${content.hash.slice(0, 32)}-1`,
      lastModified: this.#now(),
      attributes: entry.attributes,
    };
    objects.set(entry.key, object);
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
    const found = this.#buckets.get(bucket);
    if (found === undefined) throw new StoreError("no_such_bucket", `No bucket ${bucket}`);
    return found;
  }
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
    case "etag": {
      if (current === undefined) return new StoreError("no_such_key", `No key ${key}`);
      return condition.kind === "exists" || condition.etags.includes(current.etag)
        ? undefined
        : failed;
    }
    case "other-etag":
      return current !== undefined && condition.etags.includes(current.etag) ? failed : undefined;
    default:
      return condition satisfies never;
  }
}
