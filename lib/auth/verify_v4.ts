import { S3Error } from "../errors/s3_error.ts";
import type { Authenticated, AuthRequest } from "./auth_request.ts";
import { type CanonicalParts, canonicalRequests } from "./canonical_request.ts";
import { ChunkSigner } from "./chunk_signatures.ts";
import type { Credential, CredentialLookup } from "./credential.ts";
import type { CredentialScope } from "./credential_scope.ts";
import { hmacSha256, latin1AsUtf8, sha256OfBytes, signaturesEqual } from "./hmac.ts";
import type { PayloadForm } from "./payload_form.ts";
import { requireSignedHeaders } from "./signed_headers.ts";
import { signatureMismatch } from "./signature_mismatch.ts";
import type { SigningKeys } from "./signing_keys.ts";

/** A SigV4 signature, read but not verified. */
export interface SignatureV4 extends CanonicalParts {
  /** Where it stands. */
  readonly kind: "header-v4" | "query-v4";
  /** Who signed, and for what. */
  readonly credential: CredentialScope;
  /** In ISO basic form. */
  readonly timestamp: string;
  /** In hex. */
  readonly signature: string;
  /** How the body is framed. */
  readonly payload: PayloadForm;
}

/**
 * Finds the key pair of a signature.
 *
 * @throws {S3Error} InvalidAccessKeyId when it is unknown.
 */
export function findCredential<C extends Credential>(
  lookup: CredentialLookup<C>,
  accessKeyId: string,
): C {
  const credential = lookup(accessKeyId);
  if (credential === undefined) {
    throw new S3Error("InvalidAccessKeyId", { fields: { AWSAccessKeyId: accessKeyId } });
  }
  return credential;
}

/**
 * Verifies a SigV4 signature; the times have been checked before.
 *
 * @param request The request.
 * @param claim Its signature.
 * @param credential The signer's key pair.
 * @param keys Makes and keeps signing keys.
 * @throws {S3Error} AccessDenied when a header that must be signed is not; SignatureDoesNotMatch.
 */
export function verifyV4<C extends Credential>(
  request: AuthRequest,
  claim: SignatureV4,
  credential: C,
  keys: SigningKeys,
): Authenticated<C> {
  requireSignedHeaders(request.headers, claim.signedHeaders);
  const key = keys.get(credential, claim.credential);
  let first: { canonical: string; stringToSign: string } | undefined;
  for (const { text: canonical, plus, rejoined } of canonicalRequests(request, claim)) {
    const stringToSign = [
      "AWS4-HMAC-SHA256",
      claim.timestamp,
      claim.credential.scope,
      sha256OfBytes(canonical),
    ].join("\n");
    first ??= { canonical, stringToSign };
    if (signaturesEqual(hmacSha256(key, stringToSign).toHex(), claim.signature)) {
      keys.keep(credential, claim.credential, key);
      const { kind, payload } = claim;
      return {
        kind,
        accessKeyId: credential.accessKeyId,
        credential,
        payload: withSigner(payload, claim, key),
        signed: true,
        plus,
        rejoined,
        hoisted: kind === "query-v4",
      };
    }
  }
  throw signatureMismatch(credential, claim.signature, {
    stringToSign: first?.stringToSign ?? "",
    canonicalRequest: latin1AsUtf8(first?.canonical ?? ""),
  });
}

function withSigner(payload: PayloadForm, claim: SignatureV4, signingKey: Uint8Array): PayloadForm {
  if (payload.kind !== "signed-chunks") return payload;
  const { timestamp, credential, signature } = claim;
  const chain = { signingKey, timestamp, scope: credential.scope, seedSignature: signature };
  return { ...payload, signer: new ChunkSigner(chain) };
}
