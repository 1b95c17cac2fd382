import { assertThrows } from "@std/assert";
import { createHash, createHmac } from "node:crypto";
import { S3Error } from "../../lib/errors/s3_error.ts";
import type { S3ErrorCode } from "../../lib/errors/s3_error_table.ts";
import { EXAMPLE, exampleAuthenticator, requestOf } from "./aws_examples.ts";

export const NOW = "2026-01-02T03:04:05Z";

export const STAMP = "20260102T030405Z";

export const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export type HeaderMap = Readonly<Record<string, string>>;

export function hmac(key: string | Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

/** Signs a canonical request; as a client would that has its own idea of what is canonical. */
export function signV4(canonical: string, scope = "20260102/us-east-1/s3/aws4_request"): string {
  const hash = createHash("sha256").update(canonical).digest("hex");
  const key = scope.split("/").reduce<string | Uint8Array>(hmac, `AWS4${EXAMPLE.secretAccessKey}`);
  return hmac(key, `AWS4-HMAC-SHA256\n${STAMP}\n${scope}\n${hash}`).toHex();
}

/** An Authorization header of SigV4. */
export function authorization(names: string, signature: string, id = EXAMPLE.accessKeyId): string {
  return `AWS4-HMAC-SHA256 Credential=${id}/20260102/us-east-1/s3/aws4_request, ` +
    `SignedHeaders=${names}, Signature=${signature}`;
}

/** A GET of `/b` that is signed right, but for what `more` adds or replaces. */
export function headerV4(more: HeaderMap = {}): HeaderMap {
  const names = "host;x-amz-content-sha256;x-amz-date";
  const canonical =
    `GET\n/b\n\nhost:h\nx-amz-content-sha256:${EMPTY}\nx-amz-date:${STAMP}\n\n${names}\n${EMPTY}`;
  return {
    host: "h",
    "x-amz-content-sha256": EMPTY,
    "x-amz-date": STAMP,
    authorization: authorization(names, signV4(canonical)),
    ...more,
  };
}

/** The code with which a request is refused. */
export function codeOf(method: string, url: string, headers: HeaderMap, now = NOW): S3ErrorCode {
  const run = () => exampleAuthenticator(now).authenticate(requestOf(method, url, headers));
  return assertThrows(run, S3Error).code;
}

export function accepts(method: string, url: string, headers: Parameters<typeof requestOf>[2]) {
  return exampleAuthenticator(NOW).authenticate(requestOf(method, url, headers));
}

export const PRESIGNED: HeaderMap = {
  "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
  "X-Amz-Credential": `${EXAMPLE.accessKeyId}/20260102/us-east-1/s3/aws4_request`,
  "X-Amz-Date": STAMP,
  "X-Amz-Expires": "60",
  "X-Amz-SignedHeaders": "host",
  "X-Amz-Signature": "0".repeat(64),
};

export function signV2(stringToSign: string): string {
  return createHmac("sha1", EXAMPLE.secretAccessKey).update(stringToSign).digest("base64");
}
