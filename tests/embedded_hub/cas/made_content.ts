import { parseHash, printHash } from "../../../lib/xet/hash/hash.ts";
import { chunkHash, FileHasher, TreeHasher, verificationHash } from "../../../lib/xet/hash/tree.ts";
import { splitmixBytes } from "../../support/vector_input.ts";

/** A xorb made by a test, and what its shard says about it. */
export interface MadeXorb {
  readonly hash: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly chunks: readonly MadeChunk[];
}

/** An uncompressed chunk. */
export interface MadeChunk {
  readonly hash: Uint8Array;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A term of a file that a test registers; every field can be made wrong. */
export interface MadeTerm {
  readonly xorb: string;
  readonly bytes: number;
  readonly start: number;
  readonly end: number;
  readonly verification: Uint8Array;
}

/** A file record; every field can be made wrong. */
export interface MadeFile {
  readonly hash: string;
  readonly terms: readonly MadeTerm[];
  /** Whether it has verification records; yes unless told. */
  readonly verified?: boolean;
  readonly sha256?: Uint8Array;
  readonly flags?: number;
}

/** A xorb record; every field can be made wrong. */
export interface MadeXorbRecord {
  readonly hash: string;
  readonly bytes: number;
  readonly chunks: readonly {
    readonly hash: Uint8Array;
    readonly start: number;
    readonly length: number;
  }[];
}

/** Chunk data of these lengths. */
export function chunkData(seed: number, lengths: readonly number[]): Uint8Array<ArrayBuffer>[] {
  return lengths.map((length, index) => splitmixBytes(seed * 1000 + index, length));
}

/** One chunk record of a xorb. */
export function chunkRecord(
  payload: Uint8Array,
  { scheme = 0, version = 0, length = payload.length } = {},
): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(8 + payload.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, payload.length << 8 | version, true);
  view.setUint32(4, (length << 8 | scheme) >>> 0, true);
  record.set(payload, 8);
  return record;
}

/** A xorb of uncompressed chunks. */
export function makeXorb(data: readonly Uint8Array<ArrayBuffer>[]): MadeXorb {
  const chunks = data.map((bytes) => ({ hash: chunkHash(bytes), data: bytes }));
  const tree = new TreeHasher();
  for (const { hash, data: bytes } of chunks) tree.add(hash, bytes.length);
  return {
    hash: printHash(tree.root()),
    body: concat(data.map((bytes) => chunkRecord(bytes))),
    chunks,
  };
}

/** The term for the chunks `start` to `end` (exclusive) of a xorb. */
export function termOf(xorb: MadeXorb, start = 0, end = xorb.chunks.length): MadeTerm {
  const chunks = xorb.chunks.slice(start, end);
  return {
    xorb: xorb.hash,
    bytes: chunks.reduce((sum, { data }) => sum + data.length, 0),
    start,
    end,
    verification: verificationHash(concat(chunks.map(({ hash }) => hash))),
  };
}

/** The file made of runs of chunks of xorbs, and its bytes. */
export function fileOf(
  runs: readonly (readonly [xorb: MadeXorb, start?: number, end?: number])[],
): MadeFile & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const hasher = new FileHasher();
  const pieces: Uint8Array[] = [];
  for (const [xorb, start = 0, end = xorb.chunks.length] of runs) {
    for (const { hash, data } of xorb.chunks.slice(start, end)) {
      hasher.add(hash, data.length);
      pieces.push(data);
    }
  }
  return {
    hash: printHash(hasher.digest()),
    terms: runs.map(([xorb, start, end]) => termOf(xorb, start, end)),
    bytes: concat(pieces),
  };
}

/** What a shard says of a xorb. */
export function recordOf({ hash, chunks }: MadeXorb): MadeXorbRecord {
  let bytes = 0;
  const records = chunks.map((chunk) => {
    const start = bytes;
    bytes += chunk.data.length;
    return { hash: chunk.hash, start, length: chunk.data.length };
  });
  return { hash, bytes, chunks: records };
}

/** Writes a shard without a footer. */
export function makeShard(
  files: readonly MadeFile[],
  xorbs: readonly MadeXorbRecord[],
): Uint8Array<ArrayBuffer> {
  const records: Uint8Array[] = [header()];
  for (const file of files) records.push(...fileRecords(file));
  records.push(endMark());
  for (const { hash, bytes, chunks } of xorbs) {
    records.push(record(parseHash(hash), 0, chunks.length, bytes, 0));
    for (const chunk of chunks) records.push(record(chunk.hash, chunk.start, chunk.length, 0, 0));
  }
  records.push(endMark());
  return concat(records);
}

function fileRecords(file: MadeFile): Uint8Array[] {
  const { hash, terms, verified = true, sha256 } = file;
  const flags = file.flags ??
    ((verified ? 0x80000000 : 0) + (sha256 === undefined ? 0 : 0x40000000));
  const records = [record(parseHash(hash), flags, terms.length, 0, 0)];
  for (const { xorb, bytes, start, end } of terms) {
    records.push(record(parseHash(xorb), 0, bytes, start, end));
  }
  if (verified) {
    for (const { verification } of terms) records.push(record(verification, 0, 0, 0, 0));
  }
  if (sha256 !== undefined) records.push(record(sha256, 0, 0, 0, 0));
  return records;
}

function record(
  hash: Uint8Array,
  ...words: readonly [number, number, number, number]
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(48);
  bytes.set(hash);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => view.setUint32(32 + 4 * index, word, true));
  return bytes;
}

function header(): Uint8Array<ArrayBuffer> {
  const tag = new Uint8Array(32);
  tag.set(new TextEncoder().encode("HFRepoMetaData"));
  tag.set([0, 85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169], 14);
  return record(tag, 2, 0, 0, 0);
}

function endMark(): Uint8Array<ArrayBuffer> {
  return record(new Uint8Array(32).fill(0xff), 0, 0, 0, 0);
}

/** Joins pieces. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
