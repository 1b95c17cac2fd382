import { XetFormatError } from "../error.ts";
import { MAX_CHUNK_LENGTH, MAX_PAYLOAD_LENGTH } from "./instance.ts";

/** Bytes of the header in front of each chunk of a xorb. */
export const CHUNK_HEADER_LENGTH = 8;

/** Compression of a chunk: 0 none, 1 LZ4 frame, 2 LZ4 frame of the byte-grouped chunk. */
export type Scheme = 0 | 1 | 2;

/** The header of a serialized chunk. Lengths are in bytes. */
export interface ChunkHeader {
  /** Bytes that follow the header. */
  readonly payloadLength: number;
  /** How the payload is compressed. */
  readonly scheme: Scheme;
  /** Bytes of the chunk itself. */
  readonly length: number;
}

/** The 8 bytes of `header` (Xet xorb format: version 0, u24 payload, scheme, u24 length). */
export function writeChunkHeader(header: ChunkHeader): Uint8Array<ArrayBuffer> {
  const { payloadLength, scheme, length } = header;
  return Uint8Array.of(
    0,
    payloadLength,
    payloadLength >> 8,
    payloadLength >> 16,
    scheme,
    length,
    length >> 8,
    length >> 16,
  );
}

/**
 * Reads the header at `offset`, of which 8 bytes must be there.
 *
 * @throws {XetFormatError} if it has a version or scheme that is not known, or lengths that no
 *   chunk can have
 */
export function readChunkHeader(bytes: Uint8Array, offset = 0): ChunkHeader {
  const at = (i: number) => bytes[offset + i] ?? 0;
  if (bytes.length - offset < CHUNK_HEADER_LENGTH) {
    throw new XetFormatError(`A chunk header needs 8 bytes, ${bytes.length - offset} are left`);
  }
  const version = at(0);
  const payloadLength = at(1) | at(2) << 8 | at(3) << 16;
  const scheme = at(4);
  const length = at(5) | at(6) << 8 | at(7) << 16;
  if (version !== 0) throw new XetFormatError(`Chunk version ${version} is not known`);
  if (scheme !== 0 && scheme !== 1 && scheme !== 2) {
    throw new XetFormatError(`Compression scheme ${scheme} is not known`);
  }
  if (length > MAX_CHUNK_LENGTH) {
    throw new XetFormatError(`A chunk of ${length} bytes is longer than ${MAX_CHUNK_LENGTH}`);
  }
  if (payloadLength > MAX_PAYLOAD_LENGTH) {
    throw new XetFormatError(
      `A payload of ${payloadLength} bytes is longer than ${MAX_PAYLOAD_LENGTH}`,
    );
  }
  // LZ4 spends at least a byte on 255, so more cannot come out, and nobody needs to allocate it.
  if (scheme === 0 ? payloadLength !== length : length > payloadLength * 255) {
    throw new XetFormatError(`A payload of ${payloadLength} bytes cannot hold ${length} bytes`);
  }
  return { payloadLength, scheme, length };
}

/** Whether the bytes at `offset` are `XETBLOB`, with which a xorb's footer begins. */
export function startsFooter(bytes: Uint8Array, offset = 0): boolean {
  return FOOTER_IDENT.every((byte, i) => bytes[offset + i] === byte);
}

const FOOTER_IDENT = new TextEncoder().encode("XETBLOB");
