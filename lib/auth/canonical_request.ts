/**
 * SigV4's canonical request from the raw request ("Create a canonical request" in the AWS General
 * Reference, with S3's exceptions: the path is encoded once and never normalised).
 *
 * @module
 */

import { decodeToBytes, percentEncode } from "../http/percent.ts";
import { type PlusMeaning, splitQuery } from "../http/query.ts";
import type { AuthRequest } from "./auth_request.ts";
import { utf8AsLatin1 } from "./hmac.ts";

/** One way to read what was signed; `text` has a byte per character. */
export interface CanonicalRequest {
  /** The canonical request. */
  readonly text: string;
  /** What a bare `+` in the query means in this reading. */
  readonly plus: PlusMeaning;
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

/** How many headers are tried both ways when their lines may have been joined by the runtime. */
const MAX_AMBIGUOUS_HEADERS = 4;

/**
 * All readings of a request that a signer may have meant, likeliest first. Each stands for the same
 * request; they differ in what the wire leaves open: characters that need no escape, the
 * meaning of a bare `+`, and repeated headers, which the runtime joins by `, ` and SigV4 by `,`.
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
  for (const headers of canonicalHeaders(request.headers, parts.signedHeaders)) {
    for (const path of canonicalPaths(request.rawPath)) {
      for (const { query, plus } of queries) {
        const lines = [request.method, path, query, headers, names, parts.payloadHash];
        yield { text: lines.join("\n"), plus };
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
  if (!rawQuery?.includes("+")) return [{ query: canonicalQuery(rawQuery, omit), plus: "blank" }];
  const blanks = rawQuery.replaceAll("+", "%20");
  return [
    { query: canonicalQuery(rawQuery, omit), plus: "plus" },
    { query: canonicalQuery(blanks, omit), plus: "blank" },
  ];
}

function canonicalQuery(rawQuery: string | undefined, omit: string | undefined): string {
  const encode = (text: string): string => percentEncode(decodeToBytes(text));
  return splitQuery(rawQuery)
    .map(([name, value]) => ({ name: encode(name), value: encode(value ?? "") }))
    .filter(({ name }) => name !== omit)
    // Both are ASCII by now, so that comparing UTF-16 units is comparing bytes.
    .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function* canonicalHeaders(
  headers: Headers,
  names: readonly string[],
): Generator<string, void, undefined> {
  const values = names.map((name) => collapseBlanks(headers.get(name) ?? ""));
  const ambiguous = names.flatMap((_, index) => values[index]?.includes(", ") ? [index] : [])
    .slice(0, MAX_AMBIGUOUS_HEADERS);
  for (let choice = 0; choice < 1 << ambiguous.length; choice++) {
    yield names.map((name, index) => {
      const bit = ambiguous.indexOf(index);
      const value = values[index] ?? "";
      const tight = bit >= 0 && (choice & (1 << bit)) !== 0;
      return `${name}:${tight ? value.replaceAll(", ", ",") : value}\n`;
    }).join("");
  }
}

function collapseBlanks(value: string): string {
  // Not `trim`: it takes U+00A0 for a blank, which here is the last byte of an `à`.
  return value.replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, "");
}
