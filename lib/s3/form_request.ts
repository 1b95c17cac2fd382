/**
 * A POST form as the request that it stands for: its fields become headers, its file the body.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import { percentEncode } from "../http/percent.ts";
import { readDocument } from "../xml/read.ts";
import { type Address, requireKeyLength } from "./address.ts";
import { tagsOf } from "./tagging.ts";

/** Fields that are headers by their own name. */
const HEADER_FIELDS: ReadonlySet<string> = new Set([
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-md5",
  "content-type",
  "expires",
]);

/** Fields of these names say something of the form or of another request. */
const NO_HEADERS: ReadonlySet<string> = new Set([
  "x-amz-algorithm",
  "x-amz-content-sha256",
  "x-amz-copy-source",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-decoded-content-length",
  "x-amz-security-token",
  "x-amz-signature",
  "x-amz-tagging",
  "x-amz-trailer",
]);

const textEncoder = new TextEncoder();

/**
 * The key that a form names.
 *
 * @param fields The form's fields.
 * @param fileName The base name of its file, which stands where the key says `${filename}`.
 * @throws {S3Error} InvalidArgument without a key, KeyTooLongError.
 */
export function formKey(fields: ReadonlyMap<string, string>, fileName: string): string {
  const key = fields.get("key")?.replaceAll("${filename}", () => fileName);
  if (!key) {
    throw new S3Error("InvalidArgument", {
      message: "Bucket POST must contain a field named 'key'.  If it is specified, please check " +
        "the order of the fields.",
      fields: { ArgumentName: "key", ArgumentValue: "" },
    });
  }
  requireKeyLength(key);
  return key;
}

/** The object that a form to a bucket is about. */
export function formAddress(bucket: string, key: string): Address {
  return { kind: "object", bucket, key };
}

/**
 * The headers that a form's fields stand for.
 *
 * @param fields The form's fields, names in lower case.
 * @throws {S3Error} InvalidArgument for a name that no header has; MalformedXML and InvalidTag for
 * `tagging`.
 */
export function formHeaders(fields: ReadonlyMap<string, string>): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) {
    if (name === "acl") headers.set("x-amz-acl", headerValue(name, value));
    else if (name === "tagging") headers.set("x-amz-tagging", taggingHeader(value));
    else if (isHeader(name)) headers.set(name, headerValue(name, value));
  }
  return headers;
}

function isHeader(name: string): boolean {
  if (HEADER_FIELDS.has(name)) return true;
  if (!name.startsWith("x-amz-") || NO_HEADERS.has(name)) return false;
  if (/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name)) return true;
  throw new S3Error("InvalidArgument", {
    message: "The name of a field is not a header's",
    fields: { ArgumentName: name },
  });
}

/** A field's UTF-8 bytes, a character each. */
function headerValue(name: string, text: string): string {
  let value = "";
  for (const byte of textEncoder.encode(text.trim())) {
    if (byte === 0 || byte === 0x0a || byte === 0x0d) {
      throw new S3Error("InvalidArgument", {
        message: "The values of fields must not contain control characters",
        fields: { ArgumentName: name, ArgumentValue: text },
      });
    }
    value += String.fromCharCode(byte);
  }
  return value;
}

/** `tagging` is a document, as in PutObjectTagging; the header is a query. */
function taggingHeader(document: string): string {
  return tagsOf(readDocument(textEncoder.encode(document), "Tagging"))
    .map(({ key, value }) => `${percentEncode(key)}=${percentEncode(value)}`).join("&");
}
