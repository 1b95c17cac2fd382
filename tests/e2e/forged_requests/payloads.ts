/**
 * The forms in which a body can be sent, and what its signature covers of it.
 *
 * @module
 */

import { createHash } from "node:crypto";
import {
  bytesOfChunks,
  type ChunkedBody,
  signedChunkedBody,
  unsignedChunkedBody,
} from "../../support/aws_chunked.ts";
import type { RawRequest } from "../../support/raw_connection.ts";
import { isoBasic, sha256Hex, type Signed, type Signer } from "../../support/sign_requests.ts";
import { type Authentication, AUTHENTICATIONS, isV4 } from "./authentications.ts";

/** The checksum that trailers hold. */
const CHECKSUM = "x-amz-checksum-sha256";

/** A form of body, by what `x-amz-content-sha256` says. */
export interface Payload {
  readonly name: string;
  /** The value of `x-amz-content-sha256` for a body. */
  readonly hash: (body: Uint8Array) => string;
  /** How it is framed; absent where it is not. */
  readonly frame?: { readonly signed: boolean; readonly trailer: boolean };
  /** Headers that speak of the body. */
  readonly headers?: (body: Uint8Array) => RawRequest["headers"];
  /** Whether it can go with a signature. */
  readonly goesWith: (name: Authentication) => boolean;
}

const framed = (name: string, hash: string, signed: boolean, trailer: boolean): Payload => ({
  name,
  hash: () => hash,
  frame: { signed, trailer },
  headers: (body) => ({
    "Content-Encoding": "aws-chunked",
    "x-amz-decoded-content-length": String(body.length),
    ...trailer && { "x-amz-trailer": CHECKSUM },
  }),
  goesWith: (authentication) => !signed || isV4(authentication),
});

/** A body whose hash is signed. */
export const PLAIN: Payload = { name: "plain", hash: sha256Hex, goesWith: isV4 };

/** A body of which only the MD5 is signed, which every form of signature covers. */
export const WITH_MD5: Payload = {
  name: "with its MD5",
  hash: () => "UNSIGNED-PAYLOAD",
  headers: (body) => ({ "Content-MD5": createHash("md5").update(body).digest("base64") }),
  goesWith: () => true,
};

/** A body that nothing is said of. */
export const UNSIGNED: Payload = {
  name: "unsigned",
  hash: () => "UNSIGNED-PAYLOAD",
  goesWith: () => true,
};

/** Bodies in aws-chunked frames. */
export const CHUNKED: readonly Payload[] = [
  framed("signed chunks", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", true, false),
  framed("signed chunks, trailer", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", true, true),
  framed("unsigned chunks, trailer", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", false, true),
];

/** A request with its head signed and its body in the form of a payload. */
export interface Sealed {
  readonly head: Signed;
  /** The body of a payload that is framed. */
  readonly chunked: ChunkedBody | undefined;
  readonly body: Uint8Array;
}

/** Signs a request's head for a body in a form, and frames the body. */
export function seal(
  request: RawRequest,
  payload: Payload,
  name: Authentication,
  signer: Signer,
): Sealed {
  const body = request.body ?? new Uint8Array(0);
  const head = AUTHENTICATIONS[name](announced(request, payload), signer);
  const chunked = payload.frame && frame(body, payload.frame, head, signer);
  return { head, chunked, body: chunked === undefined ? body : bytesOfChunks(chunked) };
}

/** A request that says in its head that its body has a form. */
export function announced(request: RawRequest, payload: Payload): RawRequest {
  const body = request.body ?? new Uint8Array(0);
  const headers = { ...payload.headers?.(body), "x-amz-content-sha256": payload.hash(body) };
  return { ...request, headers: { ...request.headers, ...headers } };
}

/** The request as it is sent. */
export const sealedRequest = ({ head, body }: Sealed): RawRequest => ({ ...head, body });

/** The trailer's line for a body. */
export const trailerOf = (body: Uint8Array): string =>
  `${CHECKSUM}:${createHash("sha256").update(body).digest("base64")}`;

/** Frames a body as two chunks. */
export function frame(
  body: Uint8Array,
  { signed, trailer }: { readonly signed: boolean; readonly trailer: boolean },
  head: Signed,
  signer: Signer,
): ChunkedBody {
  const half = Math.ceil(body.length / 2);
  const data = [body.subarray(0, half), body.subarray(half)].filter(({ length }) => length > 0);
  const lines = trailer ? [trailerOf(body)] : [];
  if (!signed) return unsignedChunkedBody(data, lines);
  const timestamp = isoBasic(signer.now);
  return signedChunkedBody(data, lines, { signer, timestamp, seed: head.signature });
}
