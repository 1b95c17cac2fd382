/** `GET /api/buckets/{ns}/{name}/xet-read-token` and `…/xet-write-token`: access to the CAS. */

import type { Caller } from "../accounts.ts";
import { bucketId, type BucketName, readableBucket, writableBucket } from "../bucket_access.ts";
import type { HubContext, XetScope } from "../context.ts";
import { type HubRequest, jsonResponse } from "../hub_request.ts";

/** Answers a token in JSON and in headers, since some clients read the one and some the other. */
export async function xetToken(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  name: BucketName,
  scope: XetScope,
): Promise<Response> {
  const access = scope === "write" ? writableBucket : readableBucket;
  const bucket = access(context, caller, name);
  const exp = Math.floor(context.now() / 1000) + context.settings.tokenLifetimeSeconds;
  const accessToken = await context.issueXetToken({ scope, repo: bucketId(bucket), expires: exp });
  const casUrl = `${request.origin}/cas`;
  return jsonResponse({ accessToken, exp, casUrl }, {
    headers: {
      "X-Xet-Access-Token": accessToken,
      "X-Xet-Token-Expiration": String(exp),
      "X-Xet-Cas-Url": casUrl,
    },
  });
}
