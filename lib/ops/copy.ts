import { S3Error } from "../errors/s3_error.ts";
import { StoreError } from "../errors/store_error.ts";
import { evaluateCopySource } from "../http/conditions.ts";
import type { CopyObjectInput, CopySource } from "../s3/operations.ts";
import type { ObjectAttributes, StoredObject } from "../store/object_store.ts";
import { commitOne } from "./commit_one.ts";
import { copiedChecksum } from "./copied_checksum.ts";
import type { OperationContext, OperationHandler } from "./context.ts";
import { writeCondition } from "./write_condition.ts";

/** How often a copy looks at a source that is overwritten again and again. */
const MAX_ATTEMPTS = 3;

/** CopyObject: by reference, no bytes move; they are read only for a checksum that the source has not. */
export const copyObject: OperationHandler<"CopyObject"> = async (context, input) => {
  const { store } = context;
  store.checkKey(input.key);
  const { source, metadataDirective, taggingDirective } = input;
  const toItself = source.bucket === input.bucket && source.key === input.key;
  const redirects = input.attributes.websiteRedirectLocation !== undefined;
  if (toItself && metadataDirective === "COPY" && taggingDirective === "COPY" && !redirects) {
    throw new S3Error("InvalidRequest", {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  for (let attempt = 1;; attempt++) {
    const object = await statCopySource(context, source);
    const from = { bucket: source.bucket, object };
    const checksum = await copiedChecksum(context, from, input.checksumAlgorithm);
    try {
      const stored = await commitOne(store, input.bucket, {
        kind: "copy",
        key: input.key,
        source: from,
        attributes: copiedAttributes(input, {
          ...object.attributes,
          ...(checksum && { checksum }),
        }),
        ...writeCondition(input.conditions),
      });
      return { object: stored };
    } catch (error) {
      if (!wasOverwritten(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
};

/**
 * The tags have a directive of their own; a checksum belongs to the bytes and always goes along; the redirect
 * is never copied (Amazon S3 API reference, CopyObject).
 */
function copiedAttributes(
  { metadataDirective, taggingDirective, attributes: given }: CopyObjectInput,
  source: ObjectAttributes,
): ObjectAttributes {
  const { tags: _, checksum: __, websiteRedirectLocation: ___, ...described } =
    metadataDirective === "COPY" ? source : given;
  const { tags } = taggingDirective === "COPY" ? source : given;
  const { websiteRedirectLocation } = given;
  const { checksum } = source;
  return {
    ...described,
    ...(websiteRedirectLocation !== undefined && { websiteRedirectLocation }),
    ...(tags && { tags }),
    ...(checksum && { checksum }),
  };
}

/** The store refuses a copy whose source was overwritten after it was looked at. */
const wasOverwritten = (error: unknown): boolean =>
  error instanceof StoreError && error.kind === "conflict";

/** A missing bucket is the source's, where the error would else name the target's. */
const nameTheSource = ({ bucket }: CopySource) => (error: unknown): never => {
  if (!(error instanceof StoreError) || error.kind !== "no_such_bucket") throw error;
  throw new S3Error("NoSuchBucket", { fields: { BucketName: bucket }, cause: error });
};

/** The source of a copy; every condition that does not hold is a 412, never a 304 (CopyObject). */
export async function statCopySource(
  context: OperationContext,
  source: CopySource,
): Promise<StoredObject> {
  const { bucket, key, formKey } = source;
  const keys = formKey === undefined ? [key] : [key, formKey];
  const found = await context.store.stat(bucket, keys).catch(nameTheSource(source));
  const object = found.find((each) => each !== undefined);
  if (object === undefined) throw new S3Error("NoSuchKey", { fields: { Key: key } });
  const outcome = evaluateCopySource(source.conditions, object, new Date(context.now()));
  if (outcome.kind === "failed") {
    throw new S3Error("PreconditionFailed", { fields: { Condition: outcome.condition } });
  }
  return object;
}
