import { S3Error } from "../errors/s3_error.ts";
import type { BucketInput } from "../s3/operations.ts";
import type { OperationContext, OperationHandler } from "./context.ts";
import { type ContinuationScope, readContinuation, writeContinuation } from "./continuation.ts";

/** ListBuckets: all buckets by name, paged when the client asks for pages. All are of one region. */
export const listBuckets: OperationHandler<"ListBuckets"> = async (
  { store, region, seal },
  input,
) => {
  const [owner, all] = await Promise.all([store.owner(), store.listBuckets()]);
  const after = input.continuationToken === undefined
    ? ""
    : readToken(input.continuationToken, { bucket: "", seal });
  const { prefix, bucketRegion = region } = input;
  const wanted = all.filter(({ name }) =>
    bucketRegion === region && name.startsWith(prefix) && name > after
  );
  const buckets = wanted.slice(0, input.maxBuckets ?? wanted.length);
  const last = buckets.at(-1);
  return {
    owner,
    buckets,
    prefix,
    // As S3 does: clients of before there were parameters get the answer that they know.
    ...((prefix !== "" || Object.keys(input).length > 1) && { region }),
    ...(last && buckets.length < wanted.length && {
      continuationToken: writeContinuation({ after: last.name }, { bucket: "", seal }),
    }),
  };
};

function readToken(token: string, scope: ContinuationScope): string {
  const continuation = readContinuation(token, scope);
  if (continuation !== undefined) return continuation.after;
  throw new S3Error("InvalidArgument", {
    message: "The continuation token provided is incorrect",
    fields: { ArgumentName: "continuation-token", ArgumentValue: token },
  });
}

/** CreateBucket: creating a bucket that is already ours answers 200, as us-east-1 does, and changes nothing. */
export const createBucket: OperationHandler<"CreateBucket"> = async ({ store }, input) => {
  const { bucket, tags = [] } = input;
  const outcome = await store.createBucket(bucket);
  if (outcome === "created" && tags.length > 0) {
    await store.updateBucketSettings(bucket, (settings) => ({ ...settings, tags }));
  }
  return { bucket };
};

/** HeadBucket. */
export const headBucket: OperationHandler<"HeadBucket"> = regionOf;

/** GetBucketLocation. */
export const getBucketLocation: OperationHandler<"GetBucketLocation"> = regionOf;

async function regionOf(
  { store, region }: OperationContext,
  { bucket }: BucketInput,
): Promise<{ readonly region: string }> {
  await store.statBucket(bucket);
  return { region };
}

/** DeleteBucket: unfinished multipart uploads do not keep a bucket; they go with it. */
export const deleteBucket: OperationHandler<"DeleteBucket"> = async (
  { store, registry },
  input,
) => {
  await store.deleteBucket(input.bucket);
  await registry.dropBucket(await store.canonicalName(input.bucket));
};
