import { S3Error } from "../errors/s3_error.ts";
import { StoreError } from "../errors/store_error.ts";
import { evaluateCopySource } from "../http/conditions.ts";
import type { CopySource } from "../s3/operations.ts";
import type { StoredObject } from "../store/object_store.ts";
import { commitOne } from "./commit_one.ts";
import type { OperationContext, OperationHandler } from "./context.ts";
import { statObject } from "./objects.ts";
import { writeCondition } from "./write_condition.ts";

/** How often a copy looks at a source that is overwritten again and again. */
const MAX_ATTEMPTS = 3;

/** CopyObject: by reference, no bytes move. */
export const copyObject: OperationHandler<"CopyObject"> = async (context, input) => {
  const { store } = context;
  store.checkKey(input.key);
  const { source, metadataDirective } = input;
  const toItself = source.bucket === input.bucket && source.key === input.key;
  if (toItself && metadataDirective === "COPY") {
    throw new S3Error("InvalidRequest", {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  for (let attempt = 1;; attempt++) {
    const object = await statCopySource(context, source);
    try {
      const stored = await commitOne(store, input.bucket, {
        kind: "copy",
        key: input.key,
        source: { bucket: source.bucket, object },
        attributes: metadataDirective === "COPY" ? object.attributes : input.attributes,
        ...writeCondition(input.conditions),
      });
      return { object: stored };
    } catch (error) {
      if (!wasOverwritten(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
};

/** The store refuses a copy whose source was overwritten after it was looked at. */
const wasOverwritten = (error: unknown): boolean =>
  error instanceof StoreError && error.kind === "conflict";

/** A missing bucket is the source's, where the error would else name the target's. */
const nameTheSource = ({ bucket }: CopySource) => (error: unknown): never => {
  if (!(error instanceof StoreError) || error.kind !== "no_such_bucket") throw error;
  throw new S3Error("NoSuchBucket", { fields: { BucketName: bucket }, cause: error });
};

/** The source of a copy; every condition that does not hold is a 412, never a 304 (CopyObject). */
async function statCopySource(
  context: OperationContext,
  source: CopySource,
): Promise<StoredObject> {
  const object = await statObject(context, source.bucket, source.key).catch(nameTheSource(source));
  const outcome = evaluateCopySource(source.conditions, object, new Date(context.now()));
  if (outcome.kind === "failed") {
    throw new S3Error("PreconditionFailed", { fields: { Condition: outcome.condition } });
  }
  return object;
}
