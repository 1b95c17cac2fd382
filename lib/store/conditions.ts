import { StoreError } from "../errors/store_error.ts";
import { etagOf } from "./etag.ts";
import type { WriteCondition } from "./object_store.ts";
import { lastModifiedOf, type StoredFile } from "./stored_file.ts";

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
    case "size":
      if (file === undefined) return missing(key);
      return file.size === condition.size ? undefined : failed("has another size");
    case "last-modified":
      if (file === undefined) return missing(key);
      return secondOf(lastModifiedOf(file)) === secondOf(condition.at)
        ? undefined
        : failed("was written at another time");
    case "all":
      return condition.conditions.map((each) => brokenCondition(each, key, file))
        .find((broken) => broken !== undefined);
    default:
      return condition satisfies never;
  }
}

/** Headers tell times in whole seconds. */
const secondOf = (time: Date): number => Math.floor(time.getTime() / 1000);

const missing = (key: string): StoreError => new StoreError("no_such_key", `${key} is not there`);
