/** From method and path to the call that is meant. */

import type { BucketName } from "./bucket_access.ts";
import { decodePath } from "./hub_request.ts";
import { type RepoRoute, repoRoute } from "./repos/repo_routes.ts";

/** A call of the Hub's API with what its path says. */
export type HubRoute =
  | { readonly kind: "whoami" }
  | { readonly kind: "move" }
  | { readonly kind: "list"; readonly namespace: string }
  | {
    readonly kind:
      | "create"
      | "info"
      | "delete"
      | "settings"
      | "paths-info"
      | "batch"
      | "xet-read-token"
      | "xet-write-token"
      | "events";
    readonly bucket: BucketName;
  }
  | { readonly kind: "tree"; readonly bucket: BucketName; readonly prefix: string }
  | { readonly kind: "resolve"; readonly bucket: BucketName; readonly path: string }
  | { readonly kind: "download"; readonly bucket: BucketName; readonly hash: string }
  | RepoRoute;

/**
 * The call that a request means, or `undefined`. Paths are taken as they were sent and decoded once, so that `..` and `//` in the
 * name of a file reach the rules for names, and `a%2Fb` and `a/b` are the same file.
 */
export function hubRoute(method: string, path: string): HubRoute | undefined {
  const [, first = "", second = "", ...rest] = path.split("/");
  if (first === "api" && second === "whoami-v2" && rest.length === 0) {
    return method === "GET" ? { kind: "whoami" } : undefined;
  }
  if (first === "api" && second === "repos" && rest.join("/") === "move") {
    return method === "POST" ? { kind: "move" } : undefined;
  }
  if (first === "api" && second === "buckets") return apiRoute(method, rest);
  if (first === "buckets") return resolveRoute(method, [second, ...rest]);
  if (first === "cdn" && second === "buckets") return downloadRoute(method, rest);
  return repoRoute(method, path);
}

function apiRoute(method: string, parts: readonly string[]): HubRoute | undefined {
  const [rawNamespace = "", rawName, call, ...rest] = parts;
  const namespace = decodePath(rawNamespace);
  if (namespace === "") return undefined;
  if (rawName === undefined || rawName === "") {
    return method === "GET" && parts.length <= 2 ? { kind: "list", namespace } : undefined;
  }
  const bucket = { namespace, name: decodePath(rawName) };
  if (call === undefined) return bucketRoute(method, bucket);
  if (call === "tree") {
    const prefix = decodePath(rest.join("/"));
    return method === "GET" ? { kind: "tree", bucket, prefix } : undefined;
  }
  return rest.length === 0 ? callRoute(method, bucket, call) : undefined;
}

function bucketRoute(method: string, bucket: BucketName): HubRoute | undefined {
  switch (method) {
    case "GET":
      return { kind: "info", bucket };
    case "POST":
      return { kind: "create", bucket };
    case "DELETE":
      return { kind: "delete", bucket };
    default:
      return undefined;
  }
}

function callRoute(method: string, bucket: BucketName, call: string): HubRoute | undefined {
  switch (`${method} ${call}`) {
    case "PUT settings":
      return { kind: "settings", bucket };
    case "POST paths-info":
      return { kind: "paths-info", bucket };
    case "POST batch":
      return { kind: "batch", bucket };
    case "GET xet-read-token":
      return { kind: "xet-read-token", bucket };
    case "GET xet-write-token":
      return { kind: "xet-write-token", bucket };
    case "GET events":
      return { kind: "events", bucket };
    default:
      return undefined;
  }
}

function resolveRoute(method: string, parts: readonly string[]): HubRoute | undefined {
  const [namespace = "", name = "", call, ...rest] = parts;
  if (call !== "resolve" || (method !== "GET" && method !== "HEAD")) return undefined;
  const bucket = { namespace: decodePath(namespace), name: decodePath(name) };
  return { kind: "resolve", bucket, path: decodePath(rest.join("/")) };
}

function downloadRoute(method: string, parts: readonly string[]): HubRoute | undefined {
  const [namespace = "", name = "", hash = "", ...rest] = parts;
  if (rest.length > 0 || (method !== "GET" && method !== "HEAD")) return undefined;
  return { kind: "download", bucket: { namespace, name }, hash };
}
