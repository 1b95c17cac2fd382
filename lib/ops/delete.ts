import { S3Error } from "../errors/s3_error.ts";
import { StoreError } from "../errors/store_error.ts";
import { toS3Error } from "../errors/to_s3_error.ts";
import type { DeleteObjectsOutput } from "../s3/operations.ts";
import type { CommitEntry } from "../store/object_store.ts";
import type { OperationHandler } from "./context.ts";
import { deleteCondition, nameCondition } from "./write_condition.ts";

/** DeleteObject: a key that was never there is deleted too (S3 API reference, DeleteObject). */
export const deleteObject: OperationHandler<"DeleteObject"> = async ({ store }, input) => {
  const given = deleteCondition(input.conditions);
  const [result] = await store.commit(input.bucket, [
    { kind: "delete", key: input.key, ...given },
  ]);
  if (result?.kind !== "failed" || isMissingKey(result.error)) return;
  throw nameCondition(result.error, given.condition);
};

/** DeleteObjects: one batch, one answer per entry. */
export const deleteObjects: OperationHandler<"DeleteObjects"> = async ({ store }, input) => {
  const entries = input.objects
    .filter(({ versionId }) => isCurrentVersion(versionId))
    .map(({ key, conditions = {} }): CommitEntry => ({
      kind: "delete",
      key,
      ...deleteCondition(conditions),
    }));
  // A commit of nothing would not notice that the bucket is missing.
  if (entries.length === 0) await store.statBucket(input.bucket);
  const results = (await store.commit(input.bucket, entries)).values();
  return {
    quiet: input.quiet,
    results: input.objects.map(({ key, versionId }) => {
      const named = { key, ...(versionId !== undefined && { versionId }) };
      if (!isCurrentVersion(versionId)) {
        return { ...named, ...failure(new S3Error("NoSuchVersion")) };
      }
      const result = results.next().value;
      return result?.kind === "failed" && !isMissingKey(result.error)
        ? { ...named, ...failure(toS3Error(result.error)) }
        : { ...named, kind: "deleted" };
    }),
  };
};

/** Without versioning `null` names the only version there is. */
const isCurrentVersion = (versionId: string | undefined): boolean =>
  versionId === undefined || versionId === "null";

/** A condition on a key that is not there: there is nothing to delete, so the delete is done. */
const isMissingKey = (error: Error): boolean =>
  error instanceof StoreError && error.kind === "no_such_key";

const failure = (error: S3Error) =>
  ({ kind: "error", code: error.code, message: error.message }) satisfies Partial<
    DeleteObjectsOutput["results"][number]
  >;
