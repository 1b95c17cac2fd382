import { S3Error } from "../errors/s3_error.ts";
import { StoreError } from "../errors/store_error.ts";
import type {
  CommitEntry,
  ObjectStore,
  StoredObject,
  WriteCondition,
} from "../store/object_store.ts";

/** Commits a single write and returns the object as stored; throws what kept it from being stored. */
export async function commitOne(
  store: ObjectStore,
  bucket: string,
  entry: Exclude<CommitEntry, { readonly kind: "delete" }>,
): Promise<StoredObject> {
  const [result] = await store.commit(bucket, [entry]);
  if (result?.kind === "failed") throw withCondition(result.error, entry.condition);
  if (result?.kind !== "stored") {
    throw new Error(`The store answered a ${entry.kind} with ${result?.kind ?? "nothing"}`);
  }
  return result.object;
}

/**
 * What kept a write from being done, as its error document tells it: it names the header that did not hold, by which
 * some clients tell two cases apart.
 *
 * @param error What the store said.
 * @param condition The condition of the write.
 */
export function withCondition(error: Error, condition: WriteCondition | undefined): Error {
  if (!(error instanceof StoreError) || error.kind !== "precondition_failed") return error;
  const isNoneMatch = condition?.kind === "absent" || condition?.kind === "other-etag";
  return new S3Error("PreconditionFailed", {
    fields: { Condition: isNoneMatch ? "If-None-Match" : "If-Match" },
    cause: error,
  });
}
