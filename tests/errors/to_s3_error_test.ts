import { assertEquals, assertStrictEquals } from "@std/assert";
import { S3Error } from "../../lib/errors/s3_error.ts";
import { S3_ERRORS } from "../../lib/errors/s3_error_table.ts";
import { StoreError, type StoreErrorKind } from "../../lib/errors/store_error.ts";
import { toS3Error } from "../../lib/errors/to_s3_error.ts";

Deno.test("every kind of store error has its S3 code and status", () => {
  const expected: Record<StoreErrorKind, readonly [code: string, status: number]> = {
    no_such_bucket: ["NoSuchBucket", 404],
    no_such_key: ["NoSuchKey", 404],
    no_such_version: ["NoSuchVersion", 404],
    bucket_exists: ["BucketAlreadyExists", 409],
    bucket_not_empty: ["BucketNotEmpty", 409],
    bad_bucket_name: ["InvalidBucketName", 400],
    bad_key: ["InvalidArgument", 400],
    precondition_failed: ["PreconditionFailed", 412],
    conflict: ["OperationAborted", 409],
    denied: ["AccessDenied", 403],
    too_large: ["EntityTooLarge", 400],
    slow_down: ["SlowDown", 503],
    unavailable: ["ServiceUnavailable", 503],
    corrupt: ["InternalError", 500],
  };
  for (const [kind, [code, status]] of Object.entries(expected)) {
    // Keys of a record of kinds are kinds; `Object.entries` forgets it.
    const error = toS3Error(new StoreError(kind as StoreErrorKind, "inner words"));
    assertEquals([error.code, error.status], [code, status]);
    const shown = kind === "bad_bucket_name" || kind === "bad_key";
    assertEquals(error.message === "inner words", shown, kind);
  }
});

Deno.test("a key that cannot be stored is shown as the argument that is wrong", () => {
  const error = toS3Error(new StoreError("bad_key", "It must not be", { subject: "a//b" }));
  assertEquals(error.fields, { ArgumentName: "Key", ArgumentValue: "a//b" });
  assertEquals(toS3Error(new StoreError("no_such_key", "", { subject: "a" })).fields, {});
});

Deno.test("a wait is told in whole seconds, rounded up, and is one where nobody knows", () => {
  const error = toS3Error(new StoreError("slow_down", "", { retryAfterSeconds: 1.2 }));
  assertEquals(error.headers, { "Retry-After": "2" });
  assertEquals(toS3Error(new StoreError("unavailable", "")).headers, { "Retry-After": "1" });
  assertEquals(toS3Error(new StoreError("conflict", "")).headers, {});
});

Deno.test("an S3 error stays itself; what is not known is InternalError with its cause", () => {
  const known = new S3Error("BadDigest");
  assertStrictEquals(toS3Error(known), known);
  for (const cause of [new Error("secret"), "secret", undefined, { secret: 1 }]) {
    const error = toS3Error(cause);
    assertEquals([error.code, error.message], [
      "InternalError",
      S3_ERRORS.InternalError.message,
    ]);
    assertStrictEquals(error.cause, cause);
  }
});
