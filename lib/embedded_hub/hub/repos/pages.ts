/** The page that a request asks for of a list that never changes. */

import { readCursor, writeCursor } from "../cursor.ts";
import { HubError } from "../hub_error.ts";
import type { HubRequest } from "../hub_request.ts";
import { nextLink } from "../wire.ts";

/** Cuts out the page that the request's cursor names; headers lead to the next one. */
export function pageOf<T>(
  request: HubRequest,
  items: readonly T[],
  limit: number,
): { readonly page: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const cursor = request.query.get("cursor");
  const start = cursor === null ? 0 : Number(readCursor(cursor).path);
  if (!Number.isSafeInteger(start) || start < 0) throw new HubError(400, "Invalid cursor");
  const end = start + limit;
  const headers = end < items.length
    ? nextLink(request, writeCursor({ kind: "from", path: String(end) }))
    : {};
  return { page: items.slice(start, end), headers };
}
