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
  ObjectAttributes,
  ObjectPart,
  Recipe,
  Staged,
  StoredObject,
  WriteCondition,
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
export function stage(store: BucketObjectStore, bytes: Uint8Array | string): Promise<Staged> {
  return store.stage(BUCKET, bodyOf(bytes));
}

/** The same as a part. */
export function stagePart(store: BucketObjectStore, bytes: Uint8Array): Promise<Recipe> {
  return store.stagePart(BUCKET, bodyOf(bytes));
}

function bodyOf(bytes: Uint8Array | string): ReadableStream<Uint8Array> {
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      if (data.length > 0) controller.enqueue(data);
      controller.close();
    },
  });
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

/** Stores an object with attributes; throws what kept it from being stored. */
export async function putWith(
  store: BucketObjectStore,
  key: string,
  bytes: string,
  attributes: ObjectAttributes,
  more: { readonly parts?: readonly ObjectPart[]; readonly condition?: WriteCondition } = {},
): Promise<StoredObject> {
  const { content } = await stage(store, bytes);
  const result = await commitOne(store, { kind: "put", key, content, attributes, ...more });
  if (result.kind === "stored") return result.object;
  throw result.kind === "failed" ? result.error : new TypeError("Not stored");
}

/** What a key holds. */
export async function statOne(
  store: BucketObjectStore,
  key: string,
  bucket = BUCKET,
): Promise<StoredObject | undefined> {
  return (await store.stat(bucket, [key]))[0];
}

/** The paths of all files of the bucket that begin with a text, as other tools see them. */
export async function rawPaths(buckets: BucketClient, prefix = ""): Promise<string[]> {
  const items = await Array.fromAsync(buckets.listTree(BUCKET_ID, { prefix, recursive: true }));
  return items.map(({ path }) => path);
}

/** Writes a file as another tool does: without a word to the gateway. */
export async function writeRaw(
  buckets: BucketClient,
  path: string,
  bytes: string,
  mtime = Date.now(),
): Promise<void> {
  const { hash } = await buckets.upload(BUCKET_ID, new Blob([bytes]).stream());
  const [outcome] = await buckets.commit(BUCKET_ID, [
    { type: "addFile", path, xetHash: hash, mtime },
  ]);
  if (outcome?.kind !== "applied") throw new TypeError(`${path} was not written`);
}

/**
 * A `fetch` whose Hub refuses some operations of batches: those with `refuses`. What it
 * refuses is not applied, the rest is.
 */
export function refusingFetch(refuses: (line: string) => boolean): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.endsWith("/batch")) return await fetch(request);
    const lines = (await request.text()).trim().split("\n");
    const refused = lines.filter(refuses);
    const passed = lines.filter((line) => !refused.includes(line));
    const failed = refused.map((line) => ({ path: JSON.parse(line).path, error: "Refused" }));
    const answer = passed.length === 0 ? undefined : await sendLines(request, passed);
    if (refused.length === 0 || answer?.status === 503) return answer ?? Response.error();
    const reply: BatchReply = await answer?.json() ?? { succeeded: 0, failed: [] };
    const body = { ...reply, success: false, failed: [...reply.failed, ...failed] };
    return Response.json(body);
  };
}

interface BatchReply {
  readonly succeeded: number;
  readonly failed: readonly { readonly path: string; readonly error: string }[];
}

function sendLines({ url, headers }: Request, lines: readonly string[]): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: {
      "Authorization": headers.get("Authorization") ?? "",
      "Content-Type": "application/x-ndjson",
    },
    body: lines.join("\n"),
  });
}

/** Another gateway on the same hub: nothing is shared but what the bucket holds. */
export async function withOther(
  { hub, locks }: StoreUnderTest,
  test: (store: BucketObjectStore, buckets: BucketClient) => Promise<void>,
  options: Partial<BucketObjectStoreOptions> & { readonly fetch?: typeof fetch } = {},
): Promise<void> {
  const { fetch, ...storeOptions } = options;
  const buckets = new BucketClient({
    token: hub.token,
    endpoint: hub.url,
    retry: { attempts: 2, baseMs: 1, maxMs: 2 },
    sleep: () => Promise.resolve(),
    ...(fetch && { fetch }),
  });
  try {
    await test(new BucketObjectStore({ buckets, locks, ...storeOptions }), buckets);
  } finally {
    await buckets.close();
  }
}
