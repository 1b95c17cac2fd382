/** `GET /api/buckets/{ns}/{name}/xet-read-token` and `…/xet-write-token`, and the read tokens of repos: access to the CAS. */

import type { Caller } from "../accounts.ts";
import { bucketId, type BucketName, readableBucket, writableBucket } from "../bucket_access.ts";
import type { HubContext, XetScope } from "../context.ts";
import { type HubRequest, jsonResponse } from "../hub_request.ts";
import { openRepo } from "../repos/repo_access.ts";
import { pluralOf, repoId, type RepoName } from "../repos/repo_name.ts";

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
  return await answerToken(context, request, scope, bucketId(bucket));
}

/** `GET /api/{T}/{id}/xet-read-token/{revision}`. */
export async function repoXetToken(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  { repo: name, revision }: { readonly repo: RepoName; readonly revision: string },
): Promise<Response> {
  const repo = openRepo(context, caller, name);
  context.reader.commit(repo, revision);
  return await answerToken(context, request, "read", `${pluralOf(repo.type)}/${repoId(repo)}`);
}

async function answerToken(
  context: HubContext,
  request: HubRequest,
  scope: XetScope,
  repo: string,
): Promise<Response> {
  const exp = Math.floor(context.now() / 1000) + context.settings.tokenLifetimeSeconds;
  const accessToken = await context.issueXetToken({ scope, repo, expires: exp });
  const casUrl = `${request.origin}/cas`;
  return jsonResponse({ accessToken, exp, casUrl }, {
    headers: {
      "X-Xet-Access-Token": accessToken,
      "X-Xet-Token-Expiration": String(exp),
      "X-Xet-Cas-Url": casUrl,
    },
  });
}
