import { StoreError } from "../errors/store_error.ts";
import { etagOf } from "./etag.ts";
import type { WriteCondition } from "./object_store.ts";
import type { StoredFile } from "./stored_file.ts";

/**
 * Why a write must not be done, if its condition does not hold. With `If-Match`, a key that is not there
 * is `no_such_key` (Amazon S3 user guide, "Conditional writes": 404).
 *
 * @param condition What has to be the case.
 * @param key For the message.
 * @param file What the key holds.
 */
export function brokenCondition(
  condition: WriteCondition | undefined,
  key: string,
  file: StoredFile | undefined,
): StoreError | undefined {
  if (condition === undefined) return undefined;
  const failed = (what: string) => new StoreError("precondition_failed", `${key} ${what}`);
  switch (condition.kind) {
    case "absent":
      return file === undefined ? undefined : failed("is there");
    case "exists":
      return file === undefined ? missing(key) : undefined;
    case "etag":
      if (file === undefined) return missing(key);
      return condition.etags.includes(etagOf(file.xetHash))
        ? undefined
        : failed("holds something else");
    case "other-etag":
      return file !== undefined && condition.etags.includes(etagOf(file.xetHash))
        ? failed("holds just that")
        : undefined;
    default:
      return condition satisfies never;
  }
}

const missing = (key: string): StoreError => new StoreError("no_such_key", `${key} is not there`);
