import { S3Error } from "../errors/s3_error.ts";
import type { ByteRange } from "../store/object_store.ts";
import { el } from "../xml/write.ts";
import { checksumElements, documentAnswer, quoted, timeElement } from "./answers.ts";
import { readCopySource } from "./copy.ts";
import { requiredPartNumber, uploadInput } from "./multipart.ts";
import type { UploadPartCopyInput, UploadPartOutput } from "./operations.ts";
import type { S3Request } from "./s3_request.ts";

/** Reads UploadPartCopy: PUT `/b/k?partNumber&uploadId` with `x-amz-copy-source`. */
export function readUploadPartCopy(request: S3Request): UploadPartCopyInput {
  const { headers, query } = request;
  const range = readSourceRange(headers);
  return {
    ...uploadInput(request),
    partNumber: requiredPartNumber(query),
    source: readCopySource(headers),
    ...(range && { range }),
  };
}

/** `x-amz-copy-source-range`: unlike a `Range` it needs both of its ends. */
function readSourceRange(headers: Headers): ByteRange | undefined {
  const text = headers.get("x-amz-copy-source-range");
  if (text === null) return undefined;
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(text.trim()) ?? [];
  if (first !== undefined && last !== undefined && Number(first) <= Number(last)) {
    return { first: Number(first), last: Number(last) };
  }
  throw new S3Error("InvalidArgument", {
    message:
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
    fields: { ArgumentName: "x-amz-copy-source-range", ArgumentValue: text },
  });
}

/** Writes `CopyPartResult`. */
export function writeUploadPartCopy({ part }: UploadPartOutput): Response {
  return documentAnswer(
    "CopyPartResult",
    timeElement("LastModified", new Date(part.lastModified)),
    el("ETag", quoted(part.etag)),
    checksumElements(part.checksums),
  );
}
