import type { S3Request } from "./s3_request.ts";

/** Headers that hold the id of a bucket's owner (Amazon S3 user guide, "Verifying bucket ownership"). */
const HEADERS = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"] as const;

/**
 * Whom the sender takes for the owner of the buckets that a request is about.
 *
 * @param request The request.
 * @returns Ids, of which each must be that of the owner; none where nobody is expected.
 */
export function expectedOwners({ address, headers }: S3Request): readonly string[] {
  if (address.kind === "service") return [];
  return HEADERS.flatMap((name) => headers.get(name)?.trim() ?? []);
}
