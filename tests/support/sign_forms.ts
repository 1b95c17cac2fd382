/**
 * Signs POST forms in both ways, made from AWS's documents ("Browser-based uploads using POST") and independent of
 * the code under test.
 *
 * @module
 */

import { createHmac } from "node:crypto";
import { isoBasic, scopeOf, type Signer, signingKeyV4 } from "./sign_requests.ts";

/** The fields of a form. */
export type FormFields = Readonly<Record<string, string>>;

/** A policy as a form carries it. */
export const encodedPolicy = (policy: unknown): string =>
  new TextEncoder().encode(JSON.stringify(policy)).toBase64();

/** The fields of SigV4. */
export function signFormV4(policy: string, signer: Signer): FormFields {
  const timestamp = isoBasic(signer.now);
  return {
    policy,
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": `${signer.accessKeyId}/${scopeOf(timestamp, signer)}`,
    "x-amz-date": timestamp,
    "x-amz-signature": createHmac("sha256", signingKeyV4(timestamp, signer)).update(policy)
      .digest("hex"),
  };
}

/** The fields of SigV2. */
export function signFormV2(policy: string, signer: Signer): FormFields {
  return {
    policy,
    AWSAccessKeyId: signer.accessKeyId,
    signature: createHmac("sha1", signer.secretAccessKey).update(policy).digest("base64"),
  };
}
