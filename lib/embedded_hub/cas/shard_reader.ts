/**
 * Reads an uploaded shard: its two sections, in sequence; what follows them is ignored (Xet's
 * documentation, "Shard format").
 */

import { refused } from "./cas_error.ts";

/** The most bytes of a shard. */
export const MAX_SHARD_BYTES = 64 * 1024 * 1024;

/** Every record of a shard has this many bytes. */
export const RECORD_BYTES = 48;

/** The first 32 bytes of a shard. */
export const SHARD_TAG = Uint8Array.from([
  ...new TextEncoder().encode("HFRepoMetaData"),
  ...[0, 85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169],
]);

/** The bytes of a footer. */
export const FOOTER_BYTES = 200;

/** File flag: a verification record follows for each term. */
const WITH_VERIFICATION = 0x80000000;
/** File flag: a record with the file's SHA-256 follows. */
const WITH_METADATA = 0x40000000;

/** A run of chunks of one xorb. */
export interface ShardTerm {
  readonly xorb: Uint8Array;
  readonly bytes: number;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Empty when the shard has no verification records. */
  readonly verification: Uint8Array;
}

/** A file record, as a view of the shard's bytes. */
export class ShardFile {
  readonly hash: Uint8Array;
  /** The number of terms. */
  readonly count: number;
  /** Whether the terms have verification hashes. */
  readonly verified: boolean;
  /** The metadata record's 32 bytes, when there is one. */
  readonly sha256: Uint8Array | undefined;
  /** Where the next record stands. */
  readonly end: number;
  readonly #shard: DataView;
  readonly #at: number;

  constructor(shard: DataView, at: number) {
    const flags = shard.getUint32(at + 32, true);
    if ((flags & ~(WITH_VERIFICATION | WITH_METADATA)) !== 0) {
      throw refused(`A file record has unknown flags ${flags.toString(16)}`);
    }
    this.#shard = shard;
    this.#at = at;
    this.hash = bytesAt(shard, at, 32);
    this.count = shard.getUint32(at + 36, true);
    this.verified = (flags & WITH_VERIFICATION) !== 0;
    const metadata = at + RECORD_BYTES * (1 + this.count * (this.verified ? 2 : 1));
    const hasMetadata = (flags & WITH_METADATA) !== 0;
    this.end = metadata + (hasMetadata ? RECORD_BYTES : 0);
    if (this.end > shard.byteLength) throw refused("The shard ends inside a file record");
    this.sha256 = hasMetadata ? bytesAt(shard, metadata, 32) : undefined;
  }

  /** One of the terms. */
  term(index: number): ShardTerm {
    const at = this.#at + RECORD_BYTES * (1 + index);
    return {
      xorb: bytesAt(this.#shard, at, 32),
      bytes: this.#shard.getUint32(at + 36, true),
      start: this.#shard.getUint32(at + 40, true),
      end: this.#shard.getUint32(at + 44, true),
      verification: bytesAt(
        this.#shard,
        at + RECORD_BYTES * this.count,
        this.verified ? 32 : 0,
      ),
    };
  }
}

/** A xorb record, as a view of the shard's bytes. */
export class ShardXorb {
  readonly hash: Uint8Array;
  /** The number of chunks. */
  readonly count: number;
  /** The uncompressed bytes. */
  readonly bytes: number;
  /** Where the next record stands. */
  readonly end: number;
  readonly #shard: DataView;
  readonly #at: number;

  constructor(shard: DataView, at: number) {
    this.#shard = shard;
    this.#at = at;
    this.hash = bytesAt(shard, at, 32);
    this.count = shard.getUint32(at + 36, true);
    this.bytes = shard.getUint32(at + 40, true);
    this.end = at + RECORD_BYTES * (1 + this.count);
    if (this.end > shard.byteLength) throw refused("The shard ends inside a xorb record");
  }

  /** One of the chunks; `start` counts uncompressed bytes. */
  chunk(index: number): { hash: Uint8Array; start: number; length: number } {
    const at = this.#at + RECORD_BYTES * (1 + index);
    return {
      hash: bytesAt(this.#shard, at, 32),
      start: this.#shard.getUint32(at + 32, true),
      length: this.#shard.getUint32(at + 36, true),
    };
  }
}

/** A shard that is well formed; nothing is known yet about the truth of what it says. */
export interface Shard {
  readonly bytes: Uint8Array;
  readonly files: readonly ShardFile[];
  readonly xorbs: readonly ShardXorb[];
}

/** Reads a shard. Throws a 400 unless its header and both sections are well formed. */
export function readShard(bytes: Uint8Array): Shard {
  const shard = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < RECORD_BYTES || !SHARD_TAG.every((byte, index) => bytes[index] === byte)) {
    throw refused("Not a shard");
  }
  const version = shard.getBigUint64(32, true);
  if (version !== 2n) throw refused(`Shard version ${version} is not known`);
  const footer = shard.getBigUint64(40, true);
  if (footer !== 0n && footer !== BigInt(FOOTER_BYTES)) {
    throw refused(`A shard footer of ${footer} bytes is not known`);
  }
  const files = readSection(shard, RECORD_BYTES, (at) => new ShardFile(shard, at));
  const xorbs = readSection(shard, files.end, (at) => new ShardXorb(shard, at));
  return { bytes, files: files.records, xorbs: xorbs.records };
}

function readSection<T extends { readonly end: number }>(
  shard: DataView,
  start: number,
  read: (at: number) => T,
): { records: T[]; end: number } {
  const records: T[] = [];
  let at = start;
  for (;;) {
    if (at + RECORD_BYTES > shard.byteLength) throw refused("The shard ends inside a section");
    if (isEndMark(shard, at)) return { records, end: at + RECORD_BYTES };
    const record = read(at);
    records.push(record);
    at = record.end;
  }
}

function isEndMark(shard: DataView, at: number): boolean {
  for (let word = 0; word < 8; word++) {
    if (shard.getUint32(at + 4 * word, true) !== 0xffffffff) return false;
  }
  return true;
}

function bytesAt(shard: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(shard.buffer, shard.byteOffset + at, length);
}
