import { encodeBase64 } from "../checksum/base64.ts";
import { createDigest } from "../checksum/digest.ts";
import { S3Error } from "../errors/s3_error.ts";
import { StoreError } from "../errors/store_error.ts";
import { evaluateCopySource } from "../http/conditions.ts";
import { tagsOf } from "../http/etags.ts";
import type { CopyObjectInput, CopySource } from "../s3/operations.ts";
import type { ObjectAttributes, ObjectChecksum, StoredObject } from "../store/object_store.ts";
import { commitOne } from "./commit_one.ts";
import type { OperationContext, OperationHandler } from "./context.ts";
import { storedChecksum } from "./stored_checksum.ts";
import { writeCondition } from "./write_condition.ts";

/** How often a copy looks at a source that is overwritten again and again. */
const MAX_ATTEMPTS = 3;

/** CopyObject: by reference, no bytes move; only a checksum that is not there yet has to read them. */
export const copyObject: OperationHandler<"CopyObject"> = async (context, input) => {
  const { store } = context;
  store.checkKey(input.key);
  const { source } = input;
  if (!changesSomething(input) && await isToItself(context, input)) {
    throw new S3Error("InvalidRequest", {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  const condition = writeCondition(input.conditions);
  for (let attempt = 1;; attempt++) {
    const object = await statCopySource(context, source);
    const { checksum, kept, withoutParts } = await checksumOfCopy(context, input, object);
    try {
      const stored = await commitOne(store, input.bucket, {
        kind: "copy",
        key: input.key,
        source: { bucket: source.bucket, object },
        attributes: { ...copiedAttributes(input, object.attributes), ...kept },
        withoutParts,
        ...condition,
      });
      return { object: stored, ...(checksum && { checksum }) };
    } catch (error) {
      if (!wasOverwritten(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
};

async function isToItself(
  { store }: OperationContext,
  { bucket, key, source }: CopyObjectInput,
): Promise<boolean> {
  return source.key === key &&
    await store.canonicalName(source.bucket) === await store.canonicalName(bucket);
}

const changesSomething = (input: CopyObjectInput): boolean =>
  input.metadataDirective === "REPLACE" || input.taggingDirective === "REPLACE" ||
  input.setsStorage === true || input.checksumAlgorithm !== undefined ||
  input.attributes.websiteRedirectLocation !== undefined;

/** The checksum of a copy, and what becomes of it. */
interface CopiedChecksum {
  readonly checksum: ObjectChecksum | undefined;
  /** What is stored, to be spread into attributes. */
  readonly kept: { readonly checksum?: ObjectChecksum };
  /** Parts have checksums of the source's algorithm, so they go along with its checksum only. */
  readonly withoutParts: boolean;
}

/**
 * A checksum belongs to the bytes and goes along. One of another algorithm, or of the whole instead of the parts, is
 * made of the bytes when it is asked for: they are read once, and not written again. One that is not kept with
 * objects is no reason to forget that of the source.
 */
async function checksumOfCopy(
  context: OperationContext,
  { source, checksumAlgorithm: algorithm }: CopyObjectInput,
  { content, attributes: { checksum } }: StoredObject,
): Promise<CopiedChecksum> {
  const type = "FULL_OBJECT";
  const own = checksum ? { checksum } : {};
  const isThere = checksum?.algorithm === algorithm && checksum?.type === type;
  if (algorithm === undefined || isThere) return { checksum, kept: own, withoutParts: false };
  const digest = createDigest(algorithm);
  const { store, signal } = context;
  for await (const bytes of store.read(source.bucket, content, { signal })) digest.update(bytes);
  const computed = { algorithm, value: encodeBase64(digest.digest()), type } as const;
  const stored = storedChecksum(context, computed);
  return stored.checksum === undefined
    ? { checksum: computed, kept: own, withoutParts: false }
    : { checksum: computed, kept: stored, withoutParts: true };
}

/** The tags have a directive of their own; the redirect is never copied (Amazon S3 API reference, CopyObject). */
function copiedAttributes(
  { metadataDirective, taggingDirective, attributes: given }: CopyObjectInput,
  source: ObjectAttributes,
): ObjectAttributes {
  const { tags: _, checksum: __, websiteRedirectLocation: ___, ...described } =
    metadataDirective === "COPY" ? source : given;
  const { tags } = taggingDirective === "COPY" ? source : given;
  const { websiteRedirectLocation } = given;
  return {
    ...described,
    ...(websiteRedirectLocation !== undefined && { websiteRedirectLocation }),
    ...(tags && { tags }),
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
  const { bucket, key, formKey, versionId, conditions } = source;
  const keys = formKey === undefined ? [key] : [key, formKey];
  const etags = tagsOf(conditions.ifMatch);
  const found = await context.store.stat(bucket, keys, {
    ...(versionId !== undefined && { versionId }),
    ...(etags.length > 0 && { etags }),
  }).catch(nameTheSource(source));
  const object = found.find((each) => each !== undefined);
  if (object === undefined) throw new S3Error("NoSuchKey", { fields: { Key: key } });
  const outcome = evaluateCopySource(conditions, object, new Date(context.now()));
  if (outcome.kind === "failed") {
    throw new S3Error("PreconditionFailed", {
      fields: { Condition: `x-amz-copy-source-${outcome.condition}` },
    });
  }
  return object;
}
