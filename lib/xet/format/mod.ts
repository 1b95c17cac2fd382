/**
 * The binary formats of Xet: xorbs and shards. No network, no streams.
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
} from "../engine/mod.ts";
export { predictsByteGrouping } from "./bg4_prediction.ts";
export { type DedupAnswer, type DedupXorb, readDedupAnswer } from "./dedup_answer.ts";
export {
  EMPTY_SHARD_LENGTH,
  GLOBAL_DEDUP_FLAG,
  type ListedXorb,
  MAX_SHARD_LENGTH,
  type ShardChunk,
  type ShardContent,
  type ShardFile,
  shardFileLength,
  type ShardFooter,
  type ShardSource,
  type ShardXorb,
  shardXorbLength,
} from "./shard.ts";
export { type ReadShard, readShard } from "./shard_reader.ts";
export { type ShardFooterOptions, shardLength, writeShard } from "./shard_writer.ts";
export type { Term } from "./term.ts";
export {
  inspectXorb,
  MAX_XORB_CHUNKS,
  MAX_XORB_LENGTH,
  type XorbChunk,
  xorbChunks,
  type XorbContent,
} from "./xorb.ts";
export { readXorbFooter, writeXorbFooter, type XorbFooter } from "./xorb_footer.ts";
export { writeXorb, type WrittenXorb, type XorbWriteOptions } from "./xorb_writer.ts";
