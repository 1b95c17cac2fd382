import { XetFormatError } from "../error.ts";
import { printHash } from "../hash/mod.ts";
import { ByteReader } from "./byte_reader.ts";
import { METADATA_FLAG, RECORD_LENGTH, VERIFICATION_FLAG } from "./shard.ts";
import { readShardFooter, readShardHeader } from "./shard_reader.ts";

/** A xorb that a dedup answer tells of. */
export interface DedupXorb {
  /** Printed. */
  readonly hash: string;
  /** The hashes of its chunks, 32 bytes each, keyed with the answer's key if that has one. */
  readonly hashes: Uint8Array;
}

/** What the CAS answers to the question for a chunk. */
export interface DedupAnswer {
  /** Of the chunk asked for, and others. */
  readonly xorbs: readonly DedupXorb[];
  /** What chunk hashes are keyed with. Absent: they are plain. */
  readonly key?: Uint8Array;
  /** When it must not be used any more, in seconds since 1970. Absent: never. */
  readonly expiresAt?: number;
}

/**
 * Reads a dedup answer: a shard with a footer (Xet protocol, global deduplication). Only the xorbs'
 * chunk hashes are looked at, and nothing is made for each of them: an answer may tell of 100,000.
 *
 * @throws {XetFormatError} if it is not a shard with a footer.
 */
export function readDedupAnswer(bytes: Uint8Array): DedupAnswer {
  const reader = new ByteReader(bytes, "The dedup answer");
  if (readShardHeader(reader) === 0) throw new XetFormatError("A dedup answer has a footer");
  for (let file = readRecord(reader); file !== undefined; file = readRecord(reader)) {
    const terms = file.count * ((file.flags & VERIFICATION_FLAG) === 0 ? 1 : 2);
    reader.take((terms + ((file.flags & METADATA_FLAG) === 0 ? 0 : 1)) * RECORD_LENGTH);
  }
  const xorbs: DedupXorb[] = [];
  for (let xorb = readRecord(reader); xorb !== undefined; xorb = readRecord(reader)) {
    const records = reader.take(xorb.count * RECORD_LENGTH);
    const hashes = new Uint8Array(xorb.count * 32);
    for (let i = 0; i < xorb.count; i++) {
      const at = i * RECORD_LENGTH;
      hashes.set(records.subarray(at, at + 32), i * 32);
    }
    xorbs.push({ hash: xorb.hash, hashes });
  }
  const { hmacKey: key, expiresAt } = readShardFooter(bytes);
  return { xorbs, ...(key && { key }), ...(expiresAt !== undefined && { expiresAt }) };
}

/** The first record of a file or a xorb; undefined at the end of the section. */
function readRecord(reader: ByteReader) {
  const hash = reader.take(32);
  const [flags, count] = [reader.u32(), reader.u32()];
  reader.take(8);
  if (hash.every((byte) => byte === 0xff)) return undefined;
  return { hash: printHash(hash), flags, count };
}
