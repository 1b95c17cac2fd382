import { S3Error } from "../errors/s3_error.ts";
import type { WriteConditions } from "../s3/operations.ts";
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
