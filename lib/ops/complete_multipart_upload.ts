import { createDigest } from "../checksum/digest.ts";
import { S3Error } from "../errors/s3_error.ts";
import { toS3Error } from "../errors/to_s3_error.ts";
import type {
  Completion,
  CompletionResult,
  Upload,
  UploadPart,
} from "../multipart/upload_registry.ts";
import type {
  CompleteMultipartUploadInput,
  CompleteMultipartUploadOutput,
} from "../s3/operations.ts";
import type {
  CommitEntry,
  ObjectChecksum,
  ObjectPart,
  StoredObject,
} from "../store/object_store.ts";
import { commitOne } from "./commit_one.ts";
import type { OperationContext } from "./context.ts";
import { noSuchUpload } from "./multipart.ts";
import { checkObjectChecksum, checksumOfParts } from "./object_checksum.ts";
import { defaultChecksum, storedChecksum } from "./stored_checksum.ts";
import { writeCondition } from "./write_condition.ts";

/** All parts but the last have at least this many bytes (Amazon S3 multipart upload limits). */
const MIN_PART_SIZE = 5 * 1024 * 1024;

/**
 * CompleteMultipartUpload, idempotent: of several requests one completes; those that come meanwhile wait
 * for it and get its answer; those that come later get the answer that was kept, if they list the same
 * parts. After a failure the upload is open again with its parts. A client that goes away does not end the
 * completion.
 */
export async function completeMultipartUpload(
  context: OperationContext,
  asked: CompleteMultipartUploadInput,
): Promise<CompleteMultipartUploadOutput> {
  const { registry, store } = context;
  const input = { ...asked, bucket: await store.canonicalName(asked.bucket) };
  for (;;) {
    const upload = await registry.get(input.uploadId);
    const completion = upload === undefined || isOf(upload, input)
      ? await registry.beginCompletion(input.uploadId)
      : undefined;
    if (completion === undefined) {
      await store.statBucket(input.bucket);
      throw noSuchUpload(input.uploadId);
    }
    switch (completion.kind) {
      case "begun":
        // Between `get` and `beginCompletion` another request may have failed to complete it.
        if (upload === undefined) {
          const error = noSuchUpload(input.uploadId);
          await registry.completionFailed(input.uploadId, completion.lease, error);
          throw error;
        }
        return await finish(context, input, upload, completion);
      case "running": {
        const result = await resultOf(completion.result);
        // What was wrong with another request need not be wrong with this one.
        if (result === undefined) continue;
        return answerOf(input, result);
      }
      case "completed":
        return answerOf(input, completion.result);
    }
  }
}

/** The result of another request's completion; undefined if that request was at fault for having none. */
async function resultOf(running: Promise<CompletionResult>): Promise<CompletionResult | undefined> {
  try {
    return await running;
  } catch (error) {
    if (toS3Error(error).status < 500) return undefined;
    throw error;
  }
}

const isOf = (
  owner: { readonly bucket: string; readonly key: string },
  input: CompleteMultipartUploadInput,
) => owner.bucket === input.bucket && owner.key === input.key;

function answerOf(
  input: CompleteMultipartUploadInput,
  result: CompletionResult,
): CompleteMultipartUploadOutput {
  const { xetHash = "", checksum, parts = listDigest(input) } = result.extra;
  // With another list it is no repetition, and nothing is left to complete.
  if (!isOf(result, input) || parts !== listDigest(input)) throw noSuchUpload(input.uploadId);
  return {
    bucket: result.bucket,
    key: result.key,
    etag: result.etag,
    ...(checksum !== undefined && { checksum: parseChecksum(checksum) }),
    headers: { "x-hf-xet-hash": xetHash },
  };
}

/** Tells lists of parts apart. */
function listDigest({ parts }: CompleteMultipartUploadInput): string {
  const digest = createDigest("SHA256");
  const list = parts.map(({ partNumber, etag }) => [partNumber, etag]);
  digest.update(new TextEncoder().encode(JSON.stringify(list)));
  return digest.digest().toHex();
}

/** Algorithm, type and value: none of them has a blank. */
const formatChecksum = ({ algorithm, type, value }: ObjectChecksum): string =>
  `${algorithm} ${type} ${value}`;

function parseChecksum(text: string): ObjectChecksum {
  const [algorithm = "", type, value = ""] = text.split(" ");
  return { algorithm, type: type === "COMPOSITE" ? type : "FULL_OBJECT", value };
}

async function finish(
  context: OperationContext,
  input: CompleteMultipartUploadInput,
  upload: Upload,
  completion: Extract<Completion, { readonly kind: "begun" }>,
): Promise<CompleteMultipartUploadOutput> {
  const { registry, store } = context;
  try {
    requirePartChecksums(input, upload);
    const parts = chooseParts(input, completion.parts);
    const checksum = checksumOf(input, upload, parts) ?? defaultOf(context, parts);
    const kept = storedChecksum(context, checksum);
    const { content } = await store.compose(input.bucket, parts.map((part) => part.recipe));
    const object = await commitUnlessDone(context, completion.retaken ?? false, input.bucket, {
      kind: "put",
      key: input.key,
      content,
      attributes: { ...upload.attributes, ...kept },
      parts: parts.map((part) => storedPart(part, kept.checksum)),
      ...writeCondition(input.conditions),
    });
    const result: CompletionResult = {
      bucket: input.bucket,
      key: input.key,
      etag: object.etag,
      extra: {
        xetHash: object.content.hash,
        parts: listDigest(input),
        ...(checksum && { checksum: formatChecksum(checksum) }),
      },
    };
    await registry.completed(input.uploadId, completion.lease, result);
    return answerOf(input, result);
  } catch (error) {
    const reason = error instanceof Error
      ? error
      : new Error("Completion failed", { cause: error });
    await registry.completionFailed(input.uploadId, completion.lease, reason);
    throw error;
  }
}

