import { S3Error } from "../errors/s3_error.ts";
import { checksumHeaders, contentHeaders, emptyAnswer } from "./answers.ts";
import type { PutObjectInput, PutObjectOutput, RequestBody } from "./operations.ts";
import { objectAttributes, objectInput, writeConditions } from "./request_fields.ts";
import type { OpenBodyOptions, S3Request } from "./s3_request.ts";

/** The most bytes of one PUT or part: 5 GiB (Amazon S3 limits). */
const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;

/** Reads PutObject: PUT `/b/k`. */
export function readPutObject(request: S3Request): PutObjectInput {
  return {
    ...objectInput(request),
    attributes: objectAttributes(request.headers),
    conditions: writeConditions(request.headers),
    body: openUpload(request),
  };
}

/**
 * Opens the body of an object or part. Without a length, without chunks and without a byte it fails with
 * MissingContentLength: such an HTTP/1.1 request has no body, and an empty object is not what was meant.
 */
export function openUpload(request: S3Request, options: OpenBodyOptions = {}): RequestBody {
  const body = request.openBody({ ...options, maxLength: MAX_UPLOAD_BYTES });
  const announced = ["content-length", "transfer-encoding", "x-amz-decoded-content-length"];
  if (announced.some((name) => request.headers.has(name))) return body;
  return { ...body, stream: body.stream.pipeThrough(neverEmpty()) };
}

function neverEmpty(): TransformStream<Uint8Array, Uint8Array> {
  let empty = true;
  return new TransformStream({
    transform(bytes, controller) {
      empty = false;
      controller.enqueue(bytes);
    },
    flush() {
      if (empty) throw new S3Error("MissingContentLength");
    },
  });
}

/** Writes the answer of PutObject. */
export function writePutObject({ object, checksums }: PutObjectOutput): Response {
  return emptyAnswer(200, { ...contentHeaders(object), ...checksumHeaders(checksums) });
}
