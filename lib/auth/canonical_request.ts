/**
 * SigV4's canonical request from the raw request ("Create a canonical request" in the AWS General
 * Reference, with S3's exceptions: the path is encoded once and never normalised).
 *
 * @module
 */

import { decodeToBytes, percentEncode } from "../http/percent.ts";
import { type PlusMeaning, splitQuery } from "../http/query.ts";
import type { AuthRequest } from "./auth_request.ts";
import { changedHeaders, headerReadings, type HeaderValues } from "./header_lines.ts";
import { utf8AsLatin1 } from "./hmac.ts";

/** One way to read what was signed; `text` has a byte per character. */
export interface CanonicalRequest {
  /** The canonical request. */
  readonly text: string;
  /** What a bare `+` in the query means in this reading. */
  readonly plus: PlusMeaning;
  /** The signed headers that the runtime shows otherwise than this reading has them. */
  readonly rejoined: HeaderValues;
}

/** What besides the request goes into its canonical form. */
export interface CanonicalParts {
  /** The names of SignedHeaders, in the client's order. */
  readonly signedHeaders: readonly string[];
  /** The value of `x-amz-content-sha256`, as given. */
  readonly payloadHash: string;
  /** A query parameter to leave out: `X-Amz-Signature` of a presigned URL. */
  readonly omit?: string;
}

/**
 * All readings of a request that a signer may have meant, likeliest first. Each stands for the same
 * request; they differ in what the wire leaves open: characters that need no escape, parameters
 * without `=`, the meaning of a bare `+`, and repeated headers, which the runtime joins by `, `.
 *
 * @param request The request.
 * @param parts What besides the request goes in.
 * @throws {S3Error} InvalidURI when path or query hold an invalid escape.
 */
export function* canonicalRequests(
  request: AuthRequest,
  parts: CanonicalParts,
): Generator<CanonicalRequest, void, undefined> {
  const names = parts.signedHeaders.join(";");
  const queries = canonicalQueries(request.rawQuery, parts.omit);
  const shown = new Map(
    parts.signedHeaders.map((name) => [name, request.headers.get(name) ?? ""]),
  );
  for (const reading of headerReadings(shown)) {
    const headers = parts.signedHeaders
      .map((name) => `${name}:${collapseBlanks(reading.get(name) ?? "")}\n`).join("");
    const rejoined = changedHeaders(reading, shown);
    for (const path of canonicalPaths(request.rawPath)) {
      for (const { query, plus } of queries) {
        const lines = [request.method, path, query, headers, names, parts.payloadHash];
        yield { text: lines.join("\n"), plus, rejoined };
      }
    }
  }
}

/** The path with just the unreserved characters unescaped, and as it came. */
export function canonicalPaths(rawPath: string): readonly string[] {
  const canonical = percentEncode(decodeToBytes(rawPath), { keepSlash: true });
  return canonical === rawPath ? [canonical] : [canonical, utf8AsLatin1(rawPath)];
}

function canonicalQueries(
  rawQuery: string | undefined,
  omit: string | undefined,
): readonly { query: string; plus: PlusMeaning }[] {
  const encoded = (raw: string | undefined): string => {
    const encode = (text: string): string => percentEncode(decodeToBytes(text));
    return canonicalQuery(
      splitQuery(raw).map(([name, value]) => [encode(name), encode(value ?? "")]),
      omit,
    );
  };
  const readings: { query: string; plus: PlusMeaning }[] = rawQuery?.includes("+")
    ? [{ query: encoded(rawQuery), plus: "plus" }, {
      query: encoded(rawQuery.replaceAll("+", "%20")),
      plus: "blank",
    }]
    : [{ query: encoded(rawQuery), plus: "blank" }];
  const asSent = canonicalQuery(splitQuery(utf8AsLatin1(rawQuery ?? "")), omit);
  if (readings.every(({ query }) => query !== asSent)) {
    readings.push({ query: asSent, plus: "blank" });
  }
  return readings;
}

/** Sorted by encoded names, then values; a parameter without `=` is left so. */
function canonicalQuery(
  parameters: readonly (readonly [name: string, value: string | undefined])[],
  omit: string | undefined,
): string {
  return parameters.filter(([name]) => name !== omit)
    // A character is a byte by now, so that comparing UTF-16 units is comparing bytes.
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1] ?? "", b[1] ?? ""))
    .map(([name, value]) => value === undefined ? name : `${name}=${value}`)
    .join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function collapseBlanks(value: string): string {
  // Not `trim`: it takes U+00A0 for a blank, which here is the last byte of an `à`.
  return value.replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, "");
}
