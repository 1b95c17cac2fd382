/**
 * The byte work of Xet: cutting, BLAKE3, LZ4 and CRCs, in one WebAssembly module made from
 * `rust/` by `build.ts`.
 *
 * @module
 */

export {
  CHUNK_HEADER_LENGTH,
  type ChunkHeader,
  readChunkHeader,
  type Scheme,
  startsFooter,
  writeChunkHeader,
} from "./chunk_header.ts";
export { type ChunkCompression, ChunkEncoder } from "./chunk_encoder.ts";
export type { EncodedChunk } from "./encoded_chunks.ts";
export { DecoderPool } from "./decoder_pool.ts";
export { type WholeChunks, wholeChunks } from "./whole_chunks.ts";
export { type EncodedPage, EncoderPool, StreamEncoder, usefulWorkers } from "./encoder_pool.ts";
export { compressChunk, decompressChunk } from "./compression.ts";
export {
  decodeChunks,
  type DecodedChunks,
  type DecodeOptions,
  decodeSome,
} from "./decode_chunks.ts";
export { blake3Keyed, crc32c, crc64nvme } from "./digests.ts";
export { engineModule, MAX_CHUNK_LENGTH, MAX_PAYLOAD_LENGTH } from "./instance.ts";
