import type { ChunkList } from "../hash/mod.ts";
import type { Term } from "./term.ts";

/** A file of a shard: its terms in order. */
export interface ShardFile {
  /** Printed; zeros for an empty file. */
  readonly hash: string;
  /** With verification hashes (printed) for all terms of all files, or for none. */
  readonly terms: readonly (Term & { readonly verification?: string })[];
  /** SHA-256 of the file in plain hex; optional for buckets. */
  readonly sha256?: string;
}

/** A chunk of a xorb; `offset` is the sum of the lengths before it, in bytes. */
export interface ShardChunk {
  /** Printed; in a dedup answer keyed with the footer's key. */
  readonly hash: string;
  /** Bytes of the xorb's chunks before it. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
  /** 0, or `GLOBAL_DEDUP_FLAG`. */
  readonly flags: number;
}

/** A xorb of a shard. */
export interface ShardXorb {
  /** Printed. */
  readonly hash: string;
  /** All of them, in order. */
  readonly chunks: readonly ShardChunk[];
  /** Uncompressed bytes. */
  readonly length: number;
  /** Serialized bytes; hf_xet uploads 0 here, so never rely on it. */
  readonly encodedLength: number;
}

/** A xorb to write: its chunks, none of them flagged, in the form in which an upload has them. */
export interface ListedXorb {
  /** Printed. */
  readonly hash: string;
  /** All of them, in order. */
  readonly chunks: ChunkList;
  /** Serialized bytes; hf_xet uploads 0 here. */
  readonly encodedLength: number;
}

/** What a shard says of files and xorbs. */
export interface ShardContent {
  /** In any order. */
  readonly files: readonly ShardFile[];
  /** Those that are new; terms may name others. */
  readonly xorbs: readonly ShardXorb[];
}

/** What is written of files and xorbs. */
export interface ShardSource {
  /** In any order. */
  readonly files: readonly ShardFile[];
  /** Those that are new; terms may name others. */
  readonly xorbs: readonly (ShardXorb | ListedXorb)[];
}

/** What the footer adds. Times are whole seconds since 1970. */
export interface ShardFooter {
  /** 0: not said. */
  readonly createdAt: number;
  /** Absent: never. */
  readonly expiresAt?: number;
  /** 32 bytes with which the chunk hashes are keyed. Absent: they are plain. */
  readonly hmacKey?: Uint8Array;
}

/** Largest shard that may be uploaded: 64 MiB. */
export const MAX_SHARD_LENGTH = 67_108_864;
/** Flag of a chunk that may be answered in global dedup. */
export const GLOBAL_DEDUP_FLAG = 0x8000_0000;

/** Bytes of a record; all records of a shard have this length. */
export const RECORD_LENGTH = 48;
/** Bytes of a footer. */
export const FOOTER_LENGTH = 200;
/** File flag: a verification record for each term. */
export const VERIFICATION_FLAG = 0x8000_0000;
/** File flag: a record with the SHA-256. */
export const METADATA_FLAG = 0x4000_0000;
/** First field of the header. */
export const SHARD_TAG: Uint8Array = Uint8Array.of(
  ...new TextEncoder().encode("HFRepoMetaData\0"),
  ...[85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169],
);

/** Bytes of a file's records in a shard. */
export function shardFileLength(file: ShardFile): number {
  const verified = file.terms.every((term) => term.verification !== undefined);
  const records = 1 + file.terms.length * (verified ? 2 : 1) + (file.sha256 === undefined ? 0 : 1);
  return records * RECORD_LENGTH;
}

/** Bytes of a xorb's records in a shard. */
export function shardXorbLength({ chunks }: ShardXorb | ListedXorb): number {
  return (1 + ("count" in chunks ? chunks.count : chunks.length)) * RECORD_LENGTH;
}

/** Bytes of a shard that has neither files nor xorbs. */
export const EMPTY_SHARD_LENGTH: number = 3 * RECORD_LENGTH;
