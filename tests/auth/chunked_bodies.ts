import { createHash, createHmac } from "node:crypto";

const encoder = new TextEncoder();

/** Text as bytes. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Pieces as one array. */
export function join(...pieces: readonly (Uint8Array | string)[]): Uint8Array {
  const arrays = pieces.map((piece) => typeof piece === "string" ? bytesOf(piece) : piece);
  const joined = new Uint8Array(arrays.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of arrays) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

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

/** An aws-chunked body without signatures. */
export function unsignedChunks(chunks: readonly Uint8Array[], trailer = "\r\n"): Uint8Array {
  const frames = chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, "\r\n"]);
  return join(...frames, "0\r\n", trailer);
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
  key: ChunkKey,
  chunks: readonly Uint8Array[],
  trailer?: string,
): Uint8Array {
  const date = key.timestamp.slice(0, 8);
  const scope = `${date}/${key.region}/s3/aws4_request`;
  const signingKey = ["aws4_request"].reduce(
    hmac,
    hmac(hmac(hmac(`AWS4${key.secret}`, date), key.region), "s3"),
  );
  const sha256 = (data: Uint8Array | string) => createHash("sha256").update(data).digest("hex");
  let previous = key.seed;
  const sign = (algorithm: string, ...hashes: string[]): string => {
    const text = [algorithm, key.timestamp, scope, previous, ...hashes].join("\n");
    previous = hmac(signingKey, text).toString("hex");
    return previous;
  };
  const frames: (Uint8Array | string)[] = [];
  for (const chunk of [...chunks, new Uint8Array(0)]) {
    const signature = sign("AWS4-HMAC-SHA256-PAYLOAD", sha256(""), sha256(chunk));
    frames.push(`${chunk.length.toString(16)};chunk-signature=${signature}\r\n`);
    if (chunk.length > 0) frames.push(chunk, "\r\n");
  }
  if (trailer !== undefined) {
    const signature = sign("AWS4-HMAC-SHA256-TRAILER", sha256(`${trailer}\n`));
    frames.push(`${trailer}\r\nx-amz-trailer-signature:${signature}\r\n`);
  }
  return join(...frames, "\r\n");
}

function hmac(key: string | Uint8Array, text: string) {
  return createHmac("sha256", key).update(text).digest();
}
