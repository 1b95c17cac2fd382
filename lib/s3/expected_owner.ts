import type { Address } from "./address.ts";
import { headerToUtf8 } from "./header_text.ts";
import type { S3Request } from "./s3_request.ts";

/** A condition on whose a request's buckets are (Amazon S3 user guide, "Verifying bucket ownership"). */
export interface ExpectedOwners {
  /** The bucket that is addressed. */
  readonly bucket: string;
  /** The owner ids that the client expects, of this bucket or of a copy's source. */
  readonly ids: readonly string[];
}

const HEADERS = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];

/**
 * Reads whose the client expects the buckets to be.
 *
 * @returns Nothing when it does not say, or speaks of no bucket.
 */
export function expectedOwners(
  { address, headers }: { readonly address: Address; readonly headers: S3Request["headers"] },
): ExpectedOwners | undefined {
  if (address.kind === "service") return undefined;
  const ids = HEADERS.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [headerToUtf8(value) ?? value];
  });
  return ids.length === 0 ? undefined : { bucket: address.bucket, ids };
}
