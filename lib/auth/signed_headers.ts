import { S3Error } from "../errors/s3_error.ts";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/**
 * Splits the value of SignedHeaders.
 *
 * @param text Names in lower case, joined by `;`.
 * @returns The names, or nothing when one of them cannot be a header's.
 */
export function parseSignedHeaders(text: string): readonly string[] | undefined {
  const names = text.split(";");
  return names.every((name) => TOKEN.test(name)) ? names : undefined;
}

/**
 * Checks that what must be signed is signed: `host` and every `x-amz-*` header that was sent, so that
 * nobody on the way can add or change one.
 *
 * @param headers The headers that were sent.
 * @param signed The names of SignedHeaders.
 * @throws {S3Error} AccessDenied that names those not signed.
 */
export function requireSignedHeaders(headers: Headers, signed: readonly string[]): void {
  const names = new Set(signed);
  const missing = ["host", ...headers.keys()]
    .filter((name) => (name === "host" || name.startsWith("x-amz-")) && !names.has(name));
  if (missing.length === 0) return;
  throw new S3Error("AccessDenied", {
    message: "There were headers present in the request which were not signed",
    fields: { HeadersNotSigned: [...new Set(missing)].join(", ") },
  });
}
