/**
 * A POST form as the request that it stands for: its fields become headers, its file the body.
 *
 * @module
 */

import { openBody } from "../auth/body.ts";
import type { FormClaim } from "../auth/post_form.ts";
import { type SizeRange, withinSizes } from "../auth/post_policy.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { BodyChain } from "../http/body_chain.ts";
import { formBoundary, readForm } from "../http/form_data.ts";
import { percentEncode } from "../http/percent.ts";
import { readDocument } from "../xml/read.ts";
import { bucketOf, requireKeyLength } from "./address.ts";
import type { S3Request } from "./s3_request.ts";
import { tagsOf } from "./tagging.ts";
import { requestBody } from "./verified_request.ts";

/** The most bytes of a form: a file of 5 GiB, and room for fields and boundaries. */
const MAX_FORM_BYTES = 5 * 1024 ** 3 + 1024 ** 2;

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

/** What {@linkcode openForm} stands on. */
export interface FormOpener {
  /** Verifies signature and policy; says which sizes the file may have. */
  readonly authenticate: (form: FormClaim) => { readonly sizes: readonly SizeRange[] };
  /** Told of what is made of the request's body. */
  readonly bodies: BodyChain;
}

/**
 * A form as the request that it stands for, once its signature and policy have been found good.
 *
 * @param request The request that brought it.
 * @param opener Who judges it.
 * @throws {S3Error} Whatever `authenticate` throws; MalformedPOSTRequest and others for what is no form.
 */
export async function openForm(
  request: S3Request,
  { authenticate, bodies }: FormOpener,
): Promise<S3Request> {
  const bucket = bucketOf(request.address) ?? "";
  const boundary = formBoundary(request.headers.get("content-type")) ?? "";
  const { stream } = request.openBody({ maxLength: MAX_FORM_BYTES });
  const { fields, fileName, file } = await readForm(stream, boundary);
  bodies.add(file);
  const key = formKey(fields, fileName);
  const { sizes } = authenticate({ fields, bucket, key });
  const headers = formHeaders(fields);
  return {
    ...request,
    address: { kind: "object", bucket, key },
    headers,
    formFields: fields,
    openBody: (options) => {
      const body = openBody(withinSizes(file, sizes), headers, { kind: "plain" }, options);
      bodies.add(body.stream);
      return requestBody(body);
    },
  };
}

/**
 * The key that a form names.
 *
 * @param fields The form's fields.
 * @param fileName The base name of its file, which stands where the key says `${filename}`.
 * @throws {S3Error} InvalidArgument without a key, KeyTooLongError.
 */
function formKey(fields: ReadonlyMap<string, string>, fileName: string): string {
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

/**
 * The headers that a form's fields stand for.
 *
 * @param fields The form's fields, names in lower case.
 * @throws {S3Error} InvalidArgument for a name that no header has; MalformedXML and InvalidTag for
 * `tagging`.
 */
function formHeaders(fields: ReadonlyMap<string, string>): Headers {
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
