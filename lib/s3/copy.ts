import { S3Error } from "../errors/s3_error.ts";
import { readConditions } from "../http/conditions.ts";
import { decodeToText } from "../http/percent.ts";
import { el, s3Document } from "../xml/write.ts";
import {
  quoted,
  STORAGE_CLASS,
  storedChecksumElements,
  timeElement,
  xmlAnswer,
} from "./answers.ts";
import { checksumAlgorithmHeader } from "./multipart.ts";
import { describingAttributes, redirectAttribute, tagAttributes } from "./object_attributes.ts";
import { headerToUtf8 } from "./header_text.ts";
import type { CopyObjectInput, CopyObjectOutput, CopySource } from "./operations.ts";
import { objectInput, writeConditions } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";
import { requireVersion } from "./screen.ts";

/** Reads CopyObject: PUT `/b/k` with `x-amz-copy-source`. */
export function readCopyObject(request: S3Request): CopyObjectInput {
  const { headers } = request;
  const metadataDirective = readDirective(headers, "x-amz-metadata-directive");
  const taggingDirective = readDirective(headers, "x-amz-tagging-directive");
  const checksumAlgorithm = checksumAlgorithmHeader(headers);
  return {
    ...objectInput(request),
    source: readCopySource(headers),
    metadataDirective,
    taggingDirective,
    attributes: {
      ...(metadataDirective === "REPLACE" && describingAttributes(headers)),
      ...redirectAttribute(headers),
      ...(taggingDirective === "REPLACE" && tagAttributes(headers)),
    },
    setsStorage: setsStorage(headers),
    ...(checksumAlgorithm !== undefined && { checksumAlgorithm }),
    conditions: writeConditions(headers),
  };
}

/** Everything is of one class and encrypted or not as the Hub does it, so only S3 would change something. */
function setsStorage(headers: Headers): boolean {
  const storageClass = headers.get("x-amz-storage-class") ?? STORAGE_CLASS;
  return storageClass.trim().toUpperCase() !== STORAGE_CLASS ||
    headers.has("x-amz-server-side-encryption");
}

/**
 * Reads `x-amz-copy-source` and the conditions on it: `[/]bucket/key[?versionId=…]`, percent-encoded
 * or not. The version is cut off before decoding, since keys can contain `?`.
 *
 * @throws {S3Error} InvalidArgument for any other form, NotImplemented for access points.
 */
export function readCopySource(headers: Headers): CopySource {
  const header = headers.get("x-amz-copy-source") ?? "";
  if (/^\/?arn(:|%3a)/i.test(header)) {
    throw new S3Error("NotImplemented", { message: "Access points are not implemented" });
  }
  const version = /\?versionId=([^?]*)$/.exec(header);
  const source = splitSource(version ? header.slice(0, version.index) : header);
  if (source === undefined) {
    throw new S3Error("InvalidArgument", {
      message: "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      fields: { ArgumentName: "x-amz-copy-source", ArgumentValue: header },
    });
  }
  const versionId = version?.[1];
  if (versionId !== undefined) requireVersion(source.bucket, versionId);
  return {
    ...source,
    ...(versionId !== undefined && { versionId }),
    conditions: readConditions(headers, "x-amz-copy-source-"),
  };
}

function splitSource(encoded: string): Omit<CopySource, "conditions"> | undefined {
  const path = decodeSource(encoded)?.replace(/^\//, "");
  const slash = path?.indexOf("/") ?? -1;
  if (path === undefined || slash <= 0 || slash === path.length - 1) return undefined;
  const key = path.slice(slash + 1);
  const formKey = decodeSource(encoded.replaceAll("+", " "))?.replace(/^\//, "").slice(slash + 1);
  return {
    bucket: path.slice(0, slash),
    key,
    ...(formKey !== undefined && formKey !== key && { formKey }),
  };
}

function decodeSource(encoded: string): string | undefined {
  const text = headerToUtf8(encoded);
  if (text === undefined) return undefined;
  try {
    return decodeToText(text);
  } catch (error) {
    if (error instanceof S3Error) return undefined;
    throw error;
  }
}

function readDirective(headers: Headers, name: string): "COPY" | "REPLACE" {
  const value = headers.get(name) ?? "COPY";
  if (value === "COPY" || value === "REPLACE") return value;
  throw new S3Error("InvalidArgument", {
    message: `Unknown ${name === "x-amz-tagging-directive" ? "tagging" : "metadata"} directive.`,
    fields: { ArgumentName: name, ArgumentValue: value },
  });
}

/** Writes `CopyObjectResult`. */
export function writeCopyObject({ object, checksum }: CopyObjectOutput): Response {
  const document = s3Document(
    "CopyObjectResult",
    timeElement("LastModified", object.lastModified),
    el("ETag", quoted(object.etag)),
    storedChecksumElements(checksum),
  );
  return xmlAnswer(document, 200, { "x-hf-xet-hash": object.content.hash });
}
