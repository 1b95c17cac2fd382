/** Which bucket a call is about, and whether its caller may see or change it. */

import { type Account, assertMayWrite, type Caller, seesPrivate } from "./accounts.ts";
import type { Bucket } from "./bucket_table.ts";
import type { HubContext } from "./context.ts";
import { repoNotFound, unauthorized } from "./hub_error.ts";

/** A bucket as a request names it. */
export interface BucketName {
  /** A user or an organisation. */
  readonly namespace: string;
  /** The bucket's name there. */
  readonly name: string;
}

/** `namespace/name`, as the API shows and takes it. */
export function bucketId(bucket: BucketName): string {
  return `${bucket.namespace}/${bucket.name}`;
}

/**
 * The bucket, if the caller may read it. Nobody gets 401 and a user 404 `RepoNotFound`, alike for a bucket that is not there and
 * one that is not theirs to see.
 */
export function readableBucket(context: HubContext, caller: Caller, name: BucketName): Bucket {
  const bucket = context.buckets.find(name.namespace, name.name);
  if (bucket !== undefined && (!bucket.private || seesPrivate(caller, bucket.namespace))) {
    return bucket;
  }
  throw caller === undefined ? unauthorized() : repoNotFound();
}

/** The bucket, if the caller may change it: 401 for nobody, 404 if they do not see it, 403 if they only read it. */
export function writableBucket(context: HubContext, caller: Caller, name: BucketName): Bucket {
  const account = signedIn(caller);
  const bucket = readableBucket(context, account, name);
  assertMayWrite(account, bucket.namespace);
  return bucket;
}

/** The caller, who must be somebody. */
export function signedIn(caller: Caller): Account {
  if (caller === undefined) throw unauthorized();
  return caller;
}