/**
 * A gateway that died while it completed this upload may have written the object before. Then the condition that the
 * client gives no longer holds, because of the very write that it asks for.
 */
async function commitUnlessDone(
  { store }: OperationContext,
  retaken: boolean,
  bucket: string,
  entry: Extract<CommitEntry, { readonly kind: "put" }>,
): Promise<StoredObject> {
  try {
    return await commitOne(store, bucket, entry);
  } catch (error) {
    if (!retaken || toS3Error(error).code !== "PreconditionFailed") throw error;
    const [object] = await store.stat(bucket, [entry.key]);
    if (object?.content.hash !== entry.content.hash) throw error;
    return object;
  }
}

function storedPart(
  { partNumber, size, checksums }: UploadPart,
  checksum: ObjectChecksum | undefined,
): ObjectPart {
  const value = checksum && checksums[checksum.algorithm];
  return { partNumber, size, ...(value !== undefined && { checksum: value }) };
}

/** The checksum of the whole: that of the upload, or else one that the client gives; verified if given. */
function checksumOf(
  { checksum: asked, checksumType }: CompleteMultipartUploadInput,
  { checksum: choice }: Upload,
  parts: readonly UploadPart[],
): ObjectChecksum | undefined {
  if (choice !== undefined && (checksumType ?? choice.type) !== choice.type) {
    throw new S3Error("InvalidRequest", {
      message: `The upload was created using the ${choice.type} checksum mode. ` +
        "The complete request must use the same checksum mode.",
    });
  }
  if (choice !== undefined && (asked?.algorithm ?? choice.algorithm) !== choice.algorithm) {
    throw new S3Error("InvalidRequest", {
      message: `The upload was begun with a checksum of ${choice.algorithm}`,
    });
  }
  if (asked !== undefined) return checkObjectChecksum(asked, parts, choice?.type ?? checksumType);
  return choice && checksumOfParts(choice, parts);
}

/** S3's default, where all parts have it. */
function defaultOf(
  context: OperationContext,
  parts: readonly UploadPart[],
): ObjectChecksum | undefined {
  const choice = defaultChecksum(context, undefined);
  const all = choice && parts.every(({ checksums }) => checksums[choice.algorithm] !== undefined);
  return all ? checksumOfParts(choice, parts) : undefined;
}

/**
 * The checksums that the client lists of its parts are of the upload's algorithm, and none is missing where the
 * checksum of the whole is made of them.
 */
function requirePartChecksums(
  { parts }: CompleteMultipartUploadInput,
  { checksum: choice }: Upload,
): void {
  if (choice === undefined) return;
  const name = choice.algorithm.toLowerCase();
  for (const { partNumber, checksums } of parts) {
    const other = Object.keys(checksums).find((algorithm) => algorithm !== choice.algorithm);
    if (other !== undefined) {
      throw new S3Error("BadDigest", {
        message: `The ${other.toLowerCase()} you specified for part ${partNumber} did not match ` +
          "what we received.",
      });
    }
    if (choice.type !== "COMPOSITE" || checksums[choice.algorithm] !== undefined) continue;
    throw new S3Error("InvalidRequest", {
      message: `The upload was created using a ${name} checksum. The complete request must ` +
        `include the checksum for each part. It was missing for part ${partNumber} in the request.`,
    });
  }
}

function checkOrder({ parts }: CompleteMultipartUploadInput): void {
  const ascending = parts.every((part, i) => part.partNumber > (parts[i - 1]?.partNumber ?? 0));
  if (!ascending) throw new S3Error("InvalidPartOrder");
}

/** The parts that the client lists, in its order: others that were sent are dropped. */
function chooseParts(
  input: CompleteMultipartUploadInput,
  present: readonly UploadPart[],
): readonly UploadPart[] {
  checkOrder(input);
  const byNumber = new Map(present.map((part) => [part.partNumber, part]));
  const chosen = input.parts.map((asked) => {
    const part = byNumber.get(asked.partNumber);
    const agrees = part?.etag === asked.etag &&
      Object.entries(asked.checksums).every(([algorithm, value]) =>
        // One that nobody has verified must not look as if somebody had.
        part.checksums[algorithm] === value
      );
    if (part !== undefined && agrees) return part;
    throw new S3Error("InvalidPart", {
      fields: { UploadId: input.uploadId, PartNumber: String(asked.partNumber), ETag: asked.etag },
    });
  });
  const small = chosen.slice(0, -1).find((part) => part.size < MIN_PART_SIZE);
  if (small !== undefined) {
    throw new S3Error("EntityTooSmall", {
      fields: {
        ProposedSize: String(small.size),
        MinSizeAllowed: String(MIN_PART_SIZE),
        PartNumber: String(small.partNumber),
        ETag: small.etag,
      },
    });
  }
  const size = chosen.reduce((sum, part) => sum + part.size, 0);
  if (input.objectSize !== undefined && input.objectSize !== size) {
    throw new S3Error("InvalidRequest", {
      message:
        `The provided 'x-amz-mp-object-size' header value ${input.objectSize} does not match what was computed: ${size}`,
    });
  }
  return chosen;
}
