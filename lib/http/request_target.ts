import { S3Error } from "../errors/s3_error.ts";

/** The request target, split but not decoded: what the client put on the request line. */
export interface RequestTarget {
  /** The path with its escapes, at least `/`. `..`, `//` and `%2F` are as they were sent. */
  readonly rawPath: string;
  /** What follows the first `?`; absent without a `?`, empty when nothing follows it. */
  readonly rawQuery: string | undefined;
}

const SCHEME_AND_AUTHORITY = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?]*/;

/**
 * Splits the raw request target by hand. `URL` must not be used for this: it removes `.` and `..`
 * segments, turns `\` into `/` and drops what follows `#`, so that keys change and signatures
 * break.
 *
 * @param requestUrl The runtime's raw `request.url`, in absolute or origin form.
 * @returns The path and the query, both still encoded.
 *
 * @example
 * ```ts
 * import { parseTarget } from "./request_target.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseTarget("http://localhost:9000/b/k/../x%2F?uploads"), {
 *   rawPath: "/b/k/../x%2F",
 *   rawQuery: "uploads",
 * });
 * ```
 */
export function parseTarget(requestUrl: string): RequestTarget {
  const target = requestUrl.replace(SCHEME_AND_AUTHORITY, "");
  const question = target.indexOf("?");
  const path = question < 0 ? target : target.slice(0, question);
  return {
    rawPath: path === "" ? "/" : path,
    rawQuery: question < 0 ? undefined : target.slice(question + 1),
  };
}

/**
 * Refuses a Host header that is none (RFC 9110 section 7.2). The runtime puts it before the target as it
 * came, so that a `/` or `?` in it would become part of the path.
 *
 * @param host The header, if there is one.
 * @throws {S3Error} InvalidRequest.
 */
export function requireHost(host: string | null): void {
  if (host === null || /^[^\s/?#\\@]*$/.test(host)) return;
  throw new S3Error("InvalidRequest", { message: "The Host header is not valid" });
}
