import type { Upload } from "../multipart/upload_registry.ts";
import { el, type Markup, optional } from "../xml/write.ts";
import {
  checksumElements,
  documentAnswer,
  keyEncoder,
  ownerElement,
  quoted,
  STORAGE_CLASS,
  timeElement,
} from "./answers.ts";
import { uploadInput } from "./multipart.ts";
import type {
  ListMultipartUploadsInput,
  ListMultipartUploadsOutput,
  ListPartsInput,
  ListPartsOutput,
} from "./operations.ts";
import {
  bucketInput,
  encodingTypeParameter,
  integerParameter,
  pageSize,
  textParameter,
} from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** Reads ListParts: GET `/b/k?uploadId`. */
export function readListParts(request: S3Request): ListPartsInput {
  const { query } = request;
  return {
    ...uploadInput(request),
    maxParts: pageSize(query, "max-parts"),
    partNumberMarker: integerParameter(query, "part-number-marker", { min: 0, max: 2 ** 31 - 1 }) ??
      0,
  };
}

/** Writes `ListPartsResult`. */
export function writeListParts(output: ListPartsOutput): Response {
  const { request, parts } = output;
  return documentAnswer(
    "ListPartsResult",
    el("Bucket", request.bucket),
    el("Key", request.key),
    el("UploadId", request.uploadId),
    ownerElement("Initiator", output.owner),
    ownerElement("Owner", output.owner),
    el("StorageClass", STORAGE_CLASS),
    el("PartNumberMarker", request.partNumberMarker),
    el("NextPartNumberMarker", parts.at(-1)?.partNumber ?? 0),
    el("MaxParts", request.maxParts),
    el("IsTruncated", output.truncated),
    checksumChoice(output.upload),
    parts.map((part) =>
      el(
        "Part",
        el("PartNumber", part.partNumber),
        timeElement("LastModified", new Date(part.lastModified)),
        el("ETag", quoted(part.etag)),
        el("Size", part.size),
        checksumElements(part.checksums),
      )
    ),
  );
}

function checksumChoice({ checksum }: Upload): readonly Markup[] {
  if (checksum === undefined) return [];
  return [el("ChecksumAlgorithm", checksum.algorithm), el("ChecksumType", checksum.type)];
}

/** Reads ListMultipartUploads: GET `/b?uploads`. */
export function readListMultipartUploads(request: S3Request): ListMultipartUploadsInput {
  const { query } = request;
  const delimiter = textParameter(query, "delimiter");
  const keyMarker = query.get("key-marker") ?? "";
  return {
    ...bucketInput(request),
    prefix: query.get("prefix") ?? "",
    ...(delimiter !== undefined && { delimiter }),
    keyMarker,
    uploadIdMarker: keyMarker === "" ? "" : query.get("upload-id-marker") ?? "",
    maxUploads: pageSize(query, "max-uploads"),
    ...encodingTypeParameter(query),
  };
}

/** Writes `ListMultipartUploadsResult`. */
export function writeListMultipartUploads(output: ListMultipartUploadsOutput): Response {
  const { request, owner, nextKeyMarker } = output;
  const encode = keyEncoder(request.encodingType);
  return documentAnswer(
    "ListMultipartUploadsResult",
    el("Bucket", request.bucket),
    el("KeyMarker", encode(request.keyMarker)),
    el("UploadIdMarker", request.uploadIdMarker),
    nextKeyMarker !== undefined ? el("NextKeyMarker", encode(nextKeyMarker)) : undefined,
    optional("NextUploadIdMarker", output.nextUploadIdMarker),
    el("Prefix", encode(request.prefix)),
    request.delimiter !== undefined ? el("Delimiter", encode(request.delimiter)) : undefined,
    el("MaxUploads", request.maxUploads),
    el("IsTruncated", output.truncated),
    optional("EncodingType", request.encodingType),
    output.uploads.map((upload) =>
      el(
        "Upload",
        el("Key", encode(upload.key)),
        el("UploadId", upload.uploadId),
        ownerElement("Initiator", owner),
        ownerElement("Owner", owner),
        el("StorageClass", STORAGE_CLASS),
        timeElement("Initiated", new Date(upload.initiated)),
        checksumChoice(upload),
      )
    ),
    output.commonPrefixes.map((prefix) => el("CommonPrefixes", el("Prefix", encode(prefix)))),
  );
}
