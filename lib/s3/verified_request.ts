/**
 * A request as readers see it, its body behind the decoder that verifies it.
 *
 * @module
 */

import type { Authenticated } from "../auth/auth_request.ts";
import { openBody, type VerifiedBody } from "../auth/body.ts";
import { EMPTY_SHA256 } from "../auth/hmac.ts";
import { S3Error } from "../errors/s3_error.ts";
import type { BodyChain } from "../http/body_chain.ts";
import { collect } from "../http/byte_streams.ts";
import type { Query } from "../http/query.ts";
import type { Address } from "./address.ts";
import type { RequestBody } from "./operations.ts";
import { type OpenBodyOptions, type S3Request, withHoistedHeaders } from "./s3_request.ts";

/** The most that is read of a body that no operation wants. */
const MAX_UNUSED_BYTES = 1024 * 1024;

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
  /** Told of bytes of the body that have come, framing included. */
  readonly onBytes?: (bytes: number) => void;
  /** How long is waited for the next bytes of the body, in milliseconds. Default: a minute. */
  readonly idleMs?: number;
}

/** The request as readers see it. */
export function s3Request(
  { request, bodies, address, hostBucket, query, sender, onBytes, idleMs }: VerifiedRequest,
): S3Request {
  const { method } = request;
  const headers = withLines(request.headers, sender.rejoined);
  const { payload } = sender;
  let opened = false;
  const open = (options: OpenBodyOptions): VerifiedBody => {
    opened = true;
    const watch = { ...(idleMs !== undefined && { idleMs }), ...(onBytes && { onBytes }) };
    const body = openBody(request.body, headers, payload, { ...options, ...watch });
    bodies.add(body.stream);
    return body;
  };
  return {
    method,
    address,
    query,
    signed: sender.signed,
    headers: sender.hoisted ? withHoistedHeaders(headers, query) : headers,
    origin: originOf(request.url, hostBucket),
    openBody: (options) => requestBody(open(options)),
    async verifyUnopenedBody() {
      if (opened || !hasBody(headers)) return;
      if (payload.kind === "plain" && payload.sha256 === undefined) return;
      if (request.body !== null) {
        await collect(open({ headerChecksums: false }).stream, MAX_UNUSED_BYTES);
        return;
      }
      // The runtime hands out no body of GET and HEAD, and here the signature promises that there is none.
      if (payload.kind === "plain" && payload.sha256 === EMPTY_SHA256) {
        throw new S3Error("XAmzContentSHA256Mismatch");
      }
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

function hasBody(headers: Headers): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > 0;
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
