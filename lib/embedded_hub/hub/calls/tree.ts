/** `GET /api/buckets/{ns}/{name}/tree[/{prefix}]`: the files of a bucket, in pages. */

import type { Caller } from "../accounts.ts";
import { type BucketName, readableBucket } from "../bucket_access.ts";
import type { HubContext } from "../context.ts";
import { readCursor, writeCursor } from "../cursor.ts";
import { HubError } from "../hub_error.ts";
import { type HubRequest, jsonResponse } from "../hub_request.ts";
import { readTreePage } from "../tree_page.ts";
import { nextLink, treeItem } from "../wire.ts";

const MAX_PAGE_SIZE = 10_000;

/** Answers a page of the tree under a prefix, which is already decoded; an unknown prefix selects nothing, with 200. */
export function tree(
  context: HubContext,
  request: HubRequest,
  caller: Caller,
  name: BucketName,
  prefix: string,
): Response {
  const bucket = readableBucket(context, caller, name);
  const cursor = request.query.get("cursor");
  const page = readTreePage(context.files, {
    bucket: bucket.id,
    prefix,
    recursive: readRecursive(request.query.get("recursive")),
    start: cursor === null ? undefined : readCursor(cursor),
    limit: readLimit(request.query.get("limit")) ?? context.settings.treePageSize,
  });
  const headers = page.next === undefined ? {} : nextLink(request, writeCursor(page.next));
  return jsonResponse(page.entries.map(treeItem), { headers });
}

/** The real Hub lists recursively when nothing is said (huggingface_hub, tests/test_buckets.py). */
function readRecursive(value: string | null): boolean {
  if (value === null || value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw new HubError(400, "Invalid recursive: expected 'true' or 'false'");
}

function readLimit(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(value)) {
    throw new HubError(400, "Invalid limit: expected a positive integer");
  }
  return Math.min(Number(value), MAX_PAGE_SIZE);
}
