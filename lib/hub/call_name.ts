/** What can follow a repo's id in a path of the API. */
const REPO_CALLS: ReadonlySet<string> = new Set([
  "commits",
  "paths-info",
  "refs",
  "revision",
  "tree",
  "xet-read-token",
]);

/**
 * The name of a call, for those who count calls: `batch`, `tree`, `paths-info`, `resolve`, and so on, with `repo-` before those on
 * models, datasets and Spaces; `other` for what the client does not send of itself, such as the second request of a redirect.
 *
 * @param method The HTTP method.
 * @param path Escaped, from `/` on, within the Hub's base URL; a query may follow.
 */
export function callName(method: string, path: string): string {
  const [, first = "", second = "", ...rest] = path.split("?", 1)[0]?.split("/") ?? [];
  if (first === "buckets") return rest[1] === "resolve" ? "resolve" : "other";
  if (first !== "api") return [second, ...rest].includes("resolve") ? "repo-resolve" : "other";
  switch (second) {
    case "whoami-v2":
      return "whoami";
    case "repos":
      return "move";
    case "buckets":
      return bucketCall(method, rest);
    case "models":
    case "datasets":
    case "spaces":
      return repoCall(rest);
    default:
      return "other";
  }
}

function bucketCall(method: string, [, name, call]: readonly string[]): string {
  if (call !== undefined) return call;
  if (name === undefined) return "list";
  return method === "POST" ? "create" : method === "DELETE" ? "delete" : "info";
}

function repoCall(parts: readonly string[]): string {
  const call = parts.slice(1, 3).find((part) => REPO_CALLS.has(part)) ?? "info";
  return `repo-${call === "revision" ? "info" : call}`;
}
