import { S3Error } from "../errors/s3_error.ts";
import { emptyAnswer } from "./answers.ts";
import { OBJECT_OWNERSHIPS } from "./bucket.ts";
import type { BucketInput } from "./operations.ts";
import { bucketInput, readXmlBody } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/**
 * Reads PutBucketOwnershipControls: PUT `/b?ownershipControls`. `BucketOwnerEnforced` asks for what is so
 * already.
 *
 * @throws {S3Error} NotImplemented for what would give objects other owners than their bucket's.
 */
export async function readPutBucketOwnershipControls(request: S3Request): Promise<BucketInput> {
  const root = await readXmlBody(request, "OwnershipControls");
  const [rule, second] = root.children("Rule");
  const ownership = rule?.textOf("ObjectOwnership")?.trim() ?? "";
  if (second !== undefined || !OBJECT_OWNERSHIPS.has(ownership)) throw new S3Error("MalformedXML");
  if (ownership !== "BucketOwnerEnforced") {
    throw new S3Error("NotImplemented", {
      message: `${ownership} is not implemented: all objects of a bucket have its owner.`,
    });
  }
  return bucketInput(request);
}

/** Writes the answer of PutBucketOwnershipControls: 200 without a body. */
export function writePutBucketOwnershipControls(): Response {
  return emptyAnswer(200);
}
