/** From method and path to the call on a model, a dataset or a Space that is meant. */

import { decodePath } from "../hub_request.ts";
import { type RepoName, type RepoType, repoTypeOf } from "./repo_name.ts";

/** A call on repos with what its path says. */
export type RepoRoute =
  | { readonly kind: "repo-list"; readonly type: RepoType }
  | { readonly kind: "repo-refs"; readonly repo: RepoName }
  | {
    readonly kind: "repo-info" | "repo-paths-info" | "repo-commits" | "repo-xet-read-token";
    readonly repo: RepoName;
    readonly revision: string;
  }
  | {
    readonly kind: "repo-tree" | "repo-resolve";
    readonly repo: RepoName;
    readonly revision: string;
    readonly path: string;
  }
  | { readonly kind: "repo-download"; readonly repo: RepoName; readonly oid: string };

const DEFAULT_REVISION = "main";

/** What can follow a repo's id in a path of the API; no repo without a namespace has such a name before it. */
const CALLS = new Set(["revision", "tree", "paths-info", "commits", "refs", "xet-read-token"]);

/** First segments that are no namespace. */
const RESERVED = new Set(["api", "buckets", "cas", "cdn", "datasets", "spaces", "models", ""]);

/** The call that a request means, or `undefined`. A revision is one segment: `refs%2Fpr%2F1`. */
export function repoRoute(method: string, path: string): RepoRoute | undefined {
  const [, first = "", ...rest] = path.split("/");
  if (first === "api") {
    const type = repoTypeOf(rest[0] ?? "");
    return type === undefined ? undefined : apiRoute(method, type, rest.slice(1));
  }
  if (method !== "GET" && method !== "HEAD") return undefined;
  if (first === "cdn") return downloadRoute(rest);
  const type = first === "models" ? undefined : repoTypeOf(first);
  if (type !== undefined) return resolveRoute(type, rest);
  return RESERVED.has(first) ? undefined : resolveRoute("model", [first, ...rest]);
}

function apiRoute(
  method: string,
  type: RepoType,
  parts: readonly string[],
): RepoRoute | undefined {
  const [first = "", second, ...others] = parts;
  if (first === "") {
    return method === "GET" && parts.length <= 1 ? { kind: "repo-list", type } : undefined;
  }
  const bare = second === undefined || CALLS.has(second);
  const repo = bare
    ? { type, namespace: "", name: decodePath(first) }
    : { type, namespace: decodePath(first), name: decodePath(second) };
  const [call, rawRevision, ...rest] = bare && second !== undefined ? [second, ...others] : others;
  const revision = decodePath(rawRevision ?? DEFAULT_REVISION);
  if (call === "tree") {
    const place = decodePath(rest.join("/"));
    return method === "GET" ? { kind: "repo-tree", repo, revision, path: place } : undefined;
  }
  if (rest.length > 0) return undefined;
  switch (`${method} ${call ?? "info"}`) {
    case "GET info":
    case "GET revision":
      return { kind: "repo-info", repo, revision };
    case "GET refs":
      return rawRevision === undefined ? { kind: "repo-refs", repo } : undefined;
    case "GET commits":
      return { kind: "repo-commits", repo, revision };
    case "POST paths-info":
      return { kind: "repo-paths-info", repo, revision };
    case "GET xet-read-token":
      return { kind: "repo-xet-read-token", repo, revision };
    default:
      return undefined;
  }
}

/** `{id}/resolve/{revision}/{path}`. */
function resolveRoute(type: RepoType, parts: readonly string[]): RepoRoute | undefined {
  const at = parts[1] === "resolve" ? 1 : 2;
  const [rawRevision, ...rest] = parts.slice(at + 1);
  if (parts[at] !== "resolve" || rawRevision === undefined || rest.length === 0) return undefined;
  const [first = "", second = ""] = parts.slice(0, at).map(decodePath);
  const repo = at === 1
    ? { type, namespace: "", name: first }
    : { type, namespace: first, name: second };
  return {
    kind: "repo-resolve",
    repo,
    revision: decodePath(rawRevision),
    path: decodePath(rest.join("/")),
  };
}

/** `/cdn/repos/{plural}/{id}/{oid}`: the signed URL behind resolve. */
function downloadRoute(parts: readonly string[]): RepoRoute | undefined {
  const [group, plural = "", ...rest] = parts;
  const type = repoTypeOf(plural);
  const oid = rest.at(-1);
  if (group !== "repos" || type === undefined || oid === undefined) return undefined;
  if (rest.length === 2) {
    return { kind: "repo-download", repo: { type, namespace: "", name: rest[0] ?? "" }, oid };
  }
  if (rest.length !== 3) return undefined;
  const repo = { type, namespace: rest[0] ?? "", name: rest[1] ?? "" };
  return { kind: "repo-download", repo, oid };
}
