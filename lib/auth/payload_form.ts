import { S3Error } from "../errors/s3_error.ts";
import type { ChunkSigner } from "./chunk_signatures.ts";

/** How a body is framed, and what the request's signature says of it. */
export type PayloadForm =
  /** The bytes as they are. */
  | {
    readonly kind: "plain";
    /** The SHA-256 they must have, in lower-case hex; absent when they are not covered. */
    readonly sha256?: string;
  }
  /** aws-chunked with a signature on each chunk. */
  | {
    readonly kind: "signed-chunks";
    /** Whether a signed trailer follows. */
    readonly trailer: boolean;
    /** Verifies the chain of signatures; absent when authentication is off. */
    readonly signer?: ChunkSigner;
  }
  /** aws-chunked without signatures; a trailer may follow. */
  | { readonly kind: "unsigned-chunks-trailer" };

const HEX_SHA256 = /^[0-9a-fA-F]{64}$/;

/**
 * Reads how a body is framed. The header wins over the query, to which presigners hoist it.
 *
 * A body can also be framed with no word of it in `x-amz-content-sha256`: botocore does so when it
 * signs with SigV2 or not at all. Then `Content-Encoding: aws-chunked` and
 * `x-amz-decoded-content-length` announce it.
 *
 * @param headers The request's headers.
 * @param queryValue `X-Amz-Content-Sha256` of a presigned query, if there is one.
 * @returns The form, without a chunk signer.
 * @throws {S3Error} NotImplemented for SigV4A, InvalidArgument for a value that means nothing.
 */
export function payloadForm(headers: Headers, queryValue?: string): PayloadForm {
  const value = headers.get("x-amz-content-sha256") ?? queryValue;
  switch (value) {
    case undefined:
    case "UNSIGNED-PAYLOAD":
      return announcesFraming(headers) ? { kind: "unsigned-chunks-trailer" } : { kind: "plain" };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
      return { kind: "signed-chunks", trailer: false };
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { kind: "signed-chunks", trailer: true };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return { kind: "unsigned-chunks-trailer" };
    case "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD":
    case "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER":
      throw new S3Error("NotImplemented", { message: "Signature Version 4A is not supported." });
    default:
      if (HEX_SHA256.test(value)) return { kind: "plain", sha256: value.toLowerCase() };
      throw new S3Error("InvalidArgument", {
        message: "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, " +
          "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, " +
          "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, " +
          "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
        fields: { ArgumentName: "x-amz-content-sha256", ArgumentValue: value },
      });
  }
}

function announcesFraming(headers: Headers): boolean {
  return headers.has("x-amz-decoded-content-length") &&
    (headers.get("content-encoding") ?? "").split(",")
      .some((token) => token.trim().toLowerCase() === "aws-chunked");
}
