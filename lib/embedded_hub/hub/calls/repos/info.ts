/** What repos there are, and what is known of one without its files. */

import { type Caller, seesPrivate } from "../../accounts.ts";
import type { HubContext } from "../../context.ts";
import { readCursor, writeCursor } from "../../cursor.ts";
import { HubError } from "../../hub_error.ts";
import { type HubRequest, jsonResponse } from "../../hub_request.ts";
import { pageOf } from "../../repos/pages.ts";
import { visibleRepo } from "../../repos/repo_access.ts";
import type { RepoName, RepoType } from "../../repos/repo_name.ts";
import { commitItem, repoAtRevision, repoItem } from "../../repos/repo_wire.ts";
import { nextLink } from "../../wire.ts";

/** Which repo a call is about, and at which revision. */
export interface AtRevision {
  readonly repo: RepoName;
  readonly revision: string;
}

const COMMITS_PER_PAGE = 50;

/** What `expand` may name for repos of all kinds (huggingface_hub, `ExpandModelProperty_T` and its kin). */
const EXPANDABLE = new Set(
  "author createdAt disabled downloads gated lastModified likes private sha siblings tags".split(
    " ",
  ),
);

/** `GET /api/{T}?author=&search=&limit=`: the repos of a namespace that the caller sees, in pages. */
export function listRepos(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  type: RepoType,
): Response {
  const { query } = request;
  const namespace = query.get("author") ?? "";
  const cursor = query.get("cursor");
  const limit = readLimit(query.get("limit"), context.settings.bucketPageSize);
  const found = context.repos.list({
    type,
    namespace,
    search: query.get("search") ?? "",
    withPrivate: seesPrivate(caller, namespace),
    after: cursor === null ? "" : readCursor(cursor).path,
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const headers = found.length > limit && last !== undefined
    ? nextLink(request, writeCursor({ kind: "after", path: last.name }))
    : {};
  return jsonResponse(page.map((repo) => repoItem(context, repo)), { headers });
}

/** `GET /api/{T}/{id}` and `…/revision/{revision}`; with `expand`, the named properties only. */
export function repoInfo(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  { repo: name, revision }: AtRevision,
): Response {
  const repo = visibleRepo(context, caller, name);
  const commit = context.reader.commit(repo, revision);
  const item = repoAtRevision(context, repo, commit, isTrue(request.query.get("blobs")));
  const wanted = request.query.getAll("expand");
  if (wanted.length === 0) return jsonResponse(item);
  const unknown = wanted.find((name) => !EXPANDABLE.has(name));
  if (unknown !== undefined) throw new HubError(400, `Invalid expand: ${unknown}`);
  const chosen = Object.entries(item).filter(([name]) =>
    /^_?id$/.test(name) || wanted.includes(name)
  );
  return jsonResponse(Object.fromEntries(chosen));
}

/** `GET /api/{T}/{id}/refs`. */
export function repoRefs(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  name: RepoName,
): Response {
  const repo = visibleRepo(context, caller, name);
  const refs = context.repos.refs(repo.id);
  const under = (start: string) =>
    refs.filter(({ ref }) => ref.startsWith(start)).map(({ ref, sha }) => ({
      name: ref.slice(start.length),
      ref,
      targetCommit: sha,
    }));
  return jsonResponse({
    branches: under("refs/heads/"),
    converts: under("refs/convert/"),
    tags: under("refs/tags/"),
    ...(isTrue(request.query.get("include_prs")) ? { pullRequests: under("refs/pr/") } : {}),
  });
}

/** `GET /api/{T}/{id}/commits/{revision}`, the newest first. */
export function repoCommits(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  { repo: name, revision }: AtRevision,
): Response {
  const repo = visibleRepo(context, caller, name);
  const commit = context.reader.commit(repo, revision);
  const commits = [...context.reader.history(repo, commit)];
  const limit = readLimit(request.query.get("limit"), COMMITS_PER_PAGE);
  const { page, headers } = pageOf(request, commits, limit);
  return jsonResponse(page.map(commitItem), {
    headers: { ...headers, "X-Total-Count": String(commits.length) },
  });
}

/** A positive number of entries, or what the Hub takes without one. */
export function readLimit(value: string | null, most: number): number {
  if (value === null) return most;
  if (!/^[1-9][0-9]{0,8}$/.test(value)) {
    throw new HubError(400, "Invalid limit: expected a positive integer");
  }
  return Math.min(Number(value), most);
}

/** Whether a switch of a query or a form is on; Python writes `True`. */
export function isTrue(value: string | null): boolean {
  if (value === null || /^(false|0|)$/i.test(value)) return false;
  if (/^(true|1)$/i.test(value)) return true;
  throw new HubError(400, "Expected 'true' or 'false'");
}
