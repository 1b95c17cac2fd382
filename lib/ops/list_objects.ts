import { S3Error } from "../errors/s3_error.ts";
import type { ListObjectsInput, ListObjectsOutput } from "../s3/operations.ts";
import type { ListEntry, ObjectStore } from "../store/object_store.ts";
import {
  type Continuation,
  type ContinuationScope,
  readContinuation,
  writeContinuation,
} from "./continuation.ts";
import type { OperationContext } from "./context.ts";

/** ListObjects and ListObjectsV2: one page of keys and common prefixes in UTF-8 byte order. */
export async function listObjects(
  { store, seal }: OperationContext,
  input: ListObjectsInput,
): Promise<ListObjectsOutput> {
  const scope = { bucket: input.bucket, seal };
  const page = await readPage(store, input, startOf(input, scope));
  const last = page.entries.at(-1);
  const showOwner = input.version === 1 || input.fetchOwner;
  return {
    request: input,
    entries: page.entries,
    truncated: page.truncated,
    ...(page.truncated && last && {
      nextMarker: nameOf(last),
      nextContinuationToken: writeContinuation({
        after: nameOf(last),
        ...(last.cursor !== undefined && { cursor: last.cursor }),
      }, scope),
    }),
    ...(showOwner && { owner: await store.owner() }),
  };
}

async function readPage(
  store: ObjectStore,
  input: ListObjectsInput,
  start: Partial<Continuation>,
): Promise<{ readonly entries: readonly ListEntry[]; readonly truncated: boolean }> {
  if (input.maxKeys === 0) {
    await store.statBucket(input.bucket);
    return { entries: [], truncated: false };
  }
  const entries: ListEntry[] = [];
  const listing = store.list(input.bucket, {
    prefix: input.prefix,
    ...(input.delimiter !== undefined && { delimiter: input.delimiter }),
    ...start,
  });
  for await (const entry of listing) {
    if (entries.length === input.maxKeys) return { entries, truncated: true };
    entries.push(entry);
  }
  return { entries, truncated: false };
}

/** A continuation token wins over start-after (AWS, ListObjectsV2: "StartAfter"). */
function startOf(input: ListObjectsInput, scope: ContinuationScope): Partial<Continuation> {
  if (input.version === 1) return input.marker ? { after: input.marker } : {};
  if (input.continuationToken === undefined) {
    return input.startAfter ? { after: input.startAfter } : {};
  }
  const continuation = readContinuation(input.continuationToken, scope);
  if (continuation === undefined) {
    throw new S3Error("InvalidArgument", {
      message: "The continuation token provided is incorrect",
      fields: { ArgumentName: "continuation-token", ArgumentValue: input.continuationToken },
    });
  }
  return continuation;
}

const nameOf = (entry: ListEntry): string =>
  entry.kind === "object" ? entry.object.key : entry.prefix;
