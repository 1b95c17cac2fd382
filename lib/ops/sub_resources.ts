import { S3Error } from "../errors/s3_error.ts";
import type { AccessControl, BucketInput } from "../s3/operations.ts";
import type { BucketSettings } from "../store/object_store.ts";
import { writeContinuation } from "./continuation.ts";
import { isRepoBucket } from "../store/repos/repo_bucket_names.ts";
import { commitOne } from "./commit_one.ts";
import type { OperationContext, OperationHandler } from "./context.ts";
import { listObjects } from "./list_objects.ts";
import { statObject } from "./objects.ts";
import { StoreError } from "../errors/store_error.ts";

/** How often tags are written again when the object has been overwritten meanwhile. */
const ATTEMPTS = 3;

/** ListObjectVersions: the listing of objects, each with its one version: of a repo, the commit that is listed. */
export const listObjectVersions: OperationHandler<"ListObjectVersions"> = async (
  context,
  input,
) => {
  const { keyMarker, versionIdMarker, ...selection } = input;
  const [page, owner] = await Promise.all([
    listObjects(context, {
      ...selection,
      version: 2,
      fetchOwner: false,
      ...(keyMarker !== undefined && { startAfter: keyMarker }),
      ...(keyMarker !== undefined && versionIdMarker !== undefined &&
        isRepoBucket(input.bucket) && {
        continuationToken: writeContinuation(
          { after: keyMarker, cursor: versionIdMarker },
          { bucket: input.bucket, seal: context.seal },
        ),
      }),
    }),
    context.store.owner(),
  ]);
  return {
    request: input,
    entries: page.entries,
    truncated: page.truncated,
    ...(page.nextMarker !== undefined && { nextKeyMarker: page.nextMarker }),
    owner,
  };
};

/** GetObjectTagging: an empty set for an object without tags. */
export const getObjectTagging: OperationHandler<"GetObjectTagging"> = async (context, input) => {
  const { attributes } = await statObject(context, input);
  return { tags: attributes.tags ?? [] };
};

/** PutObjectTagging: replaces all tags and nothing else. */
export const putObjectTagging: OperationHandler<"PutObjectTagging"> = async (context, input) => {
  for (let attempt = 1;; attempt++) {
    const { key, content, attributes: { tags: _, ...others } } = await statObject(context, input);
    const attributes = input.tags.length === 0 ? others : { ...others, tags: input.tags };
    try {
      await commitOne(context.store, input.bucket, { kind: "annotate", key, content, attributes });
      return;
    } catch (error) {
      const overwritten = error instanceof StoreError && error.kind === "conflict";
      if (!overwritten || attempt === ATTEMPTS) throw error;
    }
  }
};

/** DeleteObjectTagging. */
export const deleteObjectTagging: OperationHandler<"DeleteObjectTagging"> = (context, input) =>
  putObjectTagging(context, { ...input, tags: [] });

/** GetBucketTagging. */
export const getBucketTagging: OperationHandler<"GetBucketTagging"> = async (context, input) => {
  const { tags } = await settingsOf(context, input);
  if (tags === undefined) {
    throw new S3Error("NoSuchTagSet", { fields: { BucketName: input.bucket } });
  }
  return { tags };
};

/** PutBucketTagging: an empty set is none. */
export const putBucketTagging: OperationHandler<"PutBucketTagging"> = async (
  { store },
  { bucket, tags },
) => {
  await store.updateBucketSettings(bucket, (settings) => {
    const { tags: old, ...others } = settings;
    if (tags.length > 0) return { ...others, tags };
    return old === undefined ? settings : others;
  });
};

/** DeleteBucketTagging. */
export const deleteBucketTagging: OperationHandler<"DeleteBucketTagging"> = (context, input) =>
  putBucketTagging(context, { ...input, tags: [] });

/** GetBucketCors. */
export const getBucketCors: OperationHandler<"GetBucketCors"> = async (context, input) => {
  const { cors } = await settingsOf(context, input);
  if (cors === undefined) {
    throw new S3Error("NoSuchCORSConfiguration", { fields: { BucketName: input.bucket } });
  }
  return { rules: cors };
};

/** PutBucketCors: replaces all rules. */
export const putBucketCors: OperationHandler<"PutBucketCors"> = async (
  { store },
  { bucket, rules },
) => {
  await store.updateBucketSettings(bucket, (settings) => ({ ...settings, cors: rules }));
};

/** DeleteBucketCors: nothing happens when there are no rules. */
export const deleteBucketCors: OperationHandler<"DeleteBucketCors"> = async (
  { store },
  { bucket },
) => {
  await store.updateBucketSettings(bucket, (settings) => {
    const { cors, ...others } = settings;
    return cors === undefined ? settings : others;
  });
};

/** Settings may be remembered although the bucket is gone, so that is asked too. */
async function settingsOf(
  { store }: OperationContext,
  { bucket }: BucketInput,
): Promise<BucketSettings> {
  await store.statBucket(bucket);
  return await store.bucketSettings(bucket);
}

/** GetBucketAcl: all that there is belongs to the one owner. */
export const getBucketAcl: OperationHandler<"GetBucketAcl"> = async ({ store }, { bucket }) => {
  await store.statBucket(bucket);
  return await store.owner();
};

/** GetObjectAcl. */
export const getObjectAcl: OperationHandler<"GetObjectAcl"> = async (context, input) => {
  await statObject(context, input);
  return await context.store.owner();
};

/** PutBucketAcl: accepts what is so already. */
export const putBucketAcl: OperationHandler<"PutBucketAcl"> = async (context, input) => {
  await context.store.statBucket(input.bucket);
  await requireOwnerOnly(context, input);
};

/** PutObjectAcl: accepts what is so already. */
export const putObjectAcl: OperationHandler<"PutObjectAcl"> = async (context, input) => {
  await statObject(context, input);
  await requireOwnerOnly(context, input);
};

/** Rights of others cannot be kept, and saying yes would tell the owner that they are. */
async function requireOwnerOnly(
  { store }: OperationContext,
  { acl }: AccessControl,
): Promise<void> {
  if (acl.kind === "canned") return;
  const { id } = await store.owner();
  if (acl.ownerId !== id) throw new S3Error("AccessDenied");
  const own = acl.grants.every(({ granteeId, permission }) =>
    granteeId === id && permission === "FULL_CONTROL"
  );
  if (!own || acl.grants.length === 0) throw new S3Error("AccessControlListNotSupported");
}

/** PutBucketVersioning: only what is so already gets here. */
export const putBucketVersioning: OperationHandler<"PutBucketVersioning"> = requireBucket;

/** PutBucketOwnershipControls: only what is so already gets here. */
export const putBucketOwnershipControls: OperationHandler<"PutBucketOwnershipControls"> =
  requireBucket;

async function requireBucket({ store }: OperationContext, { bucket }: BucketInput): Promise<void> {
  await store.statBucket(bucket);
}
