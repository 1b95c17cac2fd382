import type { S3Error } from "../errors/s3_error.ts";
import type { S3ErrorCode } from "../errors/s3_error_table.ts";
import { bareDocument, el } from "../xml/write.ts";
import type { Address } from "./address.ts";
import { emptyAnswer, xmlAnswer } from "./answers.ts";

/** What an error answer tells of the request. */
export interface ErrorContext {
  readonly method: string;
  /** Absent when the path could not be read. */
  readonly address: Address | undefined;
  /** The path as it was sent; told where there is no address. Default `/`. */
  readonly path?: string;
  readonly requestId: string;
  readonly hostId: string;
}

/** Codes whose document names the key. */
const NAMES_KEY: ReadonlySet<S3ErrorCode> = new Set(["NoSuchKey", "NoSuchVersion"]);

/** Codes whose document names the bucket. */
const NAMES_BUCKET: ReadonlySet<S3ErrorCode> = new Set([
  "BucketAlreadyExists",
  "BucketAlreadyOwnedByYou",
  "BucketNotEmpty",
  "InvalidBucketName",
  "NoSuchBucket",
]);

/**
 * Writes an error document (Amazon S3, "Error responses"): no namespace, the code's own fields, then
 * resource and request id. For HEAD there is no body, so the status alone counts.
 *
 * @param error The error.
 * @param context The request it answers.
 */
export function writeError(error: S3Error, context: ErrorContext): Response {
  const { method, address, requestId, hostId } = context;
  if (method === "HEAD") return emptyAnswer(error.status, { ...error.headers });
  const fields = { ...addressFields(error.code, address), ...error.fields };
  const document = bareDocument(
    "Error",
    el("Code", error.code),
    el("Message", error.message),
    Object.entries(fields).map(([name, value]) => el(name, value)),
    el("Resource", resourceOf(context)),
    el("RequestId", requestId),
    el("HostId", hostId),
  );
  return xmlAnswer(document, error.status, { ...error.headers });
}

/** Fields that the address tells; what the error itself says of them comes first. */
function addressFields(
  code: S3ErrorCode,
  address: Address | undefined,
): Readonly<Record<string, string>> {
  if (address === undefined || address.kind === "service") return {};
  if (NAMES_BUCKET.has(code)) return { BucketName: address.bucket };
  return NAMES_KEY.has(code) && address.kind === "object" ? { Key: address.key } : {};
}

function resourceOf({ address, path = "/" }: ErrorContext): string {
  switch (address?.kind) {
    case undefined:
      return path;
    case "service":
      return "/";
    case "bucket":
      return `/${address.bucket}`;
    case "object":
      return `/${address.bucket}/${address.key}`;
    default:
      return address satisfies never;
  }
}
