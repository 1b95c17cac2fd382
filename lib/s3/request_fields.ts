/**
 * The readers that all operations are read with: addresses, parameters, conditions, attributes and
 * request documents.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import { collect, messageTooLong } from "../http/byte_streams.ts";
import { parseETagCondition } from "../http/etags.ts";
import type { Query } from "../http/query.ts";
import { isRepoBucket } from "../store/repos/repo_bucket_names.ts";
import { readDocument, type RequestElement } from "../xml/read.ts";
import type { BucketInput, ObjectInput, WriteConditions } from "./operations.ts";
import type { OpenBodyOptions, S3Request } from "./s3_request.ts";

export { objectAttributes } from "./object_attributes.ts";

/** The largest request document, unless an operation takes more (Amazon S3, 1 MiB). */
const MAX_DOCUMENT_BYTES = 1024 * 1024;
/** The most parts of an upload, and so the highest part number (Amazon S3 multipart limits). */
export const MAX_PART_NUMBER = 10_000;

/** The bucket of a request that detection has found to have one. */
export function bucketInput({ address }: S3Request): BucketInput {
  if (address.kind === "service") throw new Error("A bucket operation without a bucket");
  return { bucket: address.bucket };
}

/** Bucket and key of a request that detection has found to have both. */
export function objectInput({ address, query }: S3Request): ObjectInput {
  if (address.kind !== "object") throw new Error(`An object operation on a ${address.kind}`);
  const { bucket, key } = address;
  const versionId = isRepoBucket(bucket) ? query.get("versionId") : undefined;
  return { bucket, key, ...(versionId !== undefined && { versionId }) };
}

/** A text parameter; an empty one counts as absent (ListObjectsV2: `delimiter=`, `prefix=`). */
export function textParameter(query: Query, name: string): string | undefined {
  const value = query.get(name);
  return value === "" ? undefined : value;
}

/** Bounds of {@linkcode integerParameter}. */
export interface IntegerBounds {
  readonly min: number;
  readonly max: number;
  /** What is said when the value is out of bounds. */
  readonly message?: string;
}

/**
 * A whole number in the query; undefined when absent or empty.
 *
 * @throws {S3Error} InvalidArgument for anything else and out of bounds.
 */
export function integerParameter(
  query: Query,
  name: string,
  { min, max, message }: IntegerBounds,
): number | undefined {
  const text = textParameter(query, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new S3Error("InvalidArgument", {
    message: message ?? `Argument ${name} must be an integer between ${min} and ${max}`,
    fields: { ArgumentName: name, ArgumentValue: text },
  });
}

/** The size of a page: 0 to 1000, more is cut to 1000, the default (`max-keys` and its like). */
export function pageSize(query: Query, name: string): number {
  const asked = integerParameter(query, name, {
    min: 0,
    max: 2 ** 31 - 1,
    message: `Provided ${name} not an integer or within integer range`,
  });
  return Math.min(asked ?? 1000, 1000);
}

/** `partNumber`, 1 to 10,000; undefined when absent. */
export function partNumberParameter(query: Query): number | undefined {
  return integerParameter(query, "partNumber", {
    min: 1,
    max: MAX_PART_NUMBER,
    message: "Part number must be an integer between 1 and 10000, inclusive",
  });
}

/**
 * `encoding-type`, to be spread into an input.
 *
 * @throws {S3Error} InvalidArgument for another value than `url`.
 */
export function encodingTypeParameter(query: Query): { readonly encodingType?: "url" } {
  const value = textParameter(query, "encoding-type");
  if (value === undefined) return {};
  if (value === "url") return { encodingType: "url" };
  throw new S3Error("InvalidArgument", {
    message: "Invalid Encoding Method specified in Request",
    fields: { ArgumentName: "encoding-type", ArgumentValue: value },
  });
}

/**
 * The conditions on a write (Amazon S3 user guide, "Conditional requests"). S3 knows `If-None-Match`
 * with `*` only; entity tags are taken in the sense of RFC 9110 section 13.1.2, as other servers do.
 *
 * @throws {S3Error} NotImplemented for an `If-None-Match` that names nothing, or `*` among entity tags: as a
 * list that nothing is in it would let every write through.
 */
export function writeConditions(headers: Headers): WriteConditions {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  const noneMatch = ifNoneMatch === null ? undefined : etagCondition(ifNoneMatch);
  if (Array.isArray(noneMatch) && (noneMatch.length === 0 || noneMatch.includes("*"))) {
    throw new S3Error("NotImplemented", { fields: { Header: "If-None-Match" } });
  }
  return {
    ...(ifMatch !== null && { ifMatch: etagCondition(ifMatch) }),
    ...(noneMatch !== undefined && { ifNoneMatch: noneMatch }),
  };
}

/**
 * What a condition on a write names: bare entity tags, or `*`.
 *
 * @param text The value of `If-Match`, `If-None-Match`, or of the element `ETag`.
 */
export function etagCondition(text: string): readonly string[] | "*" {
  const condition = parseETagCondition(text);
  return condition.kind === "any" ? "*" : condition.etags;
}

/** Bounds of {@linkcode readXmlBody}. */
export interface XmlBodyOptions extends OpenBodyOptions {
  /** The most bytes. Default 1 MiB. */
  readonly maxBytes?: number;
}

/**
 * Reads the request document through the verified decoder.
 *
 * @param request The request.
 * @param root The name of the root element.
 * @param options How much, and how the body is opened.
 * @throws {S3Error} MissingRequestBodyError, MalformedXML, MaxMessageLengthExceeded, and whatever is
 * wrong with the body itself.
 */
export async function readXmlBody(
  request: S3Request,
  root: string,
  options: XmlBodyOptions = {},
): Promise<RequestElement> {
  return readDocument(await readSmallBody(request, options), root);
}

/** Reads a whole small body through the verified decoder. */
export async function readSmallBody(
  request: S3Request,
  { maxBytes = MAX_DOCUMENT_BYTES, ...options }: XmlBodyOptions = {},
): Promise<Uint8Array> {
  const { stream, length } = request.openBody(options);
  if (length !== undefined && length > maxBytes) throw messageTooLong(maxBytes);
  return await collect(stream, maxBytes);
}
