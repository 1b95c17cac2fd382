import { S3Error } from "../errors/s3_error.ts";
import { formatIsoBasic } from "../http/dates.ts";
import type { AuthRequest } from "./auth_request.ts";
import {
  type CredentialScope,
  CredentialScopeError,
  parseCredentialScope,
} from "./credential_scope.ts";
import { EMPTY_SHA256 } from "./hmac.ts";
import { payloadForm } from "./payload_form.ts";
import { requestTime } from "./request_time.ts";
import { parseSignedHeaders } from "./signed_headers.ts";
import type { SignatureV4 } from "./verify_v4.ts";

/** The scheme of a SigV4 Authorization header. */
export const V4_SCHEME = "AWS4-HMAC-SHA256";

/** All that the header consists of; of two headers, which the runtime joins, one would go unverified. */
const COMPONENTS = ["Credential", "SignedHeaders", "Signature"] as const;

/**
 * Reads the signature of a SigV4 `Authorization` header.
 *
 * @param request The request.
 * @param authorization The header's value.
 * @returns The signature, unverified, and when the request says it was made.
 * @throws {S3Error} AuthorizationHeaderMalformed, AccessDenied without a date, InvalidRequest without
 * a payload hash.
 */
export function readHeaderV4(
  request: AuthRequest,
  authorization: string,
): { readonly claim: SignatureV4; readonly time: Date } {
  const parts = parseParts(authorization.slice(V4_SCHEME.length));
  const credential = readScope(parts.Credential);
  const signedHeaders = parseSignedHeaders(parts.SignedHeaders);
  if (signedHeaders === undefined) throw malformed("the SignedHeaders component is not valid.");
  const signature = parts.Signature;
  const time = requestTime(request.headers);
  const timestamp = formatIsoBasic(time);
  if (!timestamp.startsWith(credential.date)) {
    throw malformed(
      `Invalid credential date "${credential.date}". ` +
        `This date is not the same as X-Amz-Date: "${timestamp.slice(0, 8)}".`,
    );
  }
  const payload = payloadForm(request.headers);
  const payloadHash = signedPayloadHash(request.headers);
  return {
    claim: {
      kind: "header-v4",
      credential,
      timestamp,
      signature,
      signedHeaders,
      payloadHash,
      payload,
    },
    time,
  };
}

function parseParts(text: string): Readonly<Record<typeof COMPONENTS[number], string>> {
  const components = text.split(",");
  if (components.length < COMPONENTS.length) {
    throw malformed(
      "the authorization header requires three components: Credential, SignedHeaders, and Signature.",
    );
  }
  const parts = new Map<string, string>();
  for (const part of components) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (equals < 0 || parts.has(name)) {
      throw malformed(
        `the authorization component "${equals < 0 ? part.trim() : name}" is malformed.`,
      );
    }
    parts.set(name, part.slice(equals + 1).trim());
  }
  const required = (name: typeof COMPONENTS[number]): string => {
    const value = parts.get(name);
    if (value === undefined || value === "") throw malformed(`missing ${name}.`);
    parts.delete(name);
    return value;
  };
  const known = {
    Credential: required("Credential"),
    SignedHeaders: required("SignedHeaders"),
    Signature: required("Signature"),
  };
  const [other] = parts.keys();
  if (other !== undefined) throw malformed(`the authorization component "${other}" is malformed.`);
  return known;
}

function readScope(text: string): CredentialScope {
  try {
    return parseCredentialScope(text);
  } catch (error) {
    if (error instanceof CredentialScopeError) throw malformed(error.message);
    throw error;
  }
}

/** AWS wants the header always; where there is no body its hash is known without it. */
function signedPayloadHash(headers: Headers): string {
  const value = headers.get("x-amz-content-sha256");
  if (value !== null) return value;
  const length = headers.get("content-length");
  const bodiless = (length === null || length === "0") && !headers.has("transfer-encoding");
  if (bodiless) return EMPTY_SHA256;
  throw new S3Error("InvalidRequest", {
    message: "Missing required header for this request: x-amz-content-sha256",
  });
}

function malformed(detail: string): S3Error {
  return new S3Error("AuthorizationHeaderMalformed", {
    message: `The authorization header is malformed; ${detail}`,
  });
}
