import { type CallOptions, json, nextQuery } from "./buckets.ts";
import { HubError } from "./hub_error.ts";
import { type HubReply, malformed, parseReply } from "./reply.ts";
import { repoApiPath, type RepoName, type RepoType, revisionSegment } from "./repo_id.ts";
import {
  CommitsSchema,
  type RepoCommit,
  type RepoInfo,
  type RepoItem,
  RepoItemsSchema,
  type RepoRefs,
  RepoRefsSchema,
  type RepoRevision,
  ReposSchema,
  RevisionSchema,
} from "./repo_wire.ts";
import type { Transport } from "./transport.ts";
import { namePath } from "./urls.ts";
import { type XetToken, XetTokenSchema } from "./wire.ts";

/** The most paths that one paths-info call may ask for. */
const MAX_PATHS = 1000;

/** What a page of a repo's tree is asked for with. */
export interface RepoTreePageOptions extends CallOptions {
  /** A directory, without a slash at its end; the root by default. */
  readonly path?: string | undefined;
  /** All that is below it, or its own entries. */
  readonly recursive: boolean;
  /** Whether each entry's last commit is told; the Hub's pages are much smaller then. */
  readonly expand?: boolean | undefined;
  /** Entries per page; the Hub's choice by default. */
  readonly limit?: number | undefined;
  /** Where an earlier page of the same listing ended. */
  readonly cursor?: string | undefined;
}

/** A page of a repo's tree. */
export interface RepoTreePage {
  /** The entries, in the order in which the Hub gave them, which is not that of their paths. */
  readonly items: readonly RepoItem[];
  /** Where the next page begins; absent after the last. */
  readonly cursor?: string;
}

/** `GET /api/{T}/{id}/revision/{revision}`: what commit a revision names, and when it was made. */
export async function repoRevision(
  transport: Transport,
  repo: RepoName,
  revision: string,
  options: CallOptions,
): Promise<RepoRevision> {
  // Without `expand` the Hub lists all files.
  const fields = "expand=sha&expand=lastModified&expand=private&expand=createdAt";
  const path = `${repoApiPath(repo)}/revision/${revisionSegment(revision)}?${fields}`;
  return parseReply(await get(transport, path, options), RevisionSchema);
}

/** `GET /api/{T}/{id}/commits/{revision}`: the commit that a revision names. */
export async function repoCommit(
  transport: Transport,
  repo: RepoName,
  revision: string,
  options: CallOptions,
): Promise<RepoCommit> {
  const [commit] = await repoCommits(transport, repo, revision, { ...options, limit: 1 });
  if (commit === undefined) throw new HubError("malformed", `${repo.id} has no commit ${revision}`);
  return commit;
}

/** `GET /api/{T}/{id}/commits/{revision}`: the commit that a revision names and those before it, the newest first, `limit` in all. */
export async function repoCommits(
  transport: Transport,
  repo: RepoName,
  revision: string,
  { limit, ...options }: CallOptions & { readonly limit: number },
): Promise<RepoCommit[]> {
  const path = `${repoApiPath(repo)}/commits/${revisionSegment(revision)}?limit=${limit}`;
  return parseReply(await get(transport, path, options), CommitsSchema);
}

/** `GET /api/{T}/{id}/refs`. */
export async function repoRefs(
  transport: Transport,
  repo: RepoName,
  options: CallOptions,
): Promise<RepoRefs> {
  return parseReply(await get(transport, `${repoApiPath(repo)}/refs`, options), RepoRefsSchema);
}

/** `GET /api/{T}?author=`, page by page. */
export async function* listRepos(
  transport: Transport,
  type: RepoType,
  namespace: string,
  options: CallOptions,
): AsyncGenerator<RepoInfo, void, void> {
  let query = `?author=${namePath(namespace)}`;
  while (true) {
    const reply = await get(transport, `/api/${type}s${query}`, options);
    yield* parseReply(reply, ReposSchema);
    const next = nextQuery(reply.headers, transport.base);
    if (next === undefined) return;
    if (next === query) throw malformed(reply, "the next page is the same page");
    query = next;
  }
}

/**
 * `GET /api/{T}/{id}/tree/{revision}[/{path}]`, one page.
 *
 * @throws HubError `not_found` with the code `EntryNotFound` where there is no such directory, `RevisionNotFound` where there is no such
 *   revision.
 */
export async function repoTreePage(
  transport: Transport,
  repo: RepoName,
  revision: string,
  options: RepoTreePageOptions,
): Promise<RepoTreePage> {
  const { path = "", recursive, expand = false, limit, cursor } = options;
  const query = new URLSearchParams({ recursive: String(recursive), expand: String(expand) });
  if (limit !== undefined) query.set("limit", String(limit));
  if (cursor !== undefined) query.set("cursor", cursor);
  const place = path === "" ? "" : `/${encodeURIComponent(path)}`;
  const tree = `${repoApiPath(repo)}/tree/${revisionSegment(revision)}`;
  const reply = await get(transport, `${tree}${place}?${query}`, options);
  const items = parseReply(reply, RepoItemsSchema);
  const next = nextQuery(reply.headers, transport.base);
  return next === undefined ? { items } : { items, cursor: cursorOf(reply, next, cursor) };
}

/**
 * `POST /api/{T}/{id}/paths-info/{revision}`.
 *
 * @returns The files and directories among the paths that exist, in no given order.
 */
export async function repoPathsInfo(
  transport: Transport,
  repo: RepoName,
  revision: string,
  paths: readonly string[],
  options: CallOptions & { readonly expand?: boolean | undefined },
): Promise<RepoItem[]> {
  if (paths.length > MAX_PATHS) {
    throw new RangeError(`More than ${MAX_PATHS} in one call: ${paths.length}`);
  }
  const reply = await transport.send({
    method: "POST",
    path: `${repoApiPath(repo)}/paths-info/${revisionSegment(revision)}`,
    body: json({ paths, expand: options.expand ?? false }),
    idempotent: true,
    signal: options.signal,
  });
  return parseReply(reply, RepoItemsSchema);
}

/** `GET /api/{T}/{id}/xet-read-token/{revision}`. */
export async function repoXetToken(
  transport: Transport,
  repo: RepoName,
  revision: string,
  options: CallOptions,
): Promise<XetToken> {
  const path = `${repoApiPath(repo)}/xet-read-token/${revisionSegment(revision)}`;
  return parseReply(await get(transport, path, options), XetTokenSchema);
}

function get(transport: Transport, path: string, { signal }: CallOptions): Promise<HubReply> {
  return transport.send({ method: "GET", path, idempotent: true, signal });
}

function cursorOf(reply: HubReply, next: string, used: string | undefined): string {
  const cursor = new URLSearchParams(next).get("cursor");
  if (cursor === null) throw malformed(reply, "the next page has no cursor");
  if (cursor === used) throw malformed(reply, "the next page is the same page");
  return cursor;
}
