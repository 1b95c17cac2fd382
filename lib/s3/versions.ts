import { S3Error } from "../errors/s3_error.ts";
import type { ListEntry } from "../store/object_store.ts";
import { el, type Markup, optional } from "../xml/write.ts";
import {
  documentAnswer,
  keyEncoder,
  ownerElement,
  quoted,
  STORAGE_CLASS,
  timeElement,
} from "./answers.ts";
import { readSelection } from "./list_objects.ts";
import type { ListObjectVersionsInput, ListObjectVersionsOutput, Owner } from "./operations.ts";
import { textParameter } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** The id of the only version that an object has in a bucket without versioning. */
const NULL_VERSION = "null";

/**
 * Reads ListObjectVersions: GET `/b?versions`.
 *
 * @throws {S3Error} InvalidArgument for a version-id-marker without a key-marker, and for bad parameters.
 */
export function readListObjectVersions(request: S3Request): ListObjectVersionsInput {
  const { query } = request;
  const keyMarker = textParameter(query, "key-marker");
  const versionIdMarker = textParameter(query, "version-id-marker");
  if (versionIdMarker !== undefined && keyMarker === undefined) {
    throw new S3Error("InvalidArgument", {
      message: "A version-id marker cannot be specified without a key marker.",
      fields: { ArgumentName: "version-id-marker", ArgumentValue: versionIdMarker },
    });
  }
  return {
    ...readSelection(request),
    ...(keyMarker !== undefined && { keyMarker }),
    ...(versionIdMarker !== undefined && { versionIdMarker }),
  };
}

/** Writes `ListVersionsResult`: one version of each object, called `null` where there are no others. */
export function writeListObjectVersions(output: ListObjectVersionsOutput): Response {
  const { request, entries, truncated, nextKeyMarker } = output;
  const encode = keyEncoder(request.encodingType);
  const last = entries.at(-1);
  return documentAnswer(
    "ListVersionsResult",
    el("Name", request.bucket),
    el("Prefix", encode(request.prefix)),
    el("KeyMarker", encode(request.keyMarker ?? "")),
    el("VersionIdMarker", request.versionIdMarker ?? ""),
    nextKeyMarker === undefined ? undefined : el("NextKeyMarker", encode(nextKeyMarker)),
    nextKeyMarker !== undefined && last?.kind === "object"
      ? el("NextVersionIdMarker", last.object.versionId ?? NULL_VERSION)
      : undefined,
    el("MaxKeys", request.maxKeys),
    request.delimiter === undefined ? undefined : el("Delimiter", encode(request.delimiter)),
    el("IsTruncated", truncated),
    optional("EncodingType", request.encodingType),
    entries.flatMap((entry) => version(entry, encode, output.owner)),
    entries.flatMap((entry) =>
      entry.kind === "prefix" ? [el("CommonPrefixes", el("Prefix", encode(entry.prefix)))] : []
    ),
  );
}

function version(
  entry: ListEntry,
  encode: (key: string) => string,
  owner: Owner,
): readonly Markup[] {
  if (entry.kind === "prefix") return [];
  const { object } = entry;
  return [el(
    "Version",
    el("Key", encode(object.key)),
    el("VersionId", object.versionId ?? NULL_VERSION),
    el("IsLatest", true),
    timeElement("LastModified", object.lastModified),
    el("ETag", quoted(object.etag)),
    el("Size", object.content.size),
    el("StorageClass", STORAGE_CLASS),
    ownerElement("Owner", owner),
  )];
}
