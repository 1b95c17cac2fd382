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

/** The error document names the header that did not hold; some clients tell two cases apart by it. */
function withCondition(error: Error, condition: WriteCondition | undefined): Error {
  if (!(error instanceof StoreError) || error.kind !== "precondition_failed") return error;
  const isNoneMatch = condition?.kind === "absent" || condition?.kind === "other-etag";
  return new S3Error("PreconditionFailed", {
    fields: { Condition: isNoneMatch ? "If-None-Match" : "If-Match" },
    cause: error,
  });
}
