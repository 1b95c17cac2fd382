import { S3Error } from "../errors/s3_error.ts";
import type { Credential } from "./credential.ts";

/** What was signed, as the gateway understood the request. */
export interface SignedTexts {
  /** What the signature is made of. */
  readonly stringToSign: string;
  /** SigV4's canonical request; a form has none. */
  readonly canonicalRequest?: string;
}

/**
 * SignatureDoesNotMatch with what the gateway would have signed, as text and, since what differs is often
 * invisible, byte by byte.
 *
 * @param credential Whose signature it was said to be.
 * @param signature What was sent.
 * @param texts What should have been signed.
 */
export function signatureMismatch(
  { accessKeyId }: Pick<Credential, "accessKeyId">,
  signature: string,
  { stringToSign, canonicalRequest }: SignedTexts,
): S3Error {
  return new S3Error("SignatureDoesNotMatch", {
    fields: {
      AWSAccessKeyId: accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: signature,
      StringToSignBytes: spacedHex(stringToSign),
      ...(canonicalRequest !== undefined && {
        CanonicalRequest: canonicalRequest,
        CanonicalRequestBytes: spacedHex(canonicalRequest),
      }),
    },
  });
}

/** `68 69` for `hi`. */
function spacedHex(text: string): string {
  return (new TextEncoder().encode(text).toHex().match(/../g) ?? []).join(" ");
}
