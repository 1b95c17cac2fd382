/** Answers with the bytes of a file, whole or a range of them. */

import { parseRange } from "../../../http/range.ts";
import type { FileRange } from "../context.ts";
import { HubError } from "../hub_error.ts";
import type { HubRequest } from "../hub_request.ts";

/** The media type of an answer that says where a file is in Xet, for clients that accept it. */
export const XET_FILE_INFO = "application/vnd.xet-fileinfo+json";

/** Answers 200, 206 or 416. `read` is called only where there are bytes to send. */
export function bytesAnswer(
  request: HubRequest,
  headers: Readonly<Record<string, string>>,
  size: number,
  read: (range?: FileRange) => ReadableStream<Uint8Array>,
): Response {
  const isHead = request.method === "HEAD";
  const range = parseRange(request.headers.get("Range"), size);
  switch (range.kind) {
    case "whole":
      return new Response(isHead || size === 0 ? null : read(), {
        headers: { ...headers, "Content-Length": String(size) },
      });
    case "part": {
      const { first: start, last: end } = range;
      return new Response(isHead ? null : read({ start, end }), {
        status: 206,
        headers: {
          ...headers,
          "Content-Length": String(end - start + 1),
          "Content-Range": `bytes ${start}-${end}/${size}`,
        },
      });
    }
    case "unsatisfiable":
      throw new HubError(416, "Range not satisfiable", {
        headers: { "Content-Range": `bytes */${size}` },
      });
    default:
      return range satisfies never;
  }
}

/** The headers that a signed URL's query asks for. What no header can hold falls back to a plain type. */
export function signedHeaders(query: URLSearchParams): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const type = query.get("response-content-type") ?? "";
  headers["Content-Type"] = /^[\x20-\x7e]+$/.test(type) ? type : "application/octet-stream";
  const modified = query.get("response-last-modified");
  if (modified !== null) headers["Last-Modified"] = modified;
  const disposition = query.get("response-content-disposition");
  if (disposition !== null) headers["Content-Disposition"] = disposition;
  return headers;
}
