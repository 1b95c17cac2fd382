import { S3Error } from "../errors/s3_error.ts";
import { parseHttpDate, parseIsoDateTime } from "../http/dates.ts";
import type { RequestElement } from "../xml/read.ts";
import { el, type Markup, optional } from "../xml/write.ts";
import { documentAnswer } from "./answers.ts";
import type {
  DeleteConditions,
  DeleteObjectInput,
  DeleteObjectsInput,
  DeleteObjectsOutput,
} from "./operations.ts";
import {
  bucketInput,
  etagCondition,
  objectInput,
  readXmlBody,
  writeConditions,
} from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** The most objects of one request (Amazon S3, DeleteObjects). */
const MAX_OBJECTS = 1000;
/** 1000 keys of 1 KiB, escaped. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

/** Reads DeleteObject: DELETE `/b/k`. */
export function readDeleteObject(request: S3Request): DeleteObjectInput {
  const { headers } = request;
  const size = readHeader(headers, "x-amz-if-match-size", readSize);
  const lastModified = readHeader(headers, "x-amz-if-match-last-modified-time", readTime);
  return {
    ...objectInput(request),
    conditions: {
      ...writeConditions(headers),
      ...(size !== undefined && { ifMatchSize: size }),
      ...(lastModified !== undefined && { ifMatchLastModified: lastModified }),
    },
  };
}

function readHeader<T>(
  headers: Headers,
  name: string,
  read: (text: string) => T | undefined,
): T | undefined {
  const text = headers.get(name);
  if (text === null) return undefined;
  const value = read(text.trim());
  if (value !== undefined) return value;
  throw new S3Error("InvalidArgument", { fields: { ArgumentName: name, ArgumentValue: text } });
}

const readSize = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** SDKs send the form of HTTP headers, here and in documents; the listing that it came from has ISO 8601. */
const readTime = (text: string): Date | undefined => parseHttpDate(text) ?? parseIsoDateTime(text);

/** Reads DeleteObjects: POST `/b?delete`. Neither Content-MD5 nor a checksum is insisted on. */
export async function readDeleteObjects(request: S3Request): Promise<DeleteObjectsInput> {
  const root = await readXmlBody(request, "Delete", { maxBytes: MAX_DOCUMENT_BYTES });
  const objects = root.children("Object");
  if (objects.length === 0 || objects.length > MAX_OBJECTS) throw new S3Error("MalformedXML");
  return {
    ...bucketInput(request),
    quiet: root.textOf("Quiet")?.trim().toLowerCase() === "true",
    objects: objects.map(readEntry),
  };
}

function readEntry(object: RequestElement): DeleteObjectsInput["objects"][number] {
  const key = object.textOf("Key");
  if (!key) throw new S3Error("MalformedXML");
  const versionId = object.textOf("VersionId");
  const conditions = readConditions(object);
  return {
    key,
    ...(versionId && { versionId }),
    ...(Object.keys(conditions).length > 0 && { conditions }),
  };
}

/** A condition that cannot be read is an error: deleting in spite of it would lose data. */
function readConditions(object: RequestElement): DeleteConditions {
  const etag = object.textOf("ETag");
  const size = readElement(object, "Size", readSize);
  const lastModified = readElement(object, "LastModifiedTime", readTime);
  return {
    ...(etag && { ifMatch: etagCondition(etag) }),
    ...(size !== undefined && { ifMatchSize: size }),
    ...(lastModified !== undefined && { ifMatchLastModified: lastModified }),
  };
}

function readElement<T>(
  object: RequestElement,
  name: string,
  read: (text: string) => T | undefined,
): T | undefined {
  const text = object.textOf(name)?.trim();
  if (text === undefined) return undefined;
  const value = read(text);
  if (value === undefined) throw new S3Error("MalformedXML");
  return value;
}

/** Writes `DeleteResult`: an entry for each object asked; errors only when quiet. */
export function writeDeleteObjects({ quiet, results }: DeleteObjectsOutput): Response {
  return documentAnswer(
    "DeleteResult",
    results.flatMap((result): readonly Markup[] => {
      const version = optional("VersionId", result.versionId);
      switch (result.kind) {
        case "deleted":
          return quiet ? [] : [el("Deleted", el("Key", result.key), version)];
        case "error":
          return [el(
            "Error",
            el("Key", result.key),
            version,
            el("Code", result.code),
            el("Message", result.message),
          )];
        default:
          return result satisfies never;
      }
    }),
  );
}
