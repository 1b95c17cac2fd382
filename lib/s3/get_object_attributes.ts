import { S3Error } from "../errors/s3_error.ts";
import { formatHttpDate } from "../http/dates.ts";
import { el, type Markup, s3Document } from "../xml/write.ts";
import { STORAGE_CLASS, storedChecksumElements, versionHeader, xmlAnswer } from "./answers.ts";
import type {
  AttributeName,
  GetObjectAttributesInput,
  GetObjectAttributesOutput,
} from "./operations.ts";
import { objectInput } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** In the order of the answer's elements. */
const NAMES: readonly AttributeName[] = [
  "ETag",
  "Checksum",
  "ObjectParts",
  "StorageClass",
  "ObjectSize",
];
/** The most parts of an answer, and how many there are when nothing is asked. */
const MAX_PARTS = 1000;

/** Reads GetObjectAttributes: GET `/b/k?attributes` with `x-amz-object-attributes`. */
export function readGetObjectAttributes(request: S3Request): GetObjectAttributesInput {
  const { headers } = request;
  const maxParts = numberHeader(headers, "x-amz-max-parts") ?? MAX_PARTS;
  return {
    ...objectInput(request),
    attributes: readNames(headers),
    maxParts: Math.min(maxParts, MAX_PARTS),
    partNumberMarker: numberHeader(headers, "x-amz-part-number-marker") ?? 0,
  };
}

/** The header may be repeated or hold a list, with or without blanks: SDKs differ. */
function readNames(headers: Headers): readonly AttributeName[] {
  const header = headers.get("x-amz-object-attributes") ?? "";
  const asked = header.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (asked.length === 0) {
    throw new S3Error("InvalidRequest", {
      message: "The x-amz-object-attributes header specifying the attributes to be retrieved is " +
        "either missing or empty",
    });
  }
  const known = NAMES.filter((name) => asked.includes(name));
  const unknown = asked.find((name) => !NAMES.some((known) => known === name));
  if (unknown === undefined) return known;
  throw new S3Error("InvalidArgument", {
    message: "Invalid attribute name specified.",
    fields: { ArgumentName: "x-amz-object-attributes", ArgumentValue: unknown },
  });
}

function numberHeader(headers: Headers, name: string): number | undefined {
  const text = headers.get(name)?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new S3Error("InvalidArgument", {
    message: `Provided ${name} not an integer or within integer range`,
    fields: { ArgumentName: name, ArgumentValue: text },
  });
}

/** Writes `GetObjectAttributesResponse`: only what was asked for. */
export function writeGetObjectAttributes(output: GetObjectAttributesOutput): Response {
  const { object, request } = output;
  const document = s3Document(
    "GetObjectAttributesResponse",
    request.attributes.map((name) => attributeElement(name, output)),
  );
  return xmlAnswer(document, 200, {
    "Last-Modified": formatHttpDate(object.lastModified),
    ...versionHeader(object),
  });
}

function attributeElement(
  name: AttributeName,
  output: GetObjectAttributesOutput,
): Markup | undefined {
  const { content, etag, attributes: { checksum } } = output.object;
  switch (name) {
    case "ETag":
      // Here alone without its quotes.
      return el("ETag", etag);
    case "Checksum":
      return checksum && el("Checksum", storedChecksumElements(checksum));
    case "ObjectParts":
      return partsElement(output);
    case "StorageClass":
      return el("StorageClass", STORAGE_CLASS);
    case "ObjectSize":
      return el("ObjectSize", content.size);
    default:
      return name satisfies never;
  }
}

function partsElement(
  { request, object, parts }: GetObjectAttributesOutput,
): Markup | undefined {
  if (parts === undefined) return undefined;
  const { page, total, truncated } = parts;
  const algorithm = object.attributes.checksum?.algorithm;
  return el(
    "ObjectParts",
    el("PartsCount", total),
    el("PartNumberMarker", request.partNumberMarker),
    el("NextPartNumberMarker", page.at(-1)?.partNumber ?? 0),
    el("MaxParts", request.maxParts),
    el("IsTruncated", truncated),
    page.map(({ partNumber, size, checksum }) =>
      el(
        "Part",
        el("PartNumber", partNumber),
        el("Size", size),
        algorithm !== undefined && checksum !== undefined
          ? el(`Checksum${algorithm}`, checksum)
          : undefined,
      )
    ),
  );
}
