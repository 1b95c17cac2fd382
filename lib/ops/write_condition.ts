import { S3Error } from "../errors/s3_error.ts";
import { StoreError } from "../errors/store_error.ts";
import type { DeleteConditions, WriteConditions } from "../s3/operations.ts";
import type { WriteCondition } from "../store/object_store.ts";

/**
 * The store's form of `If-Match` and `If-None-Match` on a write, to be spread into a commit entry.
 * Throws InvalidRequest for both at once, which S3 does not define.
 */
export function writeCondition(
  { ifMatch, ifNoneMatch }: WriteConditions,
): { readonly condition?: WriteCondition } {
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw new S3Error("InvalidRequest", {
      message: "If-Match and If-None-Match cannot be used together on a write",
    });
  }
  if (ifNoneMatch === "*") return { condition: { kind: "absent" } };
  if (ifNoneMatch !== undefined) return { condition: { kind: "other-etag", etags: ifNoneMatch } };
  if (ifMatch === "*") return { condition: { kind: "exists" } };
  return ifMatch === undefined ? {} : { condition: { kind: "etag", etags: ifMatch } };
}

/** The store's form of the conditions on a delete, to be spread into a commit entry. */
export function deleteCondition(
  conditions: DeleteConditions,
): { readonly condition?: WriteCondition } {
  const { ifMatchSize: size, ifMatchLastModified: at } = conditions;
  const { condition } = writeCondition(conditions);
  const all: readonly WriteCondition[] = [
    ...(condition === undefined ? [] : [condition]),
    ...(size === undefined ? [] : [{ kind: "size", size } as const]),
    ...(at === undefined ? [] : [{ kind: "last-modified", at } as const]),
  ];
  const [only, second] = all;
  if (only === undefined) return {};
  return { condition: second === undefined ? only : { kind: "all", conditions: all } };
}

/**
 * A condition that did not hold, as an error whose document names the header; some clients tell two cases
 * apart by it. Other errors stay as they are.
 *
 * @param error Why something was not committed.
 * @param condition The condition on it.
 */
export function nameCondition(error: Error, condition: WriteCondition | undefined): Error {
  if (!(error instanceof StoreError) || error.kind !== "precondition_failed") return error;
  return new S3Error("PreconditionFailed", {
    fields: { Condition: headerOf(condition) },
    cause: error,
  });
}

function headerOf(condition: WriteCondition | undefined): string {
  switch (condition?.kind) {
    case "absent":
    case "other-etag":
      return "If-None-Match";
    case "size":
      return "x-amz-if-match-size";
    case "last-modified":
      return "x-amz-if-match-last-modified-time";
    default:
      return "If-Match";
  }
}
