import { BUCKET_PROTOCOL, type BucketPlace, parsePlace } from "../sync/place.ts";
import { UsageError } from "./usage_error.ts";

/** Whether an argument is a place on the Hub rather than one of this machine. */
export function isRemote(argument: string): boolean {
  return argument.startsWith("hf://");
}

/**
 * A bucket or a path in one.
 *
 * @param argument `hf://buckets/namespace/name[/path]` or `namespace/name[/path]`.
 */
export function readBucketPath(argument: string): BucketPlace {
  const text = isRemote(argument) ? argument : BUCKET_PROTOCOL + argument;
  const place = asUsage(() => parsePlace(text));
  if (place.kind === "bucket") return place;
  throw new UsageError(`Not a bucket: ${argument}`);
}

/**
 * A bucket as a whole.
 *
 * @param argument `name`, `namespace/name` or `hf://buckets/namespace/name`.
 * @returns `name` or `namespace/name`.
 */
export function readBucketId(argument: string): string {
  const bare = argument.startsWith(BUCKET_PROTOCOL)
    ? argument.slice(BUCKET_PROTOCOL.length)
    : argument;
  if (bare === argument && /^[\w.-]+$/.test(bare)) return bare;
  const { id, prefix } = readBucketPath(argument);
  if (prefix === "") return id;
  throw new UsageError(`A bucket is meant, not a path in one: ${argument}`);
}

/** What is wrong with an argument is an error of usage. */
export function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
