import { S3Error } from "./s3_error.ts";
import type { S3ErrorCode } from "./s3_error_table.ts";
import { StoreError, type StoreErrorKind } from "./store_error.ts";

const CODES: Readonly<Record<StoreErrorKind, S3ErrorCode>> = {
  no_such_bucket: "NoSuchBucket",
  no_such_key: "NoSuchKey",
  no_such_version: "NoSuchVersion",
  bucket_exists: "BucketAlreadyExists",
  bucket_not_empty: "BucketNotEmpty",
  bad_bucket_name: "InvalidBucketName",
  bad_key: "InvalidArgument",
  precondition_failed: "PreconditionFailed",
  conflict: "OperationAborted",
  denied: "AccessDenied",
  too_large: "EntityTooLarge",
  slow_down: "SlowDown",
  unavailable: "ServiceUnavailable",
  corrupt: "InternalError",
};

/** Kinds whose message was written for the client. */
const SHOWN: ReadonlySet<StoreErrorKind> = new Set(["bad_bucket_name", "bad_key"]);

/** Kinds that pass: the client is told when to come again. */
const TEMPORARY: ReadonlySet<StoreErrorKind> = new Set(["slow_down", "unavailable"]);
const DEFAULT_WAIT_SECONDS = 1;

/**
 * The one mapping from whatever was thrown to what the client is told. What is not known becomes
 * `InternalError`, with the cause kept for the log.
 *
 * @param error What was thrown.
 * @returns The error to answer with; an {@linkcode S3Error} is returned as it is.
 */
export function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (!(error instanceof StoreError)) return new S3Error("InternalError", { cause: error });
  const { kind, subject } = error;
  const wait = error.retryAfterSeconds ?? (TEMPORARY.has(kind) ? DEFAULT_WAIT_SECONDS : undefined);
  const headers = wait === undefined ? undefined : { "Retry-After": String(Math.ceil(wait)) };
  return new S3Error(CODES[kind], {
    cause: error,
    ...(SHOWN.has(kind) && { message: error.message }),
    ...(kind === "bad_key" && subject !== undefined &&
      { fields: { ArgumentName: "Key", ArgumentValue: subject } }),
    ...(headers && { headers }),
  });
}
