import { S3Error } from "../errors/s3_error.ts";
import { readConditions } from "../http/conditions.ts";
import { formatHttpDate } from "../http/dates.ts";
import { contentHeaders, emptyAnswer, storedChecksumHeaders } from "./answers.ts";
import { asHeader, utf8ToHeader } from "./header_text.ts";
import type { GetObjectInput, GetObjectOutput } from "./operations.ts";
import { attributeHeaders, cachingHeaders } from "./object_attributes.ts";
import { objectInput, partNumberParameter, textParameter } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** The type of an object whose writer gave none (Amazon S3, PutObject). */
const DEFAULT_CONTENT_TYPE = "binary/octet-stream";

/** Headers of the answer that `response-*` parameters replace (GetObject). */
const OVERRIDABLE = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
] as const;

/** Reads GetObject and HeadObject. */
export function readGetObject(request: S3Request): GetObjectInput {
  const { headers, query } = request;
  const range = headers.get("range");
  const ifRange = headers.get("if-range");
  const partNumber = partNumberParameter(query);
  return {
    ...objectInput(request),
    ...(range !== null && { range }),
    ...(ifRange !== null && { ifRange }),
    ...(partNumber !== undefined && { partNumber }),
    checksumMode: headers.get("x-amz-checksum-mode")?.trim().toUpperCase() === "ENABLED",
    conditions: readConditions(headers),
    overrides: readOverrides(request),
  };
}

/** Whoever makes a link must not decide what others' browsers take an object for, unless they sign. */
function readOverrides({ query, signed }: S3Request): Readonly<Record<string, string>> {
  const overrides = OVERRIDABLE.flatMap((name) => {
    const value = textParameter(query, `response-${name}`);
    return value === undefined ? [] : [[name, utf8ToHeader(`response-${name}`, value)]];
  });
  if (overrides.length > 0 && !signed) {
    throw new S3Error("InvalidRequest", {
      message: "Request specific response headers cannot be used for anonymous GET requests.",
    });
  }
  return Object.fromEntries(overrides);
}

/**
 * Writes the answer of GetObject and HeadObject: 200, 206, 302 or 304. HEAD has the object's
 * Content-Length and no body.
 */
export function writeGetObject(output: GetObjectOutput): Response {
  const { object, range } = output;
  const { attributes } = object;
  const headers = new Headers([
    ...Object.entries(contentHeaders(object)),
    ["Last-Modified", formatHttpDate(object.lastModified)],
    ...(output.notModified ? cachingHeaders(attributes) : attributeHeaders(attributes)),
  ]);
  if (output.notModified) return emptyAnswer(304, headers);
  if (output.location !== undefined) {
    headers.set("Location", output.location);
    return emptyAnswer(302, headers);
  }
  const { size } = object.content;
  const part = range.kind === "part" ? range : undefined;
  headers.set("Accept-Ranges", "bytes");
  headers.set("Content-Type", contentType(object));
  headers.set("Content-Length", String(part ? part.last - part.first + 1 : size));
  if (part) headers.set("Content-Range", `bytes ${part.first}-${part.last}/${size}`);
  if (output.partsCount !== undefined) {
    headers.set("x-amz-mp-parts-count", String(output.partsCount));
  }
  for (const [name, value] of Object.entries(storedChecksumHeaders(output.checksum))) {
    headers.set(name, value);
  }
  for (const [name, value] of Object.entries(output.overrides)) headers.set(name, value);
  return new Response(output.body ?? null, { status: part ? 206 : 200, headers });
}

/** Other tools can have given a file a type that no header holds. */
function contentType({ attributes }: GetObjectOutput["object"]): string {
  return asHeader(attributes.contentType?.trim() ?? "") || DEFAULT_CONTENT_TYPE;
}
