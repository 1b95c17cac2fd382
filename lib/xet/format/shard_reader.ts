import { MAX_CHUNK_LENGTH } from "../engine/mod.ts";
import { XetFormatError } from "../error.ts";
import { printHash } from "../hash/mod.ts";
import { ByteReader } from "./byte_reader.ts";
import {
  FOOTER_LENGTH,
  METADATA_FLAG,
  RECORD_LENGTH,
  SHARD_TAG,
  type ShardChunk,
  type ShardContent,
  type ShardFile,
  type ShardFooter,
  type ShardXorb,
  VERIFICATION_FLAG,
} from "./shard.ts";

/** A shard as read. */
export interface ReadShard extends ShardContent {
  /** Absent in the form that is uploaded. */
  readonly footer?: ShardFooter;
}

/**
 * Reads the two sections of a shard in sequence, and its footer if it has one. What stands between
 * or behind is ignored: neither lookup tables nor their offsets are needed.
 *
 * @throws {XetFormatError} if a record is not what the format allows, or contradicts another one
 */
export function readShard(bytes: Uint8Array): ReadShard {
  const reader = new ByteReader(bytes, "The shard");
  const footerLength = readShardHeader(reader);
  const files = section(reader, readFile);
  const verified = files.filter((file) => file.verified).length;
  if (verified !== 0 && verified !== files.length) {
    throw new XetFormatError("Only some files of the shard have verification records");
  }
  const xorbs = section(reader, readXorbInfo);
  const content = { files: files.map(({ file }) => file), xorbs };
  checkTerms(content);
  if (footerLength === 0) return content;
  if (reader.left < FOOTER_LENGTH) throw new XetFormatError("The shard's footer is missing");
  return { ...content, footer: readShardFooter(bytes) };
}

/**
 * Reads the header of a shard and gives the length of its footer, which is 0 if it has none.
 *
 * @throws {XetFormatError} if it is not one
 */
export function readShardHeader(reader: ByteReader): number {
  const tag = reader.take(SHARD_TAG.length);
  if (!SHARD_TAG.every((byte, i) => byte === tag[i])) throw new XetFormatError("This is no shard");
  const version = reader.u64();
  if (version !== 2n) throw new XetFormatError(`Shard version ${version} is not known`);
  const footerLength = reader.u64();
  if (footerLength !== 0n && footerLength !== BigInt(FOOTER_LENGTH)) {
    throw new XetFormatError(
      `A shard's footer has 0 or ${FOOTER_LENGTH} bytes, not ${footerLength}`,
    );
  }
  return Number(footerLength);
}

/** Terms of xorbs that the shard describes must agree with that; others cannot be judged here. */
function checkTerms({ files, xorbs }: ShardContent): void {
  const chunksOf = new Map(xorbs.map((xorb) => [xorb.hash, xorb]));
  for (const term of files.flatMap((file) => file.terms)) {
    const xorb = chunksOf.get(term.xorbHash);
    if (!xorb) continue;
    const start = xorb.chunks[term.start]?.offset;
    const end = term.end === xorb.chunks.length ? xorb.length : xorb.chunks[term.end]?.offset;
    if (start === undefined || end === undefined || end - start !== term.length) {
      throw new XetFormatError(
        `Chunks ${term.start}..${term.end} of xorb ${term.xorbHash} are not ${term.length} bytes`,
      );
    }
  }
}

/** Reads entries up to the end mark, each beginning with the record that `read` is given. */
function section<T>(reader: ByteReader, read: (head: Head, reader: ByteReader) => T): T[] {
  const entries: T[] = [];
  while (true) {
    const head = readHead(reader);
    if (head.hash.every((byte) => byte === 0xff)) return entries;
    entries.push(read(head, reader));
  }
}

/** Any record: a hash and four words. */
interface Head {
  readonly hash: Uint8Array;
  readonly words: readonly [number, number, number, number];
}

function readHead(reader: ByteReader): Head {
  return {
    hash: reader.take(32),
    words: [reader.u32(), reader.u32(), reader.u32(), reader.u32()],
  };
}

function readRecords(reader: ByteReader, count: number): Head[] {
  // Before anything is allocated: a count is just what somebody wrote.
  if (count * RECORD_LENGTH > reader.left) {
    throw new XetFormatError(`The shard is too short for ${count} records`);
  }
  return Array.from({ length: count }, () => readHead(reader));
}

function readFile(head: Head, reader: ByteReader): { file: ShardFile; verified: boolean } {
  const [flags, count] = head.words;
  const verified = (flags & VERIFICATION_FLAG) !== 0;
  const described = (flags & METADATA_FLAG) !== 0;
  if ((flags & ~(VERIFICATION_FLAG | METADATA_FLAG)) !== 0) {
    throw new XetFormatError(`File flags 0x${flags.toString(16)} are not known`);
  }
  const entries = readRecords(reader, count);
  const verifications = verified ? readRecords(reader, count) : [];
  const metadata = described ? readRecords(reader, 1) : [];
  const terms = entries.map(({ hash, words: [, length, start, end] }, i) => {
    if (start >= end || length === 0) {
      throw new XetFormatError(`A term of chunks ${start}..${end}, ${length} bytes, is empty`);
    }
    const term = { xorbHash: printHash(hash), length, start, end };
    const verification = verifications[i];
    return verification ? { ...term, verification: printHash(verification.hash) } : term;
  });
  const file = { hash: printHash(head.hash), terms };
  const [sha256] = metadata;
  return { file: sha256 ? { ...file, sha256: printHash(sha256.hash) } : file, verified };
}

function readXorbInfo(head: Head, reader: ByteReader): ShardXorb {
  const [, count, length, encodedLength] = head.words;
  let sum = 0;
  const chunks = readRecords(reader, count).map(({ hash, words }): ShardChunk => {
    const [offset, chunkLength, flags] = words;
    if (offset !== sum || chunkLength === 0 || chunkLength > MAX_CHUNK_LENGTH) {
      throw new XetFormatError(
        `No chunk of ${chunkLength} bytes is at ${offset} after ${sum} bytes`,
      );
    }
    sum += chunkLength;
    return { hash: printHash(hash), offset, length: chunkLength, flags };
  });
  if (count === 0) throw new XetFormatError("A xorb has at least one chunk");
  if (sum !== length) {
    throw new XetFormatError(`Chunks of ${sum} bytes are not a xorb of ${length} bytes`);
  }
  return { hash: printHash(head.hash), chunks, length, encodedLength };
}

/**
 * Reads the footer at the end of a shard.
 *
 * @throws {XetFormatError} if it is not one
 */
export function readShardFooter(shard: Uint8Array): ShardFooter {
  const reader = new ByteReader(shard.subarray(-FOOTER_LENGTH), "The shard's footer");
  const version = reader.u64();
  if (version !== 1n) throw new XetFormatError(`Shard footer version ${version} is not known`);
  reader.take(8 * 8);
  const key = reader.take(32).slice();
  const createdAt = Number(reader.u64());
  const expiry = reader.u64();
  return {
    createdAt,
    // Zero is what @huggingface/hub writes, all ones what hf_xet does: neither ever expires.
    ...(expiry === 0n || expiry === 2n ** 64n - 1n ? {} : { expiresAt: Number(expiry) }),
    ...(key.every((byte) => byte === 0) ? {} : { hmacKey: key }),
  };
}
