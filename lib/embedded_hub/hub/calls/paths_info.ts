/** `POST /api/buckets/{ns}/{name}/paths-info`: exact look-ups of up to a thousand paths. */

import type { Caller } from "../accounts.ts";
import { type BucketName, readableBucket } from "../bucket_access.ts";
import type { HubContext } from "../context.ts";
import { HubError } from "../hub_error.ts";
import { type HubRequest, jsonResponse, parseJsonObject, readText } from "../hub_request.ts";
import { fileItem } from "../wire.ts";

const MAX_PATHS = 1000;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Answers the files among the paths, in the order asked for; paths that name no file are left out. */
export async function pathsInfo(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  name: BucketName,
): Promise<Response> {
  const bucket = readableBucket(context, caller, name);
  const paths = readPaths(request, await readText(request, MAX_BODY_BYTES));
  if (paths.length > MAX_PATHS) {
    throw new HubError(400, `Too many paths: ${paths.length}, at most ${MAX_PATHS} are allowed`);
  }
  const found = [...new Set(paths)].flatMap((path) => context.files.find(bucket.id, path) ?? []);
  return jsonResponse(found.map(fileItem));
}

/** JSON `{"paths": […]}`, or a form with `paths` repeated, as huggingface_hub sends for other repositories. */
function readPaths(request: HubRequest, body: string): readonly string[] {
  const type = request.headers.get("Content-Type") ?? "";
  if (type.startsWith("application/x-www-form-urlencoded")) {
    return new URLSearchParams(body).getAll("paths");
  }
  const paths = parseJsonObject(body)["paths"];
  if (!Array.isArray(paths)) throw new HubError(400, "Invalid paths: expected an array of strings");
  return paths.map((path: unknown) => {
    if (typeof path === "string") return path;
    throw new HubError(400, "Invalid paths: expected an array of strings");
  });
}
