import type { CallOptions } from "./buckets.ts";
import { HubError } from "./hub_error.ts";
import { malformed, parseReply } from "./reply.ts";
import type { Transport } from "./transport.ts";
import { bucketPath, pathSegment } from "./urls.ts";
import { type XetToken, XetTokenSchema } from "./wire.ts";

/** `GET /api/buckets/{namespace}/{name}/xet-{read,write}-token`. */
export async function xetToken(
  transport: Transport,
  id: string,
  scope: "read" | "write",
  options: CallOptions,
): Promise<XetToken> {
  const reply = await transport.send({
    method: "GET",
    path: `/api/buckets/${bucketPath(id)}/xet-${scope}-token`,
    idempotent: true,
    ...options,
  });
  return parseReply(reply, XetTokenSchema);
}

/** What the headers of a resolve call say about a file. */
export interface ResolvedFile {
  /** The content's Xet hash, 64 hex digits. */
  readonly xetHash: string;
  /** Length in bytes. */
  readonly size: number;
  /** The entity tag, with its quotes. */
  readonly etag?: string;
  /** When it was last modified. */
  readonly lastModified?: Date;
  /** Where the bytes are, for a while and without a token; never to be logged. */
  readonly location?: string;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * `HEAD /buckets/{namespace}/{name}/resolve/{path}`. Counts in the Hub's quota of resolver calls and
 * not in that of API calls.
 *
 * @returns What the file holds; undefined if there is none.
 */
export async function resolveFile(
  transport: Transport,
  id: string,
  path: string,
  options: CallOptions,
): Promise<ResolvedFile | undefined> {
  const bucket = bucketPath(id);
  const segment = pathSegment(path);
  if (segment === undefined || segment === "") return undefined;
  const call = {
    method: "HEAD",
    path: `/buckets/${bucket}/resolve/${segment}`,
    idempotent: true,
    ...options,
  } as const;
  try {
    // A redirect leads to the bytes and mostly says all there is to know.
    const first = await transport.send({ ...call, accept: REDIRECTS });
    const reply = first.status < 300 || first.headers.has("x-xet-hash")
      ? first
      : await transport.send(call);
    const { headers, status } = reply;
    const xetHash = headers.get("x-xet-hash") ?? "";
    const length = headers.get("x-linked-size") ??
      (status < 300 ? headers.get("content-length") : null) ?? "";
    if (!/^[0-9a-f]{64}$/.test(xetHash)) throw malformed(reply, "unexpected X-Xet-Hash");
    if (!/^[0-9]{1,15}$/.test(length)) throw malformed(reply, "unexpected X-Linked-Size");
    const etag = headers.get("x-linked-etag") ?? headers.get("etag");
    const modified = Date.parse(headers.get("last-modified") ?? "");
    const location = status < 300 ? null : headers.get("location");
    const target = location === null ? null : URL.parse(location, transport.base);
    return {
      xetHash,
      size: Number(length),
      ...(etag !== null && { etag }),
      ...(!Number.isNaN(modified) && { lastModified: new Date(modified) }),
      ...(target !== null && /^https?:$/.test(target.protocol) && { location: target.href }),
    };
  } catch (error) {
    if (error instanceof HubError && error.code === "EntryNotFound") return undefined;
    throw error;
  }
}
