import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumAlgorithm,
} from "../checksum/algorithms.ts";
import { S3Error } from "../errors/s3_error.ts";
import { percentEncode } from "../http/percent.ts";
import type { Query } from "../http/query.ts";
import { el, s3Document } from "../xml/write.ts";
import type { ChecksumType, UploadChecksum } from "../multipart/upload_registry.ts";
import {
  checksumHeaders,
  documentAnswer,
  emptyAnswer,
  quoted,
  storedChecksumElements,
  xmlAnswer,
} from "./answers.ts";
import type {
  AbortMultipartUploadInput,
  CompleteMultipartUploadOutput,
  CreateMultipartUploadInput,
  CreateMultipartUploadOutput,
  UploadPartInput,
  UploadPartOutput,
} from "./operations.ts";
import { openUpload } from "./put_object.ts";
import { objectAttributes, objectInput, partNumberParameter } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** Which checksum types an algorithm can have, the default first (Amazon S3, CreateMultipartUpload). */
const CHECKSUM_TYPES = {
  CRC32: ["COMPOSITE", "FULL_OBJECT"],
  CRC32C: ["COMPOSITE", "FULL_OBJECT"],
  CRC64NVME: ["FULL_OBJECT"],
  MD5: ["COMPOSITE"],
  SHA1: ["COMPOSITE"],
  SHA256: ["COMPOSITE"],
  SHA512: ["COMPOSITE"],
  XXHASH128: ["COMPOSITE"],
  XXHASH3: ["COMPOSITE"],
  XXHASH64: ["COMPOSITE"],
} as const satisfies Record<ChecksumAlgorithm, readonly ChecksumType[]>;

/** Reads CreateMultipartUpload: POST `/b/k?uploads`. */
export function readCreateMultipartUpload(request: S3Request): CreateMultipartUploadInput {
  const checksum = readChecksumChoice(request.headers);
  return {
    ...objectInput(request),
    attributes: objectAttributes(request.headers),
    ...(checksum && { checksum }),
  };
}

function readChecksumChoice(headers: Headers): UploadChecksum | undefined {
  const algorithm = checksumAlgorithmHeader(headers);
  const type = headers.get("x-amz-checksum-type")?.trim().toUpperCase();
  if (type !== undefined && type !== "COMPOSITE" && type !== "FULL_OBJECT") {
    throw new S3Error("InvalidRequest", {
      message: "Value for x-amz-checksum-type header is invalid.",
    });
  }
  if (algorithm === undefined) {
    if (type === undefined) return undefined;
    throw new S3Error("InvalidRequest", {
      message:
        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm " +
        "header.",
    });
  }
  const types: readonly ChecksumType[] = CHECKSUM_TYPES[algorithm];
  const chosen = types.find((possible) => type === undefined || possible === type);
  if (chosen !== undefined) return { algorithm, type: chosen };
  throw new S3Error("InvalidRequest", {
    message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} ` +
      "checksum algorithm.",
  });
}

/**
 * `x-amz-checksum-algorithm`; undefined when absent.
 *
 * @throws {S3Error} InvalidRequest for an algorithm that is not offered.
 */
export function checksumAlgorithmHeader(headers: Headers): ChecksumAlgorithm | undefined {
  const name = headers.get("x-amz-checksum-algorithm");
  if (name === null) return undefined;
  const algorithm = checksumAlgorithm(name);
  if (algorithm !== undefined) return algorithm;
  throw new S3Error("InvalidRequest", {
    message: `Checksum algorithm provided is unsupported. Please try again with any of the valid ` +
      `types: [${CHECKSUM_ALGORITHMS.join(", ")}]`,
  });
}

/** Writes `InitiateMultipartUploadResult`. */
export function writeCreateMultipartUpload(output: CreateMultipartUploadOutput): Response {
  const { upload } = output;
  const document = s3Document(
    "InitiateMultipartUploadResult",
    el("Bucket", upload.bucket),
    el("Key", upload.key),
    el("UploadId", upload.uploadId),
  );
  return xmlAnswer(document, 200, {
    ...(upload.checksum && {
      "x-amz-checksum-algorithm": upload.checksum.algorithm,
      "x-amz-checksum-type": upload.checksum.type,
    }),
  });
}

/** Reads UploadPart: PUT `/b/k?partNumber&uploadId`. Its entity tag is the MD5. */
export function readUploadPart(request: S3Request): UploadPartInput {
  const partNumber = requiredPartNumber(request.query);
  return { ...uploadInput(request), partNumber, body: openUpload(request, { md5: true }) };
}

/** `partNumber` of a part that is written; throws InvalidArgument without it. */
export function requiredPartNumber(query: Query): number {
  const partNumber = partNumberParameter(query);
  if (partNumber !== undefined) return partNumber;
  throw new S3Error("InvalidArgument", {
    message: "Part number must be an integer between 1 and 10000, inclusive",
    fields: { ArgumentName: "partNumber", ArgumentValue: "" },
  });
}

/** Writes the answer of UploadPart. */
export function writeUploadPart({ part }: UploadPartOutput): Response {
  return emptyAnswer(200, { "ETag": quoted(part.etag), ...checksumHeaders(part.checksums) });
}

/** Address and upload id of a request about an upload; all of AbortMultipartUpload. */
export function uploadInput(request: S3Request): AbortMultipartUploadInput {
  return { ...objectInput(request), uploadId: request.query.get("uploadId") ?? "" };
}

/** Writes `CompleteMultipartUploadResult`. */
export function writeCompleteMultipartUpload(
  output: CompleteMultipartUploadOutput,
  request: S3Request,
): Response {
  const { bucket, key, etag, checksum, headers } = output;
  const path = percentEncode(`${bucket}/${key}`, { keepSlash: true });
  const answer = documentAnswer(
    "CompleteMultipartUploadResult",
    el("Location", `${request.origin}/${path}`),
    el("Bucket", bucket),
    el("Key", key),
    el("ETag", quoted(etag)),
    storedChecksumElements(checksum),
  );
  for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value);
  return answer;
}
