/**
 * What is stored with an object besides its bytes, from and to headers (Amazon S3 user guide, "Working with
 * object metadata").
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import type { ObjectAttributes } from "../store/object_store.ts";
import { headerToStored, headerToUtf8, storedToHeader } from "./header_text.ts";
import { parseTagging } from "./tagging_header.ts";

const REDIRECT_HEADER = "x-amz-website-redirect-location";
const METADATA_PREFIX = "x-amz-meta-";
/** The most bytes of user metadata, names (without their prefix) and values together. */
const MAX_METADATA_BYTES = 2048;
const MAX_REDIRECT_BYTES = 2048;
/** What a header's name is made of (RFC 9110 section 5.6.2), in lower case. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

// Values come without the blanks around them (`Headers` takes them off), and `trim` would take more: the
// byte A0, with which a letter of UTF-8 can end, is a blank of Latin-1.

/** Attributes that are a header each, and nothing more. */
const PLAIN_HEADERS = {
  cacheControl: "cache-control",
  contentDisposition: "content-disposition",
  contentLanguage: "content-language",
  expires: "expires",
} as const satisfies Partial<Record<keyof ObjectAttributes, string>>;

/**
 * Reads what a request that makes an object says of it; an empty header counts as absent, except for user
 * metadata.
 *
 * @param headers The request's headers.
 * @throws {S3Error} MetadataTooLarge, InvalidRedirectLocation, and what is wrong with `x-amz-tagging`.
 */
export function objectAttributes(headers: Headers): ObjectAttributes {
  return {
    ...describingAttributes(headers),
    ...redirectAttribute(headers),
    ...tagAttributes(headers),
  };
}

/**
 * What of it the metadata directive of a copy is about.
 *
 * @throws {S3Error} MetadataTooLarge.
 */
export function describingAttributes(headers: Headers): ObjectAttributes {
  const contentType = headers.get("content-type");
  const contentEncoding = readContentEncoding(headers);
  const metadata = readMetadata(headers);
  return {
    ...(contentType && { contentType: headerToUtf8(contentType) ?? contentType }),
    ...Object.fromEntries(
      Object.entries(PLAIN_HEADERS).flatMap(([attribute, name]) => {
        const value = headers.get(name);
        return value ? [[attribute, headerToStored(value)]] : [];
      }),
    ),
    ...(contentEncoding && { contentEncoding }),
    ...(metadata && { metadata }),
  };
}

/**
 * What of it is about neither: the redirect of a website, a path or a URL (Amazon S3 API reference, PutObject).
 *
 * @throws {S3Error} InvalidRedirectLocation.
 */
export function redirectAttribute(
  headers: Headers,
): Pick<ObjectAttributes, "websiteRedirectLocation"> {
  const value = headers.get(REDIRECT_HEADER);
  if (!value) return {};
  if (value.length > MAX_REDIRECT_BYTES) {
    throw new S3Error("InvalidRedirectLocation", {
      message: "The length of website redirect location cannot exceed 2,048 characters.",
    });
  }
  if (!/^(\/|https?:\/\/)/.test(value)) throw new S3Error("InvalidRedirectLocation");
  return { websiteRedirectLocation: headerToStored(value) };
}

/**
 * What of it the tagging directive of a copy is about.
 *
 * @throws {S3Error} What is wrong with `x-amz-tagging`.
 */
export function tagAttributes(headers: Headers): Pick<ObjectAttributes, "tags"> {
  const tagging = headers.get("x-amz-tagging");
  const tags = tagging ? parseTagging(headerToUtf8(tagging) ?? tagging) : [];
  return tags.length > 0 ? { tags } : {};
}

/** `aws-chunked` is how the body came, not what it is. */
function readContentEncoding(headers: Headers): string | undefined {
  const value = headers.get("content-encoding");
  if (value === null) return undefined;
  const codings = value.split(",").map((coding) => coding.replace(/^[ \t]+|[ \t]+$/g, ""));
  const kept = codings.filter((coding) => coding.toLowerCase() !== "aws-chunked");
  return headerToStored(kept.length === codings.length ? value : kept.join(","));
}

function readMetadata(headers: Headers): Readonly<Record<string, string>> | undefined {
  const pairs = [...headers].flatMap(([name, value]) =>
    name.startsWith(METADATA_PREFIX) && name !== METADATA_PREFIX
      ? [[name.slice(METADATA_PREFIX.length), value] as const]
      : []
  );
  if (pairs.length === 0) return undefined;
  // A header's value has a character for each byte.
  const size = pairs.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > MAX_METADATA_BYTES) {
    throw new S3Error("MetadataTooLarge", {
      fields: { Size: String(size), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
    });
  }
  return Object.fromEntries(pairs.map(([name, value]) => [name, headerToStored(value)]));
}

/**
 * The headers of a GET or HEAD that tell what is stored with the object, all but its type.
 * `x-amz-missing-meta` counts metadata whose names no header can have.
 *
 * @param attributes What is stored.
 */
export function attributeHeaders(attributes: ObjectAttributes): readonly [string, string][] {
  const { contentEncoding, websiteRedirectLocation, metadata = {}, tags = [] } = attributes;
  const named = Object.entries(metadata).filter(([name]) => TOKEN.test(name));
  const missing = Object.keys(metadata).length - named.length;
  return [
    ...cachingHeaders(attributes),
    ...plainHeaders(attributes, [
      "contentDisposition",
      "contentLanguage",
    ]),
    ...(contentEncoding !== undefined
      ? [["content-encoding", storedToHeader(contentEncoding)] as [string, string]]
      : []),
    ...(websiteRedirectLocation !== undefined
      ? [[REDIRECT_HEADER, storedToHeader(websiteRedirectLocation)] as [string, string]]
      : []),
    ...named.map(([name, value]): [string, string] => [
      METADATA_PREFIX + name,
      storedToHeader(value),
    ]),
    ...(missing > 0 ? [["x-amz-missing-meta", String(missing)] as [string, string]] : []),
    ...(tags.length > 0 ? [["x-amz-tagging-count", String(tags.length)] as [string, string]] : []),
  ];
}

/** Those of them that a 304 carries too (RFC 9110 section 15.4.5). */
export function cachingHeaders(attributes: ObjectAttributes): readonly [string, string][] {
  return plainHeaders(attributes, ["cacheControl", "expires"]);
}

function plainHeaders(
  attributes: ObjectAttributes,
  names: readonly (keyof typeof PLAIN_HEADERS)[],
): readonly [string, string][] {
  return names.flatMap((name): [string, string][] => {
    const value = attributes[name];
    return value === undefined ? [] : [[PLAIN_HEADERS[name], storedToHeader(value)]];
  });
}
