import { createHmac } from "node:crypto";
import { S3Error } from "../errors/s3_error.ts";
import { parseIsoBasic } from "../http/dates.ts";
import type { Credential, CredentialLookup } from "./credential.ts";
import { CredentialScopeError, parseCredentialScope } from "./credential_scope.ts";
import { hmacSha256, signaturesEqual } from "./hmac.ts";
import { checkPostPolicy, readPostPolicy, type SizeRange } from "./post_policy.ts";
import { signatureMismatch } from "./signature_mismatch.ts";
import type { SigningKeys } from "./signing_keys.ts";
import { findCredential } from "./verify_v4.ts";

/** A form as its authentication sees it. */
export interface FormClaim {
  /** The fields before the file, names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** The bucket that was addressed. */
  readonly bucket: string;
  /** The key with the file's name in it. */
  readonly key: string;
}

/** A form that may go on, once its file has been found to have a size that its policy allows. */
export interface AuthenticatedForm<C extends Credential = Credential> {
  /** Who signed it; absent when authentication is off, or somebody else has vouched for it. */
  readonly credential?: C;
  /** All of them must hold. */
  readonly sizes: readonly SizeRange[];
}

/** What {@linkcode authenticateForm} stands on. */
export interface FormVerifier<C extends Credential> {
  /** Absent when nobody has to sign: authentication is off, or the request itself is signed. */
  readonly lookup: CredentialLookup<C> | undefined;
  readonly keys: SigningKeys;
  readonly now: Date;
}

const V4_FIELDS: readonly string[] = [
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-signature",
];
const V2_FIELDS: readonly string[] = ["AWSAccessKeyId", "signature"];

/**
 * Refuses a form that bears a signature although the request that brought it is signed itself: of two, one
 * would go unverified.
 *
 * @throws {S3Error} InvalidArgument.
 */
export function refuseFormSignature(fields: ReadonlyMap<string, string>): void {
  if (hasAny(fields, V4_FIELDS) || hasAny(fields, V2_FIELDS)) throw secondMechanism();
}

/**
 * Verifies a form's signature, which is that of its policy's base64 text, and holds the form against the
 * policy (Amazon S3 API reference, "Browser-based uploads using POST").
 *
 * @throws {S3Error} AccessDenied without a signature or against the policy, InvalidArgument when half of
 * one is missing, InvalidAccessKeyId, SignatureDoesNotMatch, InvalidPolicyDocument.
 */
export function authenticateForm<C extends Credential>(
  { fields, bucket, key }: FormClaim,
  { lookup, keys, now }: FormVerifier<C>,
): AuthenticatedForm<C> {
  const credential = lookup === undefined ? undefined : verifySignature(fields, lookup, keys);
  const encoded = fields.get("policy");
  const signer = credential === undefined ? {} : { credential };
  if (encoded === undefined) return { ...signer, sizes: [] };
  const policy = readPostPolicy(encoded);
  checkPostPolicy(policy, fields, { bucket, key }, now);
  return { ...signer, sizes: policy.sizes };
}

function verifySignature<C extends Credential>(
  fields: ReadonlyMap<string, string>,
  lookup: CredentialLookup<C>,
  keys: SigningKeys,
): C {
  const isV4 = hasAny(fields, V4_FIELDS);
  if (isV4 && hasAny(fields, V2_FIELDS)) throw secondMechanism();
  const all = [...isV4 ? V4_FIELDS : V2_FIELDS, "policy"];
  if (!hasAny(fields, all)) throw new S3Error("AccessDenied");
  for (const name of all) {
    if (fields.get(name.toLowerCase())) continue;
    throw new S3Error("InvalidArgument", {
      message: `Bucket POST must contain a field named '${name}'.  If it is specified, ` +
        "please check the order of the fields.",
      fields: { ArgumentName: name, ArgumentValue: "" },
    });
  }
  if (fields.has("x-amz-security-token")) throw new S3Error("InvalidToken");
  return isV4 ? verifyFormV4(fields, lookup, keys) : verifyFormV2(fields, lookup);
}

function verifyFormV4<C extends Credential>(
  fields: ReadonlyMap<string, string>,
  lookup: CredentialLookup<C>,
  keys: SigningKeys,
): C {
  const algorithm = fields.get("x-amz-algorithm") ?? "";
  if (algorithm !== "AWS4-HMAC-SHA256") {
    throw invalidField("X-Amz-Algorithm", algorithm, "Only AWS4-HMAC-SHA256 is supported");
  }
  const scope = readScope(fields.get("x-amz-credential") ?? "");
  const date = fields.get("x-amz-date") ?? "";
  if (parseIsoBasic(date) === undefined) {
    throw invalidField("X-Amz-Date", date, "X-Amz-Date must be formated via ISO8601 Long format");
  }
  if (!date.startsWith(scope.date)) {
    const message = `Invalid credential date "${scope.date}". This date is not the same as ` +
      `X-Amz-Date: "${date.slice(0, 8)}".`;
    throw invalidField("x-amz-credential", scope.scope, message);
  }
  const credential = findCredential(lookup, scope.accessKeyId);
  const key = keys.get(credential, scope);
  const policy = fields.get("policy") ?? "";
  const signature = fields.get("x-amz-signature") ?? "";
  if (!signaturesEqual(hmacSha256(key, policy).toHex(), signature)) {
    throw signatureMismatch(credential, signature, { stringToSign: policy });
  }
  keys.keep(credential, scope, key);
  return credential;
}

function verifyFormV2<C extends Credential>(
  fields: ReadonlyMap<string, string>,
  lookup: CredentialLookup<C>,
): C {
  const credential = findCredential(lookup, fields.get("awsaccesskeyid") ?? "");
  const policy = fields.get("policy") ?? "";
  const signature = fields.get("signature") ?? "";
  const expected = createHmac("sha1", credential.secretAccessKey).update(policy).digest("base64");
  if (!signaturesEqual(expected, signature)) {
    throw signatureMismatch(credential, signature, { stringToSign: policy });
  }
  return credential;
}

function readScope(text: string): ReturnType<typeof parseCredentialScope> {
  try {
    return parseCredentialScope(text);
  } catch (error) {
    if (!(error instanceof CredentialScopeError)) throw error;
    throw invalidField("x-amz-credential", text, error.message);
  }
}

const hasAny = (fields: ReadonlyMap<string, string>, names: readonly string[]): boolean =>
  names.some((name) => fields.has(name.toLowerCase()));

const secondMechanism = (): S3Error =>
  new S3Error("InvalidArgument", {
    message:
      "Only one auth mechanism allowed; the form and the request that brings it, or the form " +
      "twice, are signed",
  });

const invalidField = (name: string, value: string, message: string): S3Error =>
  new S3Error("InvalidArgument", {
    message,
    fields: { ArgumentName: name, ArgumentValue: value },
  });
