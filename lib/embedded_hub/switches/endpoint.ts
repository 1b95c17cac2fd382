/** The names of the endpoints of an embedded hub, by which its switches and counters tell requests apart. */

import { hubRoute } from "../hub/routes.ts";
import { HubError } from "../hub/hub_error.ts";

/**
 * The name of the endpoint that a request goes to: `hub.tree`, `hub.paths-info`, `hub.batch`, `hub.resolve`, `hub.download` (the
 * signed URL behind resolve) and so on, `cas.xorb.post`, `cas.shards.v2`, `cas.reconstruction.v1`, `cas.data` and so on;
 * `hub.unknown` and `cas.unknown` for the rest.
 */
export function endpointName(method: string, path: string): string {
  if (path.startsWith("/cas/")) return casEndpoint(method, path.slice("/cas/".length).split("/"));
  try {
    return `hub.${hubRoute(method, path)?.kind ?? "unknown"}`;
  } catch (error) {
    if (error instanceof HubError) return "hub.unknown";
    throw error;
  }
}

function casEndpoint(method: string, parts: readonly string[]): string {
  const [version = "", call = ""] = parts;
  if (version === "data" || version === "uploads") return `cas.${version}`;
  switch (call) {
    case "xorbs":
      return `cas.xorb.${method.toLowerCase()}`;
    case "xorb-grants":
      return "cas.xorb-grants";
    case "xorb-commits":
      return "cas.xorb-commits";
    case "shards":
      return `cas.shards.${version}`;
    case "chunks":
      return "cas.chunks";
    case "reconstructions":
      return `cas.reconstruction.${version}`;
    case "files":
      return "cas.file";
    case "file-chunk-hashes":
      return "cas.file-chunk-hashes";
    case "telemetry":
      return "cas.telemetry";
    default:
      return "cas.unknown";
  }
}

/** Whether a name is meant by a pattern: the name itself, a group of it (`cas`, `cas.xorb`), or `*`. */
export function endpointMatches(pattern: string, name: string): boolean {
  return pattern === "*" || pattern === name || name.startsWith(`${pattern}.`);
}
