import { S3Error } from "../errors/s3_error.ts";
import type { ExpectedOwners } from "../s3/expected_owner.ts";
import type { ObjectStore } from "../store/object_store.ts";

/**
 * Refuses a request whose client takes the buckets for somebody else's. All buckets have one owner: the one that
 * ListBuckets and access control lists show.
 *
 * @throws {S3Error} AccessDenied. A missing bucket outranks it (`StoreError`).
 */
export async function requireExpectedOwner(
  store: Pick<ObjectStore, "owner" | "statBucket">,
  { bucket, ids }: ExpectedOwners,
): Promise<void> {
  const { id } = await store.owner();
  if (ids.every((expected) => expected === id)) return;
  await store.statBucket(bucket);
  throw new S3Error("AccessDenied");
}
