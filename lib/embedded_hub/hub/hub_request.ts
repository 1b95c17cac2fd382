/** A request as the hub's calls see it: the target raw and undecoded, the body read with a limit. */

import { parseTarget } from "../../http/request_target.ts";
import { HubError } from "./hub_error.ts";

/** A request whose target was split by hand, so that `..`, `//` and escapes are still as they were sent. */
export interface HubRequest {
  /** The HTTP method, in capitals. */
  readonly method: string;
  /** The undecoded path, from its first slash to before the query. */
  readonly path: string;
  /** The undecoded query, without its question mark; empty when there is none. */
  readonly rawQuery: string;
  /** The query, decoded. */
  readonly query: URLSearchParams;
  /** The request's headers. */
  readonly headers: Headers;
  /** Scheme, host and port that absolute links in answers are made with, without a final slash. */
  readonly origin: string;
  /** The request itself, for its body. */
  readonly request: Request;
}

/** Splits a request. `publicUrl` replaces the origin that the client's `Host` header gives. */
export function readHubRequest(request: Request, publicUrl?: string): HubRequest {
  const { rawPath, rawQuery = "" } = parseTarget(request.url);
  return {
    method: request.method,
    path: rawPath,
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headers: request.headers,
    // `URL` for the origin alone: it would change the target.
    origin: publicUrl ?? new URL(request.url).origin,
    request,
  };
}

/** Decodes the percent-escapes of a path or of a part of it, once. A broken escape is answered with 400. */
export function decodePath(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch (error) {
    if (error instanceof URIError) throw new HubError(400, `Failed to decode param '${raw}'`);
    throw error;
  }
}

/** Reads a body as UTF-8 text; one of more than `limit` bytes is answered with 413. */
export async function readText(request: HubRequest, limit: number): Promise<string> {
  const body = request.request.body;
  if (body === null) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    for await (const piece of body) {
      size += piece.length;
      if (size > limit) throw new HubError(413, "Payload too large");
      text += decoder.decode(piece, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof HubError) throw error;
    // The decoder throws TypeErrors; all else is a body that broke off, as when the client is gone.
    const what = error instanceof TypeError ? "is not valid UTF-8" : "broke off";
    throw new HubError(400, `The body ${what}`);
  }
}

/** Reads a JSON object; an absent body counts as `{}`, as clients that send none expect. */
export async function readJsonObject(
  request: HubRequest,
  limit: number,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readText(request, limit);
  return text.trim() === "" ? {} : parseJsonObject(text);
}

/** Parses a JSON object; anything else is answered with 400. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new HubError(400, "Invalid JSON");
    throw error;
  }
  if (!isRecord(value)) throw new HubError(400, "Expected a JSON object");
  return value;
}

/** Whether a parsed JSON value is an object, and not an array or null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const encoder = new TextEncoder();

/** A JSON answer, with its length so that it is not sent in chunks. */
export function jsonResponse(
  value: unknown,
  init: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const body = encoder.encode(JSON.stringify(value));
  return new Response(body, {
    status: init.status ?? 200,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": String(body.length),
      ...init.headers,
    },
  });
}
