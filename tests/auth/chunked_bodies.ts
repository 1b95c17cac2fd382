import {
  bytesOfChunks,
  joined,
  signedChunkedBody,
  unsignedChunkedBody,
} from "../support/aws_chunked.ts";

const encoder = new TextEncoder();

/** Text as bytes. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Pieces as one array. */
export const join = (...pieces: readonly (Uint8Array | string)[]): Uint8Array => joined(pieces);

/** A stream that gives data in pieces of the sizes in turn, as a network might. */
export function streamOf(data: Uint8Array, sizes: readonly number[]): ReadableStream<Uint8Array> {
  let at = 0;
  let turn = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= data.length) return controller.close();
      const size = sizes[turn++ % sizes.length] ?? data.length;
      controller.enqueue(data.slice(at, at + size));
      at += size;
    },
  });
}

/** Cuts data at sizes in turn. */
export function cut(data: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < data.length; turn++) {
    const size = sizes[turn % sizes.length] ?? data.length;
    pieces.push(data.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** An aws-chunked body without signatures, with the trailer's text. */
export function unsignedChunks(chunks: readonly Uint8Array[], trailer = "\r\n"): Uint8Array {
  const framed = bytesOfChunks(unsignedChunkedBody(chunks, []));
  return join(framed.subarray(0, -2), trailer);
}

/** What chunks are signed with. */
export interface ChunkKey {
  readonly secret: string;
  readonly timestamp: string;
  readonly region: string;
  readonly seed: string;
}

/**
 * An aws-chunked body with signatures, made independently of the code under test.
 *
 * @param trailer `name:value` without line end; signed when given.
 */
export function signedChunks(
  { secret, timestamp, region, seed }: ChunkKey,
  chunks: readonly Uint8Array[],
  trailer?: string,
): Uint8Array {
  const signer = {
    accessKeyId: "",
    secretAccessKey: secret,
    host: "",
    now: new Date(0),
    scope: { region },
  };
  const lines = trailer === undefined ? [] : [trailer];
  return bytesOfChunks(signedChunkedBody(chunks, lines, { signer, timestamp, seed }));
}
