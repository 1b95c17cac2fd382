import { S3Error } from "../errors/s3_error.ts";
import { formatIsoMillis, parseIsoBasic } from "../http/dates.ts";
import type { Query } from "../http/query.ts";
import type { AuthRequest } from "./auth_request.ts";
import {
  type CredentialScope,
  CredentialScopeError,
  parseCredentialScope,
} from "./credential_scope.ts";
import { payloadForm } from "./payload_form.ts";
import { expiredError, MAX_PRESIGNED_SECONDS, MAX_SKEW_MS } from "./request_time.ts";
import { parseSignedHeaders } from "./signed_headers.ts";
import type { SignatureV4 } from "./verify_v4.ts";

/** The life of a presigned URL: from 15 minutes before it was signed to its expiry. */
export interface PresignedLife {
  /** `X-Amz-Date`. */
  readonly signedAt: Date;
  /** `X-Amz-Expires`. */
  readonly seconds: number;
  /** The first instant at which it is over. */
  readonly expires: Date;
}

/**
 * Reads the signature of a SigV4 presigned URL.
 *
 * @param request The request.
 * @param query Its query, decoded.
 * @returns The signature, unverified, and the life of the URL.
 * @throws {S3Error} AuthorizationQueryParametersError, NotImplemented for SigV4A.
 */
export function readQueryV4(
  request: AuthRequest,
  query: Query,
): { readonly claim: SignatureV4; readonly life: PresignedLife } {
  requireAlgorithm(parameter(query, "X-Amz-Algorithm"));
  const credential = readScope(parameter(query, "X-Amz-Credential"));
  const timestamp = parameter(query, "X-Amz-Date");
  const seconds = readExpires(parameter(query, "X-Amz-Expires"));
  const signedHeaders = parseSignedHeaders(parameter(query, "X-Amz-SignedHeaders"));
  const signature = parameter(query, "X-Amz-Signature");
  if (signedHeaders === undefined) throw invalid("X-Amz-SignedHeaders is not valid");
  const signedAt = parseIsoBasic(timestamp);
  if (signedAt === undefined) {
    throw invalid(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`);
  }
  if (!timestamp.startsWith(credential.date)) {
    throw invalid(
      `Invalid credential date "${credential.date}". ` +
        `This date is not the same as X-Amz-Date: "${timestamp.slice(0, 8)}".`,
    );
  }
  const hoisted = query.get("X-Amz-Content-Sha256");
  return {
    claim: {
      kind: "query-v4",
      credential,
      timestamp,
      signature,
      signedHeaders,
      payloadHash: request.headers.get("x-amz-content-sha256") ?? hoisted ?? "UNSIGNED-PAYLOAD",
      payload: payloadForm(request.headers, hoisted),
      omit: "X-Amz-Signature",
    },
    life: { signedAt, seconds, expires: new Date(signedAt.getTime() + seconds * 1000) },
  };
}

/**
 * Checks that a presigned URL is alive.
 *
 * @throws {S3Error} AccessDenied before and after its time; an expiry of 0 is over at once.
 */
export function requireAlive(life: PresignedLife, now: Date): void {
  if (now.getTime() >= life.expires.getTime()) {
    throw expiredError(life.expires, now, life.seconds);
  }
  if (now.getTime() < life.signedAt.getTime() - MAX_SKEW_MS) {
    throw new S3Error("AccessDenied", {
      message: "Request is not valid yet",
      fields: {
        "X-Amz-Date": formatIsoMillis(life.signedAt),
        ServerTime: formatIsoMillis(now),
      },
    });
  }
}

function parameter(query: Query, name: string): string {
  const [value, ...others] = query.all(name);
  if (value === undefined) {
    throw invalid(
      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
        "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
  }
  if (others.length > 0) throw invalid(`${name} is there more than once`);
  return value;
}

function requireAlgorithm(algorithm: string): void {
  if (algorithm === "AWS4-HMAC-SHA256") return;
  if (algorithm === "AWS4-ECDSA-P256-SHA256") {
    throw new S3Error("NotImplemented", { message: "Signature Version 4A is not supported." });
  }
  throw invalid('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"');
}

function readExpires(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw invalid("X-Amz-Expires should be a number");
  const seconds = Number(text);
  if (seconds < 0) throw invalid("X-Amz-Expires must be non-negative");
  if (seconds > MAX_PRESIGNED_SECONDS) {
    throw invalid(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be " +
        `less than ${MAX_PRESIGNED_SECONDS} seconds`,
    );
  }
  return seconds;
}

function readScope(text: string): CredentialScope {
  try {
    return parseCredentialScope(text);
  } catch (error) {
    if (!(error instanceof CredentialScopeError)) throw error;
    throw invalid(`Error parsing the X-Amz-Credential parameter; ${error.message}`);
  }
}

function invalid(message: string): S3Error {
  return new S3Error("AuthorizationQueryParametersError", { message });
}
