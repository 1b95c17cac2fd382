import type { ListEntry } from "../store/object_store.ts";
import { type Content, el, type Markup, optional } from "../xml/write.ts";
import {
  documentAnswer,
  keyEncoder,
  ownerElement,
  quoted,
  STORAGE_CLASS,
  timeElement,
} from "./answers.ts";
import type { ListObjectsInput, ListObjectsOutput, Owner } from "./operations.ts";
import { bucketInput, encodingTypeParameter, pageSize, textParameter } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

type Encode = (key: string) => string;

/** Reads ListObjects: GET `/b`. */
export function readListObjects(request: S3Request): ListObjectsInput {
  const marker = textParameter(request.query, "marker");
  return {
    ...readSelection(request),
    version: 1,
    fetchOwner: true,
    ...(marker !== undefined && { marker }),
  };
}

/** Reads ListObjectsV2: GET `/b?list-type=2`. An empty continuation token is a wrong one. */
export function readListObjectsV2(request: S3Request): ListObjectsInput {
  const { query } = request;
  const startAfter = textParameter(query, "start-after");
  const continuationToken = query.get("continuation-token");
  return {
    ...readSelection(request),
    version: 2,
    fetchOwner: query.get("fetch-owner")?.toLowerCase() === "true",
    ...(startAfter !== undefined && { startAfter }),
    ...(continuationToken !== undefined && { continuationToken }),
  };
}

/** What every listing of keys selects: prefix, delimiter, size of the page and encoding. */
export function readSelection(request: S3Request) {
  const { query } = request;
  const delimiter = textParameter(query, "delimiter");
  return {
    ...bucketInput(request),
    prefix: query.get("prefix") ?? "",
    maxKeys: pageSize(query, "max-keys"),
    ...(delimiter !== undefined && { delimiter }),
    ...encodingTypeParameter(query),
  };
}

/** Writes `ListBucketResult` of either version, in the order of the API reference. */
export function writeListObjects(output: ListObjectsOutput): Response {
  const { request } = output;
  const encode = keyEncoder(request.encodingType);
  const place = request.version === 1 ? placeV1(output, encode) : placeV2(output, encode);
  return documentAnswer(
    "ListBucketResult",
    el("Name", request.bucket),
    el("Prefix", encode(request.prefix)),
    place.begin,
    optional("Delimiter", encoded(request.delimiter, encode)),
    el("MaxKeys", request.maxKeys),
    place.count,
    el("IsTruncated", output.truncated),
    optional("EncodingType", request.encodingType),
    place.next,
    output.entries.flatMap((entry) => contents(entry, encode, output.owner)),
    output.entries.flatMap((entry) => commonPrefix(entry, encode)),
  );
}

/** What the versions say differently about where the page begins and ends. */
interface Place {
  readonly begin?: Content;
  readonly count?: Content;
  readonly next: Content;
}

function placeV1({ request, nextMarker }: ListObjectsOutput, encode: Encode): Place {
  return {
    begin: el("Marker", encode(request.marker ?? "")),
    next: optional("NextMarker", encoded(nextMarker, encode)),
  };
}

/** Tokens are opaque and never encoded. */
function placeV2(output: ListObjectsOutput, encode: Encode): Place {
  const { request, entries, nextContinuationToken } = output;
  return {
    count: el("KeyCount", entries.length),
    next: [
      optional("ContinuationToken", request.continuationToken),
      optional("NextContinuationToken", nextContinuationToken),
      optional("StartAfter", encoded(request.startAfter, encode)),
    ],
  };
}

function contents(entry: ListEntry, encode: Encode, owner: Owner | undefined): readonly Markup[] {
  if (entry.kind === "prefix") return [];
  const { object } = entry;
  return [el(
    "Contents",
    el("Key", encode(object.key)),
    timeElement("LastModified", object.lastModified),
    el("ETag", quoted(object.etag)),
    el("Size", object.content.size),
    el("StorageClass", STORAGE_CLASS),
    owner && ownerElement("Owner", owner),
  )];
}

function commonPrefix(entry: ListEntry, encode: Encode): readonly Markup[] {
  return entry.kind === "prefix" ? [el("CommonPrefixes", el("Prefix", encode(entry.prefix)))] : [];
}

function encoded(text: string | undefined, encode: Encode): string | undefined {
  return text === undefined ? undefined : encode(text);
}
