import { S3Error } from "../errors/s3_error.ts";
import { percentEncode } from "../http/percent.ts";
import { readDocument } from "../xml/read.ts";
import { documentAnswer, emptyAnswer } from "./answers.ts";
import type { BucketInput, CreateBucketInput } from "./operations.ts";
import { bucketInput, readSmallBody } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";
import { bucketTags } from "./tagging.ts";

/** The region whose location constraint is empty. */
const CLASSIC_REGION = "us-east-1";

const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;

/** Who owns objects that others write (Amazon S3 user guide, "Controlling ownership of objects"). */
export const OBJECT_OWNERSHIPS: ReadonlySet<string> = new Set([
  "BucketOwnerEnforced",
  "BucketOwnerPreferred",
  "ObjectWriter",
]);

/** Reads CreateBucket: PUT `/b`, with or without a `CreateBucketConfiguration`. */
export async function readCreateBucket(request: S3Request): Promise<CreateBucketInput> {
  const { bucket } = bucketInput(request);
  requireBucketName(bucket);
  requireNoAcl(request.headers);
  const bytes = await readSmallBody(request);
  if (bytes.length === 0) return { bucket };
  const configuration = readDocument(bytes, "CreateBucketConfiguration");
  const locationConstraint = configuration.textOf("LocationConstraint");
  const tags = configuration.child("Tags");
  return {
    bucket,
    ...(tags !== undefined && { tags: bucketTags(tags) }),
    ...(locationConstraint && { locationConstraint }),
  };
}

/**
 * Whoever says in so many words that ACLs are disabled must not set one; a canned ACL alone is let pass
 * without effect.
 */
function requireNoAcl(headers: Headers): void {
  const ownership = headers.get("x-amz-object-ownership");
  if (ownership === null) return;
  if (!OBJECT_OWNERSHIPS.has(ownership)) {
    throw new S3Error("InvalidArgument", {
      message: `Invalid x-amz-object-ownership header: ${ownership}`,
      fields: { ArgumentName: "x-amz-object-ownership" },
    });
  }
  if (ownership === "BucketOwnerEnforced" && headers.has("x-amz-acl")) {
    const acl = headers.get("x-amz-acl")?.trim().toLowerCase();
    if (acl !== "private") throw new S3Error("InvalidBucketAclWithObjectOwnership");
  }
}

/**
 * Checks the name of a bucket to be made (Amazon S3 user guide, "Bucket naming rules"). Buckets that
 * are there already may have other names.
 *
 * @throws {S3Error} InvalidBucketName with the rule in its message.
 */
export function requireBucketName(bucket: string): void {
  const rule = brokenRule(bucket);
  if (rule === undefined) return;
  throw new S3Error("InvalidBucketName", {
    message: `The specified bucket is not valid: ${rule}`,
    fields: { BucketName: bucket },
  });
}

function brokenRule(bucket: string): string | undefined {
  if (bucket.length < 3 || bucket.length > 63) return "a name has 3 to 63 characters";
  if (!/^[a-z0-9.-]+$/.test(bucket)) {
    return "a name has lower-case letters, digits, dots and hyphens only";
  }
  if (!/^[a-z0-9].*[a-z0-9]$/.test(bucket)) return "a name begins and ends with a letter or digit";
  if (/\.\.|\.-|-\./.test(bucket)) return "a dot stands between letters or digits";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(bucket)) return "a name is not an IP address";
  return RESERVED.test(bucket) ? "its prefix or suffix is reserved" : undefined;
}

/** Writes the answer of CreateBucket. */
export function writeCreateBucket({ bucket }: BucketInput): Response {
  return emptyAnswer(200, {
    Location: `/${percentEncode(bucket)}`,
    "x-amz-bucket-arn": `arn:aws:s3:::${percentEncode(bucket)}`,
  });
}

/** Writes the answer of HeadBucket. */
export function writeHeadBucket({ region }: { readonly region: string }): Response {
  return emptyAnswer(200, { "x-amz-bucket-region": region });
}

/** Writes `LocationConstraint`: the root itself carries the text, empty for us-east-1. */
export function writeGetBucketLocation({ region }: { readonly region: string }): Response {
  return documentAnswer("LocationConstraint", region === CLASSIC_REGION ? undefined : region);
}

/** Writes an answer 204. */
export function writeNoContent(): Response {
  return emptyAnswer(204);
}
