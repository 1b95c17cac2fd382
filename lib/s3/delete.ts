import { S3Error } from "../errors/s3_error.ts";
import { bareETag } from "../http/etags.ts";
import type { RequestElement } from "../xml/read.ts";
import { el, type Markup, optional } from "../xml/write.ts";
import { documentAnswer } from "./answers.ts";
import type { DeleteObjectInput, DeleteObjectsInput, DeleteObjectsOutput } from "./operations.ts";
import { bucketInput, objectInput, readXmlBody, writeConditions } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** The most objects of one request (Amazon S3, DeleteObjects). */
const MAX_OBJECTS = 1000;
/** 1000 keys of 1 KiB, escaped. */
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;

/** Reads DeleteObject: DELETE `/b/k`. */
export function readDeleteObject(request: S3Request): DeleteObjectInput {
  return { ...objectInput(request), conditions: writeConditions(request.headers) };
}

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
  for (const condition of ["LastModifiedTime", "Size"]) {
    // Deleting in spite of a condition that is not looked at would lose data.
    if (object.child(condition) === undefined) continue;
    throw new S3Error("NotImplemented", {
      message: `The condition ${condition} is not implemented`,
    });
  }
  const versionId = object.textOf("VersionId");
  const etag = object.textOf("ETag");
  return {
    key,
    ...(versionId && { versionId }),
    ...(etag && { etag: bareETag(etag) }),
  };
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
