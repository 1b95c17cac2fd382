import { el, optional } from "../xml/write.ts";
import { documentAnswer, ownerElement, timeElement } from "./answers.ts";
import type { ListBucketsInput, ListBucketsOutput } from "./operations.ts";
import { integerParameter, textParameter } from "./request_fields.ts";
import type { S3Request } from "./s3_request.ts";

/** Reads ListBuckets: GET `/`. */
export function readListBuckets({ query }: S3Request): ListBucketsInput {
  const maxBuckets = integerParameter(query, "max-buckets", {
    min: 1,
    max: 10_000,
    message: "Argument max-buckets must be an integer between 1 and 10000.",
  });
  const continuationToken = textParameter(query, "continuation-token");
  const bucketRegion = textParameter(query, "bucket-region");
  return {
    prefix: query.get("prefix") ?? "",
    ...(maxBuckets !== undefined && { maxBuckets }),
    ...(continuationToken !== undefined && { continuationToken }),
    ...(bucketRegion !== undefined && { bucketRegion }),
  };
}

/** Writes `ListAllMyBucketsResult`. */
export function writeListBuckets(output: ListBucketsOutput): Response {
  return documentAnswer(
    "ListAllMyBucketsResult",
    ownerElement("Owner", output.owner),
    el(
      "Buckets",
      output.buckets.map(({ name, createdAt }) =>
        el(
          "Bucket",
          el("Name", name),
          timeElement("CreationDate", createdAt),
          optional("BucketRegion", output.region),
        )
      ),
    ),
    optional("ContinuationToken", output.continuationToken),
    optional("Prefix", output.prefix || undefined),
  );
}
