import { type ChecksumAlgorithm, checksumAlgorithm } from "../checksum/algorithms.ts";
import { decodeDigest } from "../checksum/base64.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { PayloadForm } from "./payload_form.ts";

/** What the headers promise of a body. Values hoisted into a presigned query promise nothing. */
export interface BodyExpectations {
  /** `Content-MD5`, decoded. */
  readonly md5?: Uint8Array;
  /** The checksum that came as a header. */
  readonly checksum?: {
    readonly algorithm: ChecksumAlgorithm;
    readonly value: Uint8Array;
  };
  /** The checksum that `x-amz-trailer` announces. */
  readonly trailer?: ChecksumAlgorithm;
  /** The length of the body without framing, when known. */
  readonly length?: number;
  /** The length of the body as it comes, when known. */
  readonly wireLength?: number;
}

const PREFIX = "x-amz-checksum-";
const ANNOUNCEMENT = "x-amz-sdk-checksum-algorithm";
/** Headers with the prefix that hold no checksum. */
const NOT_VALUES: ReadonlySet<string> = new Set(
  ["algorithm", "mode", "type"].map((name) => PREFIX + name),
);

/**
 * Reads what the headers promise of the body, and refuses what can't be kept.
 *
 * @param headers The request's headers.
 * @param payload How the body is framed.
 * @param headerChecksums Whether `x-amz-checksum-*` headers speak of this body. In
 * CompleteMultipartUpload they speak of the object.
 * @throws {S3Error} InvalidDigest, InvalidRequest, InvalidArgument,
 * MissingContentLength, MalformedTrailerError.
 */
export function readExpectations(
  headers: Headers,
  payload: PayloadForm,
  headerChecksums: boolean,
): BodyExpectations {
  const md5 = readContentMd5(headers);
  const checksum = headerChecksums ? readChecksumHeader(headers) : undefined;
  const trailer = readTrailerName(headers, payload);
  if (checksum !== undefined && trailer !== undefined) throw multipleChecksums();
  if (headerChecksums) requireAnnounced(headers, checksum?.algorithm ?? trailer);
  const wireLength = contentLength(headers);
  const length = payload.kind === "plain" ? wireLength : decodedLength(headers);
  return {
    ...(md5 !== undefined && { md5 }),
    ...(checksum !== undefined && { checksum }),
    ...(trailer !== undefined && { trailer }),
    ...(length !== undefined && { length }),
    ...(wireLength !== undefined && { wireLength }),
  };
}

function readContentMd5(headers: Headers): Uint8Array | undefined {
  const text = headers.get("content-md5");
  if (text === null) return undefined;
  const md5 = decodeDigest(text, "MD5");
  if (md5 === undefined) {
    throw new S3Error("InvalidDigest", { fields: { "Content-MD5": text } });
  }
  return md5;
}

function readChecksumHeader(headers: Headers): BodyExpectations["checksum"] {
  const names = [...headers.keys()].filter((name) =>
    name.startsWith(PREFIX) && !NOT_VALUES.has(name)
  );
  const [name] = names;
  if (name === undefined) return undefined;
  if (names.length > 1) throw multipleChecksums();
  const algorithm = algorithmOf(name);
  const value = decodeDigest(headers.get(name) ?? "", algorithm);
  if (value === undefined) {
    throw new S3Error("InvalidRequest", { message: `Value for ${name} header is invalid.` });
  }
  return { algorithm, value };
}

function readTrailerName(headers: Headers, payload: PayloadForm): ChecksumAlgorithm | undefined {
  const names = (headers.get("x-amz-trailer") ?? "").split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "x-amz-trailer-signature");
  const [name] = names;
  if (name === undefined) return undefined;
  if (payload.kind === "plain" || (payload.kind === "signed-chunks" && !payload.trailer)) {
    throw new S3Error("MalformedTrailerError", {
      message: "x-amz-trailer announces a trailer, and x-amz-content-sha256 a body without one",
    });
  }
  if (names.length > 1) throw multipleChecksums();
  if (!name.startsWith(PREFIX)) {
    throw new S3Error("InvalidRequest", {
      message: "The value specified in the x-amz-trailer header is not supported",
    });
  }
  return algorithmOf(name);
}

/** An announcement without a value promises nothing; with one it must be of it (Amazon S3, PutObject). */
function requireAnnounced(headers: Headers, sent: ChecksumAlgorithm | undefined): void {
  const name = headers.get(ANNOUNCEMENT)?.trim() ?? "";
  const announced = checksumAlgorithm(name);
  if (name === "" || (announced !== undefined && announced === (sent ?? announced))) return;
  throw new S3Error("InvalidRequest", { message: `Value for ${ANNOUNCEMENT} header is invalid.` });
}

function algorithmOf(name: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithm(name.slice(PREFIX.length));
  if (algorithm !== undefined) return algorithm;
  throw new S3Error("InvalidRequest", {
    message: "The algorithm type you specified in x-amz-checksum- header is invalid.",
  });
}

function contentLength(headers: Headers): number | undefined {
  // RFC 9112 section 6.3: Transfer-Encoding overrides Content-Length.
  if (headers.has("transfer-encoding")) return undefined;
  const text = headers.get("content-length");
  if (text === null) return undefined;
  const length = lengthOf(text);
  if (length !== undefined) return length;
  throw new S3Error("InvalidArgument", {
    message: "content-length must be a number of bytes",
    fields: { ArgumentName: "content-length", ArgumentValue: text },
  });
}

function decodedLength(headers: Headers): number {
  const length = lengthOf(headers.get("x-amz-decoded-content-length") ?? "");
  if (length === undefined) throw new S3Error("MissingContentLength");
  return length;
}

function lengthOf(text: string): number | undefined {
  const length = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(length) ? length : undefined;
}

function multipleChecksums(): S3Error {
  return new S3Error("InvalidRequest", {
    message: "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
  });
}
