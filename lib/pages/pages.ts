/**
 * The pages of the gateway itself, under `/-/`. They are looked at before anything of S3: `-` cannot be the
 * name of a bucket (Amazon S3 user guide, "Bucket naming rules").
 *
 * @module
 */

import { parseTarget, requireHost } from "../http/request_target.ts";
import type { Page, PageRequest } from "./page.ts";

/** Answers a request for a page; undefined for all others. */
export type PagesHandler = (
  request: Request,
  options?: { readonly stopping?: boolean },
) => Promise<Response> | undefined;

/** What pages are served with. */
export interface PagesOptions {
  /** The pages by the segment that follows `/-/`. */
  readonly pages: Readonly<Record<string, Page>>;
  /** Whether the Host header names a bucket: then the whole path is a key, whatever it begins with. */
  readonly isBucketHost?: (host: string | null) => boolean;
}

const PLACE = /^\/-(?:\/(?<name>[^/]*)(?<rest>.*))?$/s;
const ALWAYS = ["GET", "HEAD"] as const;

/** Makes the function that answers requests for pages. A page that is not there answers 404. */
export function createPagesHandler({ pages, isBucketHost }: PagesOptions): PagesHandler {
  const byName = new Map(Object.entries(pages));
  return (request, { stopping = false } = {}) => {
    const { rawPath, rawQuery } = parseTarget(request.url);
    // All of S3 passes here.
    if (!rawPath.startsWith("/-")) return undefined;
    const place = PLACE.exec(rawPath);
    const host = request.headers.get("host");
    if (place === null || !isHost(host) || isBucketHost?.(host)) return undefined;
    const { name = "", rest = "" } = place.groups ?? {};
    const found = byName.get(name);
    const page = rest === "" || found?.hasMore ? found : undefined;
    return answer(page, { request, rest, rawQuery, stopping });
  };
}

async function answer(
  page: Page | undefined,
  asked: PageRequest,
): Promise<Response> {
  const { method, body } = asked.request;
  const response = await respond(page, asked);
  if (body !== null && !body.locked) await body.cancel();
  const headers = new Headers(response.headers);
  headers.set("Server", "HugBucket");
  headers.set("X-Content-Type-Options", "nosniff");
  // What is true now may not be in a moment.
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  headers.set("Deno-CDN-Cache-Control", "no-store");
  return new Response(method === "HEAD" ? null : response.body, {
    status: response.status,
    headers,
  });
}

function respond(
  page: Page | undefined,
  asked: PageRequest,
): Response | Promise<Response> {
  if (page === undefined) return textAnswer(404, "There is no such page");
  const methods = [...ALWAYS, ...page.methods ?? []];
  if (methods.includes(asked.request.method)) return page.answer(asked);
  return textAnswer(405, "The page does not know this method", { Allow: methods.join(", ") });
}

/** A plain answer of one line. */
export function textAnswer(
  status: number,
  line: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${line}\n`, {
    status,
    headers: { "Content-Type": "text/plain; charset=utf-8", ...headers },
  });
}

/** The runtime puts whatever a Host header holds before the path; S3 refuses one that is none. */
function isHost(host: string | null): boolean {
  try {
    requireHost(host);
    return true;
  } catch {
    return false;
  }
}
