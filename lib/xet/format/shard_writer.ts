import { type ChunkList, hmacHash, parseHash } from "../hash/mod.ts";
import { ByteWriter } from "./byte_writer.ts";
import {
  EMPTY_SHARD_LENGTH,
  FOOTER_LENGTH,
  type ListedXorb,
  METADATA_FLAG,
  RECORD_LENGTH,
  SHARD_TAG,
  type ShardChunk,
  type ShardFile,
  shardFileLength,
  type ShardFooter,
  type ShardSource,
  type ShardXorb,
  shardXorbLength,
  VERIFICATION_FLAG,
} from "./shard.ts";

const NEVER = 2n ** 64n - 1n;

/** How the footer is written. */
export interface ShardFooterOptions extends ShardFooter {
  /** Whether the tables by which hf_xet looks up hashes stand before it. Default: yes. */
  readonly lookupTables?: boolean;
}

/** An entry of a lookup table: the first u64 of a hash and where its record is. */
interface LookupEntry {
  readonly key: bigint;
  /** Index in records from the start of the section, then the chunk's number, if it is a chunk. */
  readonly place: readonly number[];
}

/**
 * Serializes a shard, keeping the order of files and xorbs. Without `footer` it is the form to
 * upload. With a key in the footer, the chunk hashes, given plain, are written keyed.
 */
export function writeShard(
  content: ShardSource,
  footer?: ShardFooterOptions,
): Uint8Array<ArrayBuffer> {
  const verified = isVerified(content.files);
  const out = new ByteWriter(shardLength(content));
  out.bytes(SHARD_TAG);
  out.u64(2, footer ? FOOTER_LENGTH : 0);

  const filesStart = out.length;
  const files = content.files.map((file) => {
    const entry = lookupEntry(parseHash(file.hash), (out.length - filesStart) / RECORD_LENGTH);
    writeFile(out, file, verified);
    return entry;
  });
  writeEndMark(out);

  const xorbsStart = out.length;
  const chunks: LookupEntry[] = [];
  const xorbs = content.xorbs.map((xorb) => {
    const place = (out.length - xorbsStart) / RECORD_LENGTH;
    let at = 0;
    const note = (hash: Uint8Array) => chunks.push(lookupEntry(hash, place, at++));
    writeXorbInfo(out, xorb, { key: footer?.hmacKey, onChunk: footer && note });
    return lookupEntry(parseHash(xorb.hash), place);
  });
  writeEndMark(out);
  if (footer) {
    const tables = footer.lookupTables === false ? undefined : [files, xorbs, chunks];
    const offsets = writeTables(out, tables ?? [[], [], []]);
    writeFooter(out, { content, footer, xorbsStart, tables: offsets });
  }
  return out.written();
}

/** Bytes of the shard without tables and footer, which is the form to upload. */
export function shardLength(content: ShardSource): number {
  const files = content.files.reduce((sum, file) => sum + shardFileLength(file), 0);
  const xorbs = content.xorbs.reduce((sum, xorb) => sum + shardXorbLength(xorb), 0);
  return EMPTY_SHARD_LENGTH + files + xorbs;
}

/** Verification records are there for all files of a shard or for none. */
function isVerified(files: readonly ShardFile[]): boolean {
  const terms = files.flatMap((file) => file.terms);
  const verified = terms.filter((term) => term.verification !== undefined).length;
  if (verified !== 0 && verified !== terms.length) {
    throw new TypeError("Either all terms of a shard have a verification hash or none");
  }
  return verified === terms.length;
}

function writeFile(out: ByteWriter, file: ShardFile, verified: boolean): void {
  const flags = (verified ? VERIFICATION_FLAG : 0) +
    (file.sha256 === undefined ? 0 : METADATA_FLAG);
  out.bytes(parseHash(file.hash));
  out.u32(flags, file.terms.length, 0, 0);
  for (const term of file.terms) {
    out.bytes(parseHash(term.xorbHash));
    out.u32(0, term.length, term.start, term.end);
  }
  for (const { verification } of file.terms) {
    if (verification !== undefined) writePadded(out, verification);
  }
  // The hex of a SHA-256 is parsed as if it were a printed hash: each 8 bytes come out reversed.
  if (file.sha256 !== undefined) writePadded(out, file.sha256);
}

function writePadded(out: ByteWriter, hash: string): void {
  out.bytes(parseHash(hash));
  out.fill(0, 16);
}

/** Writes a xorb's records and gives its chunk hashes as written. */
function writeXorbInfo(
  out: ByteWriter,
  xorb: ShardXorb | ListedXorb,
  { key, onChunk }: XorbInfoOptions,
): void {
  const { hash, chunks, encodedLength } = xorb;
  out.bytes(parseHash(hash));
  const count = "count" in chunks ? chunks.count : chunks.length;
  out.u32(0, count, uncompressedLength(xorb), encodedLength);
  for (const { plain, offset, length, flags } of recordsOf(chunks)) {
    const written = key ? hmacHash(key, plain) : plain;
    out.bytes(written);
    out.u32(offset, length, flags, 0);
    onChunk?.(written);
  }
}

function uncompressedLength(xorb: ShardXorb | ListedXorb): number {
  return "length" in xorb ? xorb.length : xorb.chunks.totalSize;
}

interface XorbInfoOptions {
  /** What the chunk hashes are keyed with. */
  readonly key: Uint8Array | undefined;
  /** Is given each chunk hash as written. */
  readonly onChunk: ((hash: Uint8Array) => void) | undefined;
}

type ChunkRecord = Omit<ShardChunk, "hash"> & { readonly plain: Uint8Array };

function* recordsOf(chunks: readonly ShardChunk[] | ChunkList): Iterable<ChunkRecord> {
  if (!("count" in chunks)) {
    for (const { hash, ...record } of chunks) yield { plain: parseHash(hash), ...record };
    return;
  }
  for (let [i, offset] = [0, 0]; i < chunks.count; i++) {
    const length = chunks.size(i);
    yield { plain: chunks.hash(i), offset, length, flags: 0 };
    offset += length;
  }
}

function writeEndMark(out: ByteWriter): void {
  out.fill(0xff, 32);
  out.fill(0, 16);
}

function lookupEntry(hash: Uint8Array, ...place: number[]): LookupEntry {
  return { key: new DataView(hash.buffer, hash.byteOffset, 8).getBigUint64(0, true), place };
}

/** Writes the tables, each sorted, and gives offset and number of entries of each. */
function writeTables(out: ByteWriter, tables: readonly (readonly LookupEntry[])[]): number[] {
  return tables.flatMap((entries) => {
    const offset = out.length;
    const sorted = entries.toSorted((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
    for (const { key, place } of sorted) {
      out.u64(key);
      out.u32(...place);
    }
    return [offset, entries.length];
  });
}

interface FooterParts {
  readonly content: ShardSource;
  readonly footer: ShardFooterOptions;
  readonly xorbsStart: number;
  readonly tables: readonly number[];
}

function writeFooter(out: ByteWriter, { content, footer, xorbsStart, tables }: FooterParts): void {
  const footerStart = out.length;
  const terms = content.files.flatMap((file) => file.terms);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  out.u64(1, RECORD_LENGTH, xorbsStart, ...tables);
  out.bytes(footer.hmacKey ?? new Uint8Array(32));
  out.u64(footer.createdAt, footer.expiresAt ?? NEVER);
  out.fill(0, 48);
  out.u64(
    sum(content.xorbs.map((xorb) => xorb.encodedLength)),
    sum(terms.map((term) => term.length)),
    sum(content.xorbs.map(uncompressedLength)),
    footerStart,
  );
}
