/** `POST /v1/shards` and `POST /v2/shards`: the same work, told at the end or while it goes on. */

import { printHash } from "../../xet/hash/hash.ts";
import { chunkHash } from "../../xet/hash/tree.ts";
import type { BlobFiles } from "../storage/blob_files.ts";
import { BodyReader } from "./body_reader.ts";
import { CasError, refused } from "./cas_error.ts";
import type { FileStore } from "./file_store.ts";
import { checkShard, type TableOf } from "./shard_checks.ts";
import { registerShard } from "./shard_registration.ts";
import { MAX_SHARD_BYTES, readShard, type Shard } from "./shard_reader.ts";
import { checkShape, withHashes } from "./shard_shape_checks.ts";
import type { XorbStore } from "./xorb_store.ts";
import type { XorbTable } from "./xorb_table.ts";

/**
 * How long checking goes on before others may run, and a line of progress is due, in milliseconds.
 */
const STEP_MILLISECONDS = 100;

/** What shards are checked against and registered in. */
export interface ShardTarget {
  readonly xorbs: XorbStore;
  readonly files: FileStore;
  /** Where the shards themselves are kept. */
  readonly shardFiles: BlobFiles;
  /** Whether hashes are checked. */
  readonly verify: boolean;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told of failures that are not the client's. */
  readonly onError: (error: unknown) => void;
}

/** A line of the answer to `POST /v2/shards`. */
type ShardEvent =
  | { readonly type: "validating"; readonly verified: number; readonly total: number }
  | { readonly type: "committing"; readonly stage: "uploading" | "syncing" }
  | { readonly type: "result"; readonly result: 0 | 1; readonly shard_hash: string }
  | { readonly type: "error"; readonly message: string; readonly retryable: boolean };

/** Reads a shard from a request. Throws a 400 when it is too large or malformed. */
export async function receiveShard(body: ReadableStream<Uint8Array> | null): Promise<Shard> {
  if (body === null) throw refused("Not a shard");
  const reader = new BodyReader(body);
  const bytes = await reader.take(MAX_SHARD_BYTES + 1);
  if (bytes.length > MAX_SHARD_BYTES) {
    await reader.drain(2 * MAX_SHARD_BYTES);
    throw refused("The shard is larger than 64 MiB");
  }
  return readShard(bytes);
}

/** Checks and registers a shard; the answer of `/v1/shards`. */
export async function uploadShard(shard: Shard, target: ShardTarget): Promise<Response> {
  for await (const event of shardEvents(shard, target)) {
    if (event.type === "result") {
      return Response.json({ result: event.result, shard_hash: event.shard_hash });
    }
  }
  throw new TypeError("A shard upload always ends in a result");
}

/**
 * Checks and registers a shard while the answer of `/v2/shards` is read: one JSON object a line,
 * the last one a result or an error.
 */
export function uploadShardStreaming(shard: Shard, target: ShardTarget): Response {
  const events = shardEvents(shard, target);
  const encoder = new TextEncoder();
  const lines = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const line = (event: ShardEvent): void =>
        controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
      try {
        const { value, done } = await events.next();
        if (done) controller.close();
        else line(value);
      } catch (error) {
        line(failure(error, target));
        controller.close();
      }
    },
    async cancel() {
      await events.return(undefined);
    },
  }, { highWaterMark: 0 });
  return new Response(lines, {
    headers: { "content-type": "application/x-ndjson", "cache-control": "no-cache" },
  });
}

function failure(error: unknown, target: ShardTarget): ShardEvent {
  if (error instanceof CasError) {
    return { type: "error", message: error.message, retryable: error.status >= 500 };
  }
  target.onError(error);
  return { type: "error", message: "The shard could not be registered", retryable: true };
}

async function* shardEvents(
  shard: Shard,
  target: ShardTarget,
): AsyncGenerator<ShardEvent, undefined> {
  const total = shard.files.length;
  yield { type: "validating", verified: 0, total };
  const steps = target.verify
    ? checkShard(shard, target.xorbs.table)
    : checkShape(shard, target.xorbs.table);
  let last = target.now();
  for (const verified of steps) {
    if (target.now() - last < STEP_MILLISECONDS) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    yield { type: "validating", verified, total };
    last = target.now();
  }
  yield { type: "validating", verified: total, total };
  yield { type: "committing", stage: "uploading" };
  const hash = printHash(chunkHash(shard.bytes));
  await keep(shard.bytes, hash, target.shardFiles);
  const inserted = register(shard, hash, target);
  yield { type: "committing", stage: "syncing" };
  yield { type: "result", result: inserted ? 1 : 0, shard_hash: hash };
}

/** The shard as it was sent: from these and the xorbs the index could be made anew. */
async function keep(bytes: Uint8Array, hash: string, shardFiles: BlobFiles): Promise<void> {
  if (await shardFiles.size(hash) !== undefined) return;
  const writer = await shardFiles.begin();
  await writer.write(bytes);
  await writer.commit(hash);
}

function register(shard: Shard, hash: string, { xorbs, files, verify }: ShardTarget): boolean {
  if (verify) return registerShard(shard, hash, files, xorbs.table, () => {});
  // Unverified uploads left the chunk hashes open; they are what the shard says.
  const told = new Map<string, XorbTable>();
  for (const xorb of shard.xorbs) {
    const name = printHash(xorb.hash);
    const table = xorbs.table(name);
    if (table !== undefined) told.set(name, withHashes(table, xorb));
  }
  const tableOf: TableOf = (hash) => told.get(hash) ?? xorbs.table(hash);
  return registerShard(shard, hash, files, tableOf, () => {
    for (const [hash, table] of told) xorbs.replaceTable(hash, table);
  });
}
