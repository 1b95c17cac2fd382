import { CHECKSUM_ALGORITHMS } from "../checksum/algorithms.ts";
import { S3Error } from "../errors/s3_error.ts";
import { bareETag } from "../http/etags.ts";
import type { RequestElement } from "../xml/read.ts";
import { uploadInput } from "./multipart.ts";
import type { CompleteMultipartUploadInput } from "./operations.ts";
import { MAX_PART_NUMBER, readXmlBody, writeConditions } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** 10,000 parts with their checksums are about 1.5 MiB. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/**
 * Reads CompleteMultipartUpload: POST `/b/k?uploadId`. Its `x-amz-checksum-*` headers speak of the
 * object, not of the document.
 */
export async function readCompleteMultipartUpload(
  request: S3Request,
): Promise<CompleteMultipartUploadInput> {
  const { headers } = request;
  const conditions = writeConditions(headers);
  const objectSize = readObjectSize(headers);
  const root = await readXmlBody(request, "CompleteMultipartUpload", {
    maxBytes: MAX_DOCUMENT_BYTES,
    headerChecksums: false,
  });
  const parts = root.children("Part");
  if (parts.length === 0 || parts.length > MAX_PART_NUMBER) throw new S3Error("MalformedXML");
  return {
    ...uploadInput(request),
    parts: parts.map(readPart),
    conditions,
    ...(objectSize !== undefined && { objectSize }),
  };
}

function readPart(part: RequestElement): CompleteMultipartUploadInput["parts"][number] {
  const partNumber = part.textOf("PartNumber")?.trim() ?? "";
  const etag = part.textOf("ETag");
  if (!/^\d{1,9}$/.test(partNumber) || etag === undefined) throw new S3Error("MalformedXML");
  const checksums = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const value = part.textOf(`Checksum${algorithm}`)?.trim();
    return value ? [[algorithm, value] as const] : [];
  });
  return {
    partNumber: Number(partNumber),
    etag: bareETag(etag),
    checksums: Object.fromEntries(checksums),
  };
}

function readObjectSize(headers: Headers): number | undefined {
  const text = headers.get("x-amz-mp-object-size");
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new S3Error("InvalidRequest", {
    message: "Value for x-amz-mp-object-size header is invalid.",
  });
}
