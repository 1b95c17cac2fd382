/**
 * The chunk records that a xorb consists of: an 8-byte header and a payload (Xet's documentation,
 * "Xorb format").
 */

import { refused } from "./cas_error.ts";
import { decodeLz4Frame } from "./lz4_frame.ts";

/** Bytes in front of each payload. */
export const CHUNK_HEADER_BYTES = 8;

const MAX_UNCOMPRESSED_BYTES = 131_072;
const MAX_PAYLOAD_BYTES = 262_144;
const FOOTER_TAG = new TextEncoder().encode("XETBLOB");

/** What a chunk's header says. */
export interface ChunkHeader {
  readonly payloadLength: number;
  readonly scheme: "none" | "lz4" | "byte-grouped lz4";
  readonly uncompressedLength: number;
}

/** Whether these bytes begin the footer that may follow the chunks. */
export function isFooterStart(bytes: Uint8Array): boolean {
  return FOOTER_TAG.every((byte, index) => bytes[index] === byte);
}

/** Reads the 8 bytes of a chunk header. Throws a 400 for what no reader would take. */
export function readChunkHeader(bytes: Uint8Array): ChunkHeader {
  if (bytes.length < CHUNK_HEADER_BYTES) throw refused("The xorb ends inside a chunk header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, CHUNK_HEADER_BYTES);
  const version = view.getUint8(0);
  if (version > 0) throw refused(`Chunk version ${version} is not known`);
  const payloadLength = view.getUint32(0, true) >>> 8;
  const uncompressedLength = view.getUint32(4, true) >>> 8;
  if (payloadLength > MAX_PAYLOAD_BYTES) {
    throw refused(`A chunk's payload of ${payloadLength} bytes is too long`);
  }
  if (uncompressedLength > MAX_UNCOMPRESSED_BYTES) {
    throw refused(`A chunk of ${uncompressedLength} bytes is too long`);
  }
  if (uncompressedLength === 0) throw refused("A chunk is empty");
  return { payloadLength, scheme: schemeOf(view.getUint8(4)), uncompressedLength };
}

function schemeOf(code: number): ChunkHeader["scheme"] {
  switch (code) {
    case 0:
      return "none";
    case 1:
      return "lz4";
    case 2:
      return "byte-grouped lz4";
    default:
      throw refused(`Compression scheme ${code} is not known`);
  }
}

/**
 * The uncompressed bytes of a chunk. Throws a 400 unless the payload holds exactly what the header
 * announces.
 */
export function decodeChunk(header: ChunkHeader, payload: Uint8Array): Uint8Array {
  switch (header.scheme) {
    case "none":
      if (payload.length !== header.uncompressedLength) {
        throw refused("An uncompressed chunk's two lengths differ");
      }
      return payload;
    case "lz4":
      return decodeLz4Frame(payload, header.uncompressedLength);
    case "byte-grouped lz4":
      return ungroup(decodeLz4Frame(payload, header.uncompressedLength));
    default:
      header.scheme satisfies never;
      throw new TypeError("unreachable");
  }
}

/** Undoes the grouping by position mod 4; of n bytes the first n mod 4 groups have one more. */
function ungroup(grouped: Uint8Array): Uint8Array {
  const output = new Uint8Array(grouped.length);
  let read = 0;
  for (let group = 0; group < 4; group++) {
    for (let at = group; at < output.length; at += 4) output[at] = grouped[read++] ?? 0;
  }
  return output;
}
