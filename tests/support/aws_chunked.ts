/**
 * aws-chunked bodies, made from AWS's documents and independent of the code under test; in pieces, so that a test
 * can break one of them.
 *
 * @module
 */

import { createHash, createHmac } from "node:crypto";
import { scopeOf, type Signer, signingKeyV4 } from "./sign_requests.ts";

/** A chunk as it is sent. */
export interface Chunk {
  readonly data: Uint8Array;
  /** In hex; absent where chunks are not signed. */
  readonly signature?: string;
}

/** A framed body in pieces. */
export interface ChunkedBody {
  /** With the last, empty one. */
  readonly chunks: readonly Chunk[];
  /** Lines `name:value` without their ends. */
  readonly trailer: readonly string[];
}

/** Cuts data into chunks without signatures. */
export function unsignedChunkedBody(
  data: readonly Uint8Array[],
  trailer: readonly string[],
): ChunkedBody {
  return { chunks: [...data, new Uint8Array(0)].map((data) => ({ data })), trailer };
}

/**
 * Signs chunks, each with the signature of the one before, and the trailer if there is one.
 *
 * @param seed The signature of the request, in hex.
 * @param timestamp That of the request.
 */
export function signedChunkedBody(
  data: readonly Uint8Array[],
  trailer: readonly string[],
  { signer, timestamp, seed }: {
    readonly signer: Signer;
    readonly timestamp: string;
    readonly seed: string;
  },
): ChunkedBody {
  const key = signingKeyV4(timestamp, signer);
  let previous = seed;
  const sign = (algorithm: string, ...hashes: readonly string[]): string => {
    const text = [algorithm, timestamp, scopeOf(timestamp, signer), previous, ...hashes].join("\n");
    return previous = createHmac("sha256", key).update(text).digest("hex");
  };
  const chunks = [...data, new Uint8Array(0)].map((data) => ({
    data,
    signature: sign("AWS4-HMAC-SHA256-PAYLOAD", sha256(""), sha256(data)),
  }));
  if (trailer.length === 0) return { chunks, trailer };
  const canonical = trailer.map((line) => `${line}\n`).join("");
  const signature = sign("AWS4-HMAC-SHA256-TRAILER", sha256(canonical));
  return { chunks, trailer: [...trailer, `x-amz-trailer-signature:${signature}`] };
}

/** The body as it goes on the wire. */
export function bytesOfChunks({ chunks, trailer }: ChunkedBody): Uint8Array<ArrayBuffer> {
  const pieces = chunks.flatMap(({ data, signature }) => {
    const extension = signature === undefined ? "" : `;chunk-signature=${signature}`;
    const head = `${data.length.toString(16)}${extension}\r\n`;
    return data.length === 0 ? [head] : [head, data, "\r\n"];
  });
  return joined([...pieces, ...trailer.map((line) => `${line}\r\n`), "\r\n"]);
}

/** Pieces in one; text as UTF-8. */
export function joined(pieces: readonly (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const arrays = pieces.map((piece) =>
    typeof piece === "string" ? new TextEncoder().encode(piece) : piece
  );
  const whole = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    whole.set(array, at);
    at += array.length;
  }
  return whole;
}

const sha256 = (data: Uint8Array | string): string =>
  createHash("sha256").update(data).digest("hex");
