import { CHUNK_HEADER_LENGTH, readChunkHeader } from "./chunk_header.ts";

/** Chunks that stand at the start of some bytes. */
export interface WholeChunks {
  /** Bytes of their headers and payloads. */
  readonly length: number;
  readonly count: number;
}

/** More than this many decoded bytes at once are no use, and too many for the engine. */
const MAX_DECODED = 1 << 20;

/**
 * How many serialized chunks are whole, as far as they can be decoded at once.
 *
 * @param bytes Begin at a chunk's header.
 * @param most Most chunks.
 * @throws {XetFormatError} If a header is not what the format allows.
 */
export function wholeChunks(bytes: Uint8Array, most: number): WholeChunks {
  let [length, count, decoded] = [0, 0, 0];
  while (count < most && length + CHUNK_HEADER_LENGTH <= bytes.length) {
    const header = readChunkHeader(bytes, length);
    const end = length + CHUNK_HEADER_LENGTH + header.payloadLength;
    decoded += header.length;
    if (end > bytes.length || decoded > MAX_DECODED) break;
    length = end;
    count++;
  }
  return { length, count };
}
