/**
 * A request as readers see it, its body behind the decoder that verifies it.
 *
 * @module
 */

import type { Authenticated } from "../auth/auth_request.ts";
import { openBody, type VerifiedBody } from "../auth/body.ts";
import type { BodyChain } from "../http/body_chain.ts";
import type { Query } from "../http/query.ts";
import type { Address } from "./address.ts";
import type { RequestBody } from "./operations.ts";
import { type S3Request, withHoistedHeaders } from "./s3_request.ts";

/** What is known of a request before its operation is. */
export interface VerifiedRequest {
  readonly request: Request;
  /** Told of what is made of the request's body. */
  readonly bodies: BodyChain;
  readonly address: Address;
  /** The bucket, where the Host header names it. */
  readonly hostBucket: string | undefined;
  readonly query: Query;
  readonly sender: Authenticated;
  /** How long is waited for the next bytes of the body, in milliseconds. Default: a minute. */
  readonly idleMs?: number;
}

/** The request as readers see it. */
export function s3Request(
  { request, bodies, address, hostBucket, query, sender, idleMs }: VerifiedRequest,
): S3Request {
  const { method } = request;
  const headers = withLines(request.headers, sender.rejoined);
  return {
    method,
    address,
    query,
    signed: sender.signed,
    headers: sender.hoisted ? withHoistedHeaders(headers, query) : headers,
    origin: originOf(request.url, hostBucket),
    openBody: (options) => {
      const body = openBody(request.body, headers, sender.payload, {
        ...options,
        ...(idleMs !== undefined && { idleMs }),
      });
      bodies.add(body.stream);
      return requestBody(body);
    },
  };
}

/** The headers, those that came in several lines joined as S3 joins them. */
function withLines(shown: Headers, rejoined: Authenticated["rejoined"]): Headers {
  if (rejoined.size === 0) return shown;
  const headers = new Headers(shown);
  for (const [name, value] of rejoined) headers.set(name, value);
  return headers;
}

/** Scheme and authority of path-style addresses: without the bucket that the host names. */
function originOf(url: string, hostBucket: string | undefined): string {
  const [, scheme = "", authority = ""] = /^([a-z]+:\/\/)([^/?]*)/i.exec(url) ?? [];
  return scheme + authority.slice(hostBucket === undefined ? 0 : hostBucket.length + 1);
}

/** Of all digests that were computed, an answer echoes just the checksum that was sent. */
export function requestBody(
  { stream, length, checksumAlgorithm: sent, digests }: VerifiedBody,
): RequestBody {
  return {
    stream,
    ...(length !== undefined && { length }),
    ...(sent !== undefined && { checksumAlgorithm: sent }),
    digests: () => {
      const { md5, checksums } = digests();
      const value = sent === undefined ? undefined : checksums[sent];
      return {
        ...(md5 !== undefined && { md5 }),
        checksums: sent === undefined || value === undefined ? {} : { [sent]: value },
      };
    },
  };
}
