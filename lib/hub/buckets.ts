import { malformed, parseReply } from "./reply.ts";
import type { Transport } from "./transport.ts";
import { nextLink } from "./link_header.ts";
import { bucketPath, namePath } from "./urls.ts";
import {
  type BucketInfo,
  BucketSchema,
  BucketsSchema,
  CreatedSchema,
  type WhoAmI,
  WhoAmISchema,
} from "./wire.ts";

/** Options of every call. */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** `GET /api/whoami-v2`. */
export async function whoAmI(transport: Transport, options: CallOptions): Promise<WhoAmI> {
  const reply = await transport.send({
    method: "GET",
    path: "/api/whoami-v2",
    idempotent: true,
    ...options,
  });
  return parseReply(reply, WhoAmISchema);
}

/** Where and how a bucket is created. */
export interface NewBucketOptions extends CallOptions {
  /** Whether only those with access see it; the Hub's choice by default. */
  readonly private?: boolean | undefined;
  /** Where its bytes are kept, `us` or `eu`; the Hub's choice by default. */
  readonly region?: string | undefined;
  /** The id of the resource group that it belongs to (Enterprise organisations). */
  readonly resourceGroupId?: string | undefined;
}

/** `POST /api/buckets/{namespace}/{name}`. */
export async function createBucket(
  transport: Transport,
  id: string,
  options: NewBucketOptions,
): Promise<{ readonly url: string }> {
  const { region, resourceGroupId } = options;
  const reply = await transport.send({
    method: "POST",
    path: `/api/buckets/${bucketPath(id)}`,
    body: json({
      ...(options.private !== undefined && { visibility: options.private ? "private" : "public" }),
      ...(region !== undefined && { region }),
      ...(resourceGroupId !== undefined && { resourceGroupId }),
    }),
    idempotent: false,
    signal: options.signal,
  });
  return parseReply(reply, CreatedSchema, true);
}

/** `GET /api/buckets/{namespace}/{name}`. */
export async function bucketInfo(
  transport: Transport,
  id: string,
  options: CallOptions,
): Promise<BucketInfo> {
  const reply = await transport.send({
    method: "GET",
    path: `/api/buckets/${bucketPath(id)}`,
    idempotent: true,
    ...options,
  });
  return parseReply(reply, BucketSchema);
}

/** `GET /api/buckets/{namespace}?search=`, page by page. */
export async function* listBuckets(
  transport: Transport,
  namespace: string,
  { search, signal }: CallOptions & { readonly search?: string | undefined },
): AsyncGenerator<BucketInfo, void, void> {
  let query = search === undefined ? "" : `?${new URLSearchParams({ search })}`;
  while (true) {
    const reply = await transport.send({
      method: "GET",
      path: `/api/buckets/${namePath(namespace)}${query}`,
      idempotent: true,
      signal,
    });
    yield* parseReply(reply, BucketsSchema);
    const next = nextQuery(reply.headers, transport.base);
    if (next === undefined) return;
    if (next === query) throw malformed(reply, "the next page is the same page");
    query = next;
  }
}

/**
 * The query of the next page's URL. The rest of that URL is ours already, and a link that names
 * another host (a proxy does not rewrite links) must not get the token.
 *
 * @returns With its `?`, or undefined after the last page.
 */
export function nextQuery(headers: Headers, base: string): string | undefined {
  const link = nextLink(headers.get("link"));
  return link === undefined || !URL.canParse(link, base) ? undefined : new URL(link, base).search;
}

/** `DELETE /api/buckets/{namespace}/{name}`, with all that is in it. */
export async function deleteBucket(
  transport: Transport,
  id: string,
  options: CallOptions,
): Promise<void> {
  await transport.send({
    method: "DELETE",
    path: `/api/buckets/${bucketPath(id)}`,
    idempotent: false,
    ...options,
  });
}

/** `PUT /api/buckets/{namespace}/{name}/settings`. */
export async function updateSettings(
  transport: Transport,
  id: string,
  settings: { readonly private: boolean },
  options: CallOptions,
): Promise<void> {
  await transport.send({
    method: "PUT",
    path: `/api/buckets/${bucketPath(id)}/settings`,
    body: json({ private: settings.private }),
    idempotent: true,
    ...options,
  });
}

/** `POST /api/repos/move`. */
export async function moveBucket(
  transport: Transport,
  from: string,
  to: string,
  options: CallOptions,
): Promise<void> {
  await transport.send({
    method: "POST",
    path: "/api/repos/move",
    body: json({ fromRepo: bucketPath(from), toRepo: bucketPath(to), type: "bucket" }),
    idempotent: false,
    ...options,
  });
}

/** A JSON body. */
export function json(value: unknown): { readonly type: string; readonly text: string } {
  return { type: "application/json", text: JSON.stringify(value) };
}
