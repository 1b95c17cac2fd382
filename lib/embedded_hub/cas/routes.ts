/** Which call a request is, by method and path. */

import type { CasCalls } from "./cas_calls.ts";
import { CasError } from "./cas_error.ts";
import type { CasCall } from "./cas_parts.ts";
import { DATA_PATH } from "./signed_urls.ts";

/** Method and path of each call; `{}` is one segment, given to the call undecoded. */
const ROUTES: readonly (readonly [string, string, keyof CasCalls])[] = [
  ["POST", "/v1/xorbs/{}/{}", "postXorb"],
  ["HEAD", "/v1/xorbs/{}/{}", "headXorb"],
  ["POST", "/v1/xorb-grants/{}/{}", "postGrant"],
  ["PUT", "/uploads/{}", "putUpload"],
  ["POST", "/v1/xorb-commits/{}/{}/grant/{}", "postCommit"],
  ["POST", "/v1/shards", "postShardV1"],
  ["POST", "/v2/shards", "postShardV2"],
  ["GET", "/v1/chunks/{}/{}", "getChunk"],
  ["GET", "/v1/reconstructions/{}", "getReconstructionV1"],
  ["GET", "/v2/reconstructions/{}", "getReconstructionV2"],
  ["GET", "/v1/reconstructions", "getReconstructions"],
  ["POST", "/v1/reconstructions", "postReconstructions"],
  ["HEAD", "/v1/files/{}", "headFile"],
  ["GET", "/v2/file-chunk-hashes/{}", "getFileChunkHashes"],
  ["POST", "/v1/telemetry", "postTelemetry"],
  ["GET", `/${DATA_PATH}/{}`, "getData"],
];

/** A request, its target below the CAS's URL split by hand. */
export interface Arrival {
  readonly request: Request;
  /** Raw, beginning with a slash. */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  /** The URL that the client reaches the CAS by, without a slash at its end. */
  readonly publicUrl: string;
}

const PARSED = ROUTES.map(([method, path, call]) => ({ method, segments: path.split("/"), call }));

/**
 * Runs the call that a request is. Throws a 404 for a path that is none, a 405 for a wrong method.
 */
export async function route(
  calls: CasCalls,
  { request, path, query, publicUrl }: Arrival,
): Promise<Response> {
  const segments = path.split("/");
  const there = PARSED.filter((entry) => matches(entry.segments, segments));
  if (there.length === 0) throw new CasError(404, "There is nothing at this path");
  const entry = there.find(({ method }) => method === request.method);
  if (entry === undefined) throw new CasError(405, `${request.method} is not for this path`);
  const call: CasCall = calls[entry.call];
  const parameters = segments.filter((_, index) => entry.segments[index] === "{}");
  return await call({ request, publicUrl, query, parameters });
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return pattern.length === segments.length &&
    pattern.every((part, index) => part === "{}" || part === segments[index]);
}
