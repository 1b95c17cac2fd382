/** `HEAD|GET /{id}/resolve/{revision}/{path}`, and the signed URLs that it redirects to. */

import type { Caller } from "../../accounts.ts";
import { EMPTY_FILE_HASH, type FileRange, type HubContext } from "../../context.ts";
import { entryNotFound } from "../../hub_error.ts";
import { type HubRequest, jsonResponse } from "../../hub_request.ts";
import type { Blob } from "../../repos/object_table.ts";
import { openRepo } from "../../repos/repo_access.ts";
import { pluralOf, repoApiPath, repoId, type RepoName } from "../../repos/repo_name.ts";
import { bytesAnswer, signedHeaders, XET_FILE_INFO } from "../bytes_answer.ts";
import type { AtRevision } from "./info.ts";

type Headers = Readonly<Record<string, string>>;

/**
 * Answers with a file that Git holds; for a large one with a redirect to a signed URL, or, for a client that accepts
 * `application/vnd.xet-fileinfo+json` and a file in Xet, with where that is.
 */
export async function repoResolve(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  { repo: name, revision, path }: AtRevision & { readonly path: string },
): Promise<Response> {
  const repo = openRepo(context, caller, name);
  const commit = context.reader.commit(repo, revision);
  const entry = path === "" ? undefined : context.reader.find(repo, commit, path);
  const headers = { "X-Repo-Commit": commit.sha, "Accept-Ranges": "bytes" };
  // Clients remember what a commit does not have (huggingface_hub, `.no_exist`).
  if (entry?.kind !== "file") throw entryNotFound(headers);
  const { blob } = entry;
  if (blob.pointerSize === undefined) {
    return bytesAnswer(
      request,
      { ...headers, ...named(path), ETag: `"${blob.oid}"`, "Content-Type": typeOf(path) },
      blob.size,
      (range) => readBlob(context, blob, range),
    );
  }
  const place = { repo, revision: commit.sha };
  const all = { ...headers, ...linkedHeaders(request.origin, place, blob) };
  if (blob.xetHash !== undefined && accepts(request, XET_FILE_INFO)) {
    return fileInfo(request, place, blob, all);
  }
  const query = new URLSearchParams({
    "response-content-type": "application/octet-stream",
    "response-content-disposition": named(path)["Content-Disposition"],
    "commit": commit.sha,
  });
  const expires = Math.floor(context.now() / 1000) + context.settings.urlLifetimeSeconds;
  const target = `/cdn/repos/${pluralOf(repo.type)}/${repoId(repo)}/${blob.oid}`;
  const location = request.origin + await context.signedUrls.sign(target, query, expires);
  return new Response(request.method === "HEAD" ? null : `Found. Redirecting to ${location}`, {
    status: 302,
    headers: { ...all, "Content-Type": "text/plain; charset=utf-8", Location: location },
  });
}

/**
 * Serves the target of the redirect. The redirect's headers are repeated, because huggingface_hub follows redirects within one origin and
 * reads the last answer.
 */
export async function repoDownload(
  context: HubContext,
  request: HubRequest,
  { repo: name, oid }: { readonly repo: RepoName; readonly oid: string },
): Promise<Response> {
  await context.signedUrls.verify(request.path, request.query, Math.floor(context.now() / 1000));
  const repo = context.repos.find(name);
  const blob = repo === undefined ? undefined : context.objects.blob(repo.id, oid);
  if (blob === undefined) throw entryNotFound();
  const revision = request.query.get("commit") ?? "";
  const headers = {
    "X-Repo-Commit": revision,
    "Accept-Ranges": "bytes",
    ...linkedHeaders(request.origin, { repo: name, revision }, blob),
    ...signedHeaders(request.query),
  };
  return bytesAnswer(request, headers, blob.size, (range) => readBlob(context, blob, range));
}

/** What a client learns about a large file without its bytes. */
function linkedHeaders(origin: string, place: AtRevision, blob: Blob): Headers {
  const headers = {
    "ETag": `"${blob.sha256}"`,
    "X-Linked-ETag": `"${blob.sha256}"`,
    "X-Linked-Size": String(blob.size),
  };
  if (blob.xetHash === undefined) return headers;
  const { auth, reconstruction } = xetLinks(origin, place, blob.xetHash);
  return {
    ...headers,
    "X-Xet-Hash": blob.xetHash,
    "X-Xet-Refresh-Route": new URL(auth).pathname,
    "Link": `<${auth}>; rel="xet-auth", <${reconstruction}>; rel="xet-reconstruction-info"`,
  };
}

function xetLinks(origin: string, { repo, revision }: AtRevision, hash: string) {
  return {
    auth: `${origin}${repoApiPath(repo)}/xet-read-token/${revision}`,
    reconstruction: `${origin}/cas/v1/reconstructions/${hash}`,
  };
}

function fileInfo(
  request: HubRequest,
  place: AtRevision,
  { xetHash = EMPTY_FILE_HASH, size, sha256 }: Blob,
  headers: Headers,
): Response {
  const all = { ...headers, "Content-Type": XET_FILE_INFO };
  if (request.method === "HEAD") return new Response(null, { headers: all });
  const { auth, reconstruction } = xetLinks(request.origin, place, xetHash);
  return jsonResponse({
    hash: xetHash,
    size,
    etag: `"${sha256}"`,
    refreshUrl: auth,
    reconstructionUrl: reconstruction,
  }, { headers: all });
}

function readBlob(
  { contents, keptFiles }: HubContext,
  { xetHash, sha256, size }: Blob,
  range: FileRange = { start: 0, end: size - 1 },
): ReadableStream<Uint8Array> {
  return xetHash === undefined
    ? keptFiles.read(sha256, range.start, range.end)
    : contents.readFile(xetHash, range);
}

function accepts(request: HubRequest, type: string): boolean {
  return (request.headers.get("Accept") ?? "").includes(type);
}

function named(path: string): { readonly "Content-Disposition": string } {
  const name = encodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
  return { "Content-Disposition": `inline; filename*=UTF-8''${name}; filename="${name}";` };
}

/** Git files are text to the Hub, so that no page of a repo runs in a browser. */
function typeOf(path: string): string {
  return path.endsWith(".json") ? "application/json" : "text/plain; charset=utf-8";
}
