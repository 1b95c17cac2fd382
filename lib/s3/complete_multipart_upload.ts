import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
} from "../checksum/algorithms.ts";
import { decodeDigest } from "../checksum/base64.ts";
import { S3Error } from "../errors/s3_error.ts";
import { bareETag } from "../http/etags.ts";
import { readDocument, type RequestElement } from "../xml/read.ts";
import { uploadInput } from "./multipart.ts";
import type { ChecksumType } from "../multipart/upload_registry.ts";
import type { AskedChecksum, CompleteMultipartUploadInput } from "./operations.ts";
import { MAX_PART_NUMBER, readSmallBody, writeConditions } from "./request_fields.ts";
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
  const checksum = readObjectChecksum(headers);
  const checksumType = readChecksumType(headers);
  const bytes = await readSmallBody(request, {
    maxBytes: MAX_DOCUMENT_BYTES,
    headerChecksums: false,
  });
  // Unlike other operations, this one takes no document for a document without parts.
  if (bytes.length === 0) throw new S3Error("MalformedXML");
  const parts = readDocument(bytes, "CompleteMultipartUpload").children("Part");
  if (parts.length === 0 || parts.length > MAX_PART_NUMBER) throw new S3Error("MalformedXML");
  return {
    ...uploadInput(request),
    parts: parts.map(readPart),
    conditions,
    ...(objectSize !== undefined && { objectSize }),
    ...(checksum !== undefined && { checksum }),
    ...(checksumType !== undefined && { checksumType }),
  };
}

function readPart(part: RequestElement): CompleteMultipartUploadInput["parts"][number] {
  const partNumber = part.textOf("PartNumber")?.trim() ?? "";
  const etag = part.textOf("ETag");
  if (!/^-?\d{1,9}$/.test(partNumber) || etag === undefined) throw new S3Error("MalformedXML");
  if (Number(partNumber) < 1) {
    throw new S3Error("InvalidArgument", {
      message: "PartNumber must be >= 1",
      fields: { ArgumentName: "PartNumber", ArgumentValue: partNumber },
    });
  }
  return {
    partNumber: Number(partNumber),
    etag: bareETag(etag),
    checksums: Object.fromEntries(readPartChecksums(part)),
  };
}

function readPartChecksums(
  part: RequestElement,
): readonly (readonly [ChecksumAlgorithm, string])[] {
  const sent = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const value = part.textOf(`Checksum${algorithm}`)?.trim();
    return value ? [[algorithm, value] as const] : [];
  });
  if (sent.length < 2 && sent.every(([algorithm, value]) => decodeDigest(value, algorithm))) {
    return sent;
  }
  throw new S3Error("InvalidArgument", {
    message: "Invalid Base64 or multiple checksums present in request",
    fields: {
      ArgumentName: "Checksum",
      ArgumentValue: sent.length === 1
        ? sent.map(([, value]) => value).join("")
        : sent.map(([algorithm, value]) => `${algorithm}:${value};`).join(""),
    },
  });
}

function readObjectSize(headers: Headers): number | undefined {
  const text = headers.get("x-amz-mp-object-size");
  if (text === null) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new S3Error("InvalidRequest", {
    message: /^-\d+$/.test(text)
      ? `Value for x-amz-mp-object-size header is less than zero: '${text}'`
      : "Value for x-amz-mp-object-size header is invalid.",
  });
}

function readChecksumType(headers: Headers): ChecksumType | undefined {
  const text = headers.get("x-amz-checksum-type")?.trim().toUpperCase();
  if (text === undefined || text === "COMPOSITE" || text === "FULL_OBJECT") return text;
  throw new S3Error("InvalidRequest", {
    message: "Value for x-amz-checksum-type header is invalid.",
  });
}

function readObjectChecksum(headers: Headers): AskedChecksum | undefined {
  const [sent, second] = CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
    const text = headers.get(checksumHeader(algorithm));
    return text === null ? [] : [{ algorithm, text }];
  });
  if (sent === undefined) return undefined;
  const [, value = "", count] = /^([^-]*)(?:-(\d{1,5}))?$/.exec(sent.text) ?? [];
  if (second !== undefined || decodeDigest(value, sent.algorithm) === undefined) {
    throw new S3Error("InvalidRequest", {
      message: second === undefined
        ? `Value for ${checksumHeader(sent.algorithm)} header is invalid.`
        : "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    });
  }
  const partCount = count === undefined ? {} : { partCount: Number(count) };
  return { algorithm: sent.algorithm, value, ...partCount };
}
