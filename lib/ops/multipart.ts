import { S3Error } from "../errors/s3_error.ts";
import type { Upload, UploadPart } from "../multipart/upload_registry.ts";
import type { ObjectInput, RequestBody } from "../s3/operations.ts";
import type { OperationContext, OperationHandler } from "./context.ts";
import { withChecksum } from "./computed_checksum.ts";
import { defaultChecksum } from "./stored_checksum.ts";

/** CreateMultipartUpload: what is given here belongs to the finished object. */
export const createMultipartUpload: OperationHandler<"CreateMultipartUpload"> = async (
  { store, registry, requester, maxUploads = Infinity },
  input,
) => {
  store.checkKey(input.key, input.attributes);
  if (await registry.countUploads(requester.accessKeyId) >= maxUploads) {
    throw new S3Error("SlowDown", {
      message: `There are ${maxUploads} open multipart uploads: complete or abort some of them`,
      headers: { "Retry-After": "60" },
    });
  }
  await store.statBucket(input.bucket);
  const upload = await registry.create({
    bucket: await store.canonicalName(input.bucket),
    key: input.key,
    initiator: requester.accessKeyId,
    attributes: input.attributes,
    ...(input.checksum && { checksum: input.checksum }),
  });
  return { upload };
};

/** UploadPart: the bytes go to the store while they arrive; of two of one number the last to end stays. */
export const uploadPart: OperationHandler<"UploadPart"> = async (context, input) => {
  const { store, registry, now, signal } = context;
  const upload = await findUpload(context, input);
  requireAlgorithm(upload, input.body);
  const { checksumAlgorithm: sent } = input.body;
  const choice = upload.checksum ?? defaultChecksum(context, sent);
  const computed = withChecksum(input.body.stream, sent === undefined ? choice : undefined);
  const recipe = await store.stagePart(input.bucket, computed.stream, { signal });
  const { md5, checksums } = input.body.digests();
  if (md5 === undefined) throw new Error("The body of a part was opened without its MD5");
  const part = {
    partNumber: input.partNumber,
    etag: md5,
    size: recipe.content.size,
    lastModified: now(),
    checksums: { ...computed.checksums(), ...checksums },
    recipe,
  };
  await keepPart(registry, input.uploadId, part);
  return { part };
};

/**
/**
 * Registers a part that has arrived.
 *
 * @throws {S3Error} OperationAborted while the upload is being completed, which may fail and leave it open;
 * NoSuchUpload when it is gone.
 */
export async function keepPart(
  registry: OperationContext["registry"],
  uploadId: string,
  part: UploadPart,
): Promise<void> {
  if (await registry.putPart(uploadId, part) !== undefined) return;
  throw await registry.get(uploadId) === undefined
    ? noSuchUpload(uploadId)
    : new S3Error("OperationAborted");
}

/**
 * The parts of an upload with a checksum have that one. Where it is of the whole they can come without: then it
 * is computed here.
 */
function requireAlgorithm({ checksum }: Upload, { checksumAlgorithm: sent }: RequestBody): void {
  if (checksum === undefined || sent === checksum.algorithm) return;
  if (sent === undefined && checksum.type === "FULL_OBJECT") return;
  throw new S3Error("InvalidRequest", {
    message: "Checksum Type mismatch occurred, expected checksum Type: " +
      `${checksum.algorithm.toLowerCase()}, actual checksum Type: ${sent?.toLowerCase() ?? "null"}`,
  });
}

/** AbortMultipartUpload: while a completion is under way the abort has to wait for its outcome. */
export const abortMultipartUpload: OperationHandler<"AbortMultipartUpload"> = async (
  context,
  input,
) => {
  await findUpload(context, input);
  const aborted = await context.registry.abort(input.uploadId);
  if (aborted === "completing") throw new S3Error("OperationAborted");
  if (!aborted) throw noSuchUpload(input.uploadId);
};

/** ListParts: parts in ascending order after the marker. */
export const listParts: OperationHandler<"ListParts"> = async (context, input) => {
  const upload = await findUpload(context, input);
  const page = await context.registry.listParts(input.uploadId, {
    after: input.partNumberMarker,
    limit: input.maxParts,
  });
  if (page === undefined) throw noSuchUpload(input.uploadId);
  return {
    request: input,
    upload,
    parts: page.items,
    truncated: input.maxParts > 0 && page.truncated,
    owner: await context.store.owner(),
  };
};

/** The open upload of that id, bucket and key; throws NoSuchBucket before NoSuchUpload. */
export async function findUpload(
  { store, registry }: OperationContext,
  input: ObjectInput & { readonly uploadId: string },
): Promise<Upload> {
  const upload = await registry.get(input.uploadId);
  const bucket = await store.canonicalName(input.bucket);
  if (upload?.bucket === bucket && upload.key === input.key) return upload;
  await store.statBucket(input.bucket);
  throw noSuchUpload(input.uploadId);
}

/** NoSuchUpload with the id in question. */
export const noSuchUpload = (uploadId: string): S3Error =>
  new S3Error("NoSuchUpload", { fields: { UploadId: uploadId } });
