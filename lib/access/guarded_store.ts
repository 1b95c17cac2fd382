import { S3Error } from "../errors/s3_error.ts";
import type { CommitEntry, CommitResult, ObjectStore } from "../store/object_store.ts";
import type { Need, Rights } from "./rights.ts";

/**
 * A store in which nothing can be done that is not permitted. The rules of operations (`operation_rules.ts`) refuse first, and before anything
 * costs a call; this is what holds if one of them should forget something, and what decides about each key of a batch: one that is not
 * permitted fails alone. A method of {@linkcode ObjectStore} that is not here does not compile.
 *
 * @param store The store.
 * @param rights What is permitted.
 */
export function guardStore(store: ObjectStore, rights: Rights): ObjectStore {
  const need = (...needs: readonly Need[]): void => {
    if (!needs.every((each) => rights.permits(each))) throw new S3Error("AccessDenied");
  };

  /** Whoever takes a stream finishes or cancels it. */
  const needForBody = async (bucket: string, body: ReadableStream<Uint8Array>): Promise<void> => {
    try {
      need({ kind: "write-some", bucket });
    } catch (error) {
      await body.cancel(error);
      throw error;
    }
  };

  const permitsEntry = (bucket: string, entry: CommitEntry): boolean => {
    if (!rights.permits({ kind: "write", bucket, key: entry.key })) return false;
    if (entry.kind !== "copy") return true;
    const { source } = entry;
    return rights.permits({ kind: "read", bucket: source.bucket, key: source.object.key });
  };

  return {
    owner: () => store.owner(),
    canonicalName: (bucket) => store.canonicalName(bucket),
    checkKey: (key, attributes) => store.checkKey(key, attributes),

    async listBuckets() {
      const all = await store.listBuckets();
      return all.filter(({ name }) => rights.permits({ kind: "see", bucket: name }));
    },

    async createBucket(bucket) {
      need({ kind: "write-bucket", bucket });
      return await store.createBucket(bucket);
    },

    async statBucket(bucket) {
      need({ kind: "see", bucket });
      return await store.statBucket(bucket);
    },

    async deleteBucket(bucket) {
      need({ kind: "write-bucket", bucket });
      await store.deleteBucket(bucket);
    },

    async bucketSettings(bucket, options) {
      need({ kind: "read-bucket", bucket });
      return await store.bucketSettings(bucket, options);
    },

    async updateBucketSettings(bucket, change) {
      need({ kind: "write-bucket", bucket });
      await store.updateBucketSettings(bucket, change);
    },

    async stat(bucket, keys, options) {
      need({ kind: "see", bucket }, ...keys.map((key) => ({ kind: "read" as const, bucket, key })));
      return await store.stat(bucket, keys, options);
    },

    async parts(bucket, object) {
      need({ kind: "read", bucket, key: object.key });
      return await store.parts(bucket, object);
    },

    list(bucket, query) {
      need({ kind: "list", bucket, prefix: query.prefix });
      return store.list(bucket, query);
    },

    read(bucket, content, options) {
      need({ kind: "see", bucket });
      return store.read(bucket, content, options);
    },

    async locate(bucket, object, options) {
      need({ kind: "read", bucket, key: object.key });
      return await store.locate(bucket, object, options);
    },

    async stage(bucket, body, options) {
      await needForBody(bucket, body);
      return await store.stage(bucket, body, options);
    },

    async stagePart(bucket, body, options) {
      await needForBody(bucket, body);
      return await store.stagePart(bucket, body, options);
    },

    async slice(bucket, content, range, target = bucket) {
      need({ kind: "see", bucket }, { kind: "write-some", bucket: target });
      return await store.slice(bucket, content, range, target);
    },

    async compose(bucket, recipes, options) {
      need({ kind: "write-some", bucket });
      return await store.compose(bucket, recipes, options);
    },

    async commit(bucket, entries) {
      need({ kind: "write-some", bucket });
      const permitted = entries.filter((entry) => permitsEntry(bucket, entry));
      const done = permitted.length === 0 ? [] : await store.commit(bucket, permitted);
      const results = done.values();
      return entries.map((entry): CommitResult => {
        const result = permitsEntry(bucket, entry) ? results.next().value : undefined;
        return result ?? { kind: "failed", error: new S3Error("AccessDenied") };
      });
    },
  };
}
