import { S3Error } from "../errors/s3_error.ts";
import { el } from "../xml/write.ts";
import { documentAnswer, emptyAnswer } from "./answers.ts";
import type { BucketInput } from "./operations.ts";
import { bucketInput, readXmlBody } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/**
 * Reads PutBucketVersioning: PUT `/b?versioning`. Suspending it asks for what is so already.
 *
 * @throws {S3Error} NotImplemented for anything that would keep old versions.
 */
export async function readPutBucketVersioning(request: S3Request): Promise<BucketInput> {
  const root = await readXmlBody(request, "VersioningConfiguration");
  const status = root.textOf("Status")?.trim();
  const mfa = root.textOf("MfaDelete")?.trim();
  if (status === "Enabled" || mfa === "Enabled") {
    throw new S3Error("NotImplemented", {
      message: "Versioning is not implemented: a Storage Bucket keeps one version of each file.",
    });
  }
  if (status !== "Suspended") throw new S3Error("MalformedXML");
  return bucketInput(request);
}

/** Writes the answer of PutBucketVersioning: 200 without a body. */
export function writePutBucketVersioning(): Response {
  return emptyAnswer(200);
}

/** Writes the answer of GetBucketVersioning for a bucket that keeps versions. */
export function writeVersioning(status: "Enabled"): Response {
  return documentAnswer("VersioningConfiguration", el("Status", status));
}
