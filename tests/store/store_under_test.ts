import { BucketClient } from "../../lib/buckets/bucket_client.ts";
import { createEmbeddedHub, type EmbeddedHub } from "../../lib/create_embedded_hub.ts";
import { MemoryKeyLocks } from "../../lib/flow/key_locks.ts";
import {
  BucketObjectStore,
  type BucketObjectStoreOptions,
} from "../../lib/store/bucket_object_store.ts";
import type {
  CommitEntry,
  CommitResult,
  ListQuery,
  Recipe,
  StoredObject,
} from "../../lib/store/object_store.ts";

/** The bucket that tests begin with. */
export const BUCKET = "test-bucket";
/** Its id on the Hub. */
export const BUCKET_ID = "alice/test-bucket";

/** A store on an embedded hub, with what tests look at. */
export interface StoreUnderTest {
  readonly hub: EmbeddedHub;
  readonly buckets: BucketClient;
  readonly locks: MemoryKeyLocks;
  readonly store: BucketObjectStore;
}

/** Runs a test on a store over an embedded hub, over HTTP, with one empty bucket; closes both. */
export async function withStore(
  test: (made: StoreUnderTest) => Promise<void>,
  options: Partial<BucketObjectStoreOptions> = {},
): Promise<void> {
  const hub = await createEmbeddedHub({
    users: [
      { name: "alice", token: "hf_alice", orgs: ["acme"] },
      { name: "bob", token: "hf_bob" },
    ],
  });
  const buckets = new BucketClient({
    token: hub.token,
    endpoint: hub.url,
    retry: { attempts: 2, baseMs: 1, maxMs: 2 },
    sleep: () => Promise.resolve(),
  });
  try {
    const locks = new MemoryKeyLocks();
    const store = new BucketObjectStore({ buckets, locks, ...options });
    await store.createBucket(BUCKET);
    await test({ hub, buckets, locks, store });
  } finally {
    await buckets.close();
    await hub.close();
  }
}

/** Stores bytes that no key names yet. */
export function stage(store: BucketObjectStore, bytes: Uint8Array | string): Promise<Recipe> {
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (data.length > 0) controller.enqueue(data);
      controller.close();
    },
  });
  return store.stage(BUCKET, body);
}

/** Commits one entry. */
export async function commitOne(
  store: BucketObjectStore,
  entry: CommitEntry,
): Promise<CommitResult> {
  const [result] = await store.commit(BUCKET, [entry]);
  if (result === undefined) throw new TypeError("No result");
  return result;
}

/** Stores an object; throws what kept it from being stored. */
export async function put(
  store: BucketObjectStore,
  key: string,
  bytes: Uint8Array | string = key,
): Promise<StoredObject> {
  const { content } = await stage(store, bytes);
  const result = await commitOne(store, { kind: "put", key, content, attributes: {} });
  if (result.kind === "stored") return result.object;
  throw result.kind === "failed" ? result.error : new TypeError("Not stored");
}

/** The names of a listing's entries, groups in brackets. */
export async function names(
  store: BucketObjectStore,
  query: Partial<ListQuery> = {},
): Promise<string[]> {
  const entries = await Array.fromAsync(store.list(BUCKET, { prefix: "", ...query }));
  return entries.map((entry) => entry.kind === "object" ? entry.object.key : `[${entry.prefix}]`);
}

/** What an object's bytes say. */
export const text = (store: BucketObjectStore, object: StoredObject): Promise<string> =>
  new Response(store.read(BUCKET, object.content)).text();
