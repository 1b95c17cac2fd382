import type { CommitEntry, ObjectStore, StoredObject } from "../store/object_store.ts";
import { nameCondition } from "./write_condition.ts";

/** Commits a single write and returns the object as stored; throws what kept it from being stored. */
export async function commitOne(
  store: ObjectStore,
  bucket: string,
  entry: Exclude<CommitEntry, { readonly kind: "delete" }>,
): Promise<StoredObject> {
  const [result] = await store.commit(bucket, [entry]);
  if (result?.kind === "failed") throw nameCondition(result.error, entry.condition);
  if (result?.kind !== "stored") {
    throw new Error(`The store answered a ${entry.kind} with ${result?.kind ?? "nothing"}`);
  }
  return result.object;
}
