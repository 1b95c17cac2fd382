import {
  CHUNK_HEADER_LENGTH,
  type ChunkHeader,
  decodeChunks,
  readChunkHeader,
  startsFooter,
} from "../engine/mod.ts";
import { XetFormatError } from "../error.ts";
import { ChunkList, printHash, xorbHash } from "../hash/mod.ts";

/** Most chunks of a xorb. */
export const MAX_XORB_CHUNKS = 8192;
/** Most bytes of a xorb that we write, both uncompressed and serialized: 64 MiB. */
export const MAX_XORB_LENGTH = 67_108_864;

/** A serialized chunk of a xorb; lengths and offset in bytes. */
export interface XorbChunk extends ChunkHeader {
  /** Its place among the chunks, from 0. */
  readonly index: number;
  /** Where its header begins. */
  readonly offset: number;
  /** Bytes of header and payload. */
  readonly encodedLength: number;
  /** A view of its payload. */
  readonly payload: Uint8Array;
}

/**
 * The chunks of a xorb, still compressed, up to its end or its footer.
 *
 * @throws {XetFormatError} at a chunk that the format does not allow, or that is cut off
 */
export function* xorbChunks(bytes: Uint8Array): Generator<XorbChunk, void> {
  let offset = 0;
  for (let index = 0; offset < bytes.length && !startsFooter(bytes, offset); index++) {
    const header = readChunkHeader(bytes, offset);
    const start = offset + CHUNK_HEADER_LENGTH;
    const end = start + header.payloadLength;
    if (end > bytes.length) {
      throw new XetFormatError(`The xorb ends at byte ${bytes.length}, within chunk ${index}`);
    }
    const payload = bytes.subarray(start, end);
    yield { index, offset, encodedLength: end - offset, payload, ...header };
    offset = end;
  }
}

/** What a xorb holds, its chunks having been decoded and hashed. */
export interface XorbContent {
  /** Printed, computed from the chunks. */
  readonly hash: string;
  /** Hashes and lengths. */
  readonly chunks: ChunkList;
  /** For each chunk the byte after it in the body. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Bytes of the body, without a footer. */
  readonly bodyLength: number;
}

/** Chunks decoded at a time: at most 2 MiB of them. */
const CHUNKS_AT_A_TIME = 16;

/**
 * Decodes and hashes every chunk of a xorb. A footer is passed over. At most 2 MiB of chunks are
 * held decoded.
 *
 * @throws {XetFormatError} if anything is not as the format says, or there is no chunk
 */
export function inspectXorb(bytes: Uint8Array): XorbContent {
  const chunks = new ChunkList();
  const ends: number[] = [];
  for (const chunk of xorbChunks(bytes)) ends.push(chunk.offset + chunk.encodedLength);
  const bodyLength = ends.at(-1);
  if (bodyLength === undefined) throw new XetFormatError("A xorb has at least one chunk");
  const body = bytes.subarray(0, bodyLength);
  for (let at = 0; at < bodyLength;) {
    const decoded = decodeChunks(body.subarray(at), { hashes: true, maxChunks: CHUNKS_AT_A_TIME });
    const { lengths, hashes = new Uint8Array() } = decoded;
    for (const [i, length] of lengths.entries()) {
      chunks.push(hashes.subarray(i * 32, i * 32 + 32), length);
    }
    at += decoded.consumed;
  }
  return { hash: printHash(xorbHash(chunks)), chunks, ends: Uint32Array.from(ends), bodyLength };
}
