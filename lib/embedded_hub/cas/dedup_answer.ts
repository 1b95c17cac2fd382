/**
 * The answer to a deduplication query: a shard with the xorb that holds the chunk and those that were
 * registered with it, their chunk hashes keyed.
 */

import { parseHash } from "../../xet/hash/hash.ts";
import { hmacHash } from "../../xet/hash/tree.ts";
import { FOOTER_BYTES, RECORD_BYTES, SHARD_TAG } from "./shard_reader.ts";
import type { XorbTable } from "./xorb_table.ts";

/** Chunk flag: this chunk may be answered in a deduplication query. */
const DEDUP_FLAG = 0x80000000;

/** A xorb to tell of. */
export interface AnsweredXorb {
  /** Printed. */
  readonly hash: string;
  readonly table: XorbTable;
}

/** What the answer says beside the xorbs. */
export interface DedupAnswerOptions {
  /**
   * 32 bytes that the chunk hashes are keyed with; clients key their own hashes alike to compare.
   */
  readonly key: Uint8Array;
  /** Creation and end of use, unix seconds. */
  readonly created: number;
  readonly expires: number;
  /** Whether the chunk with this (plain) hash may itself be asked for. */
  readonly eligible: (hash: Uint8Array) => boolean;
}

/** Writes the shard: an empty file section, the xorbs, no lookup tables, a footer. */
export function dedupAnswer(
  xorbs: readonly AnsweredXorb[],
  options: DedupAnswerOptions,
): Uint8Array<ArrayBuffer> {
  const xorbSection = 2 * RECORD_BYTES;
  const records = xorbs.reduce((sum, { table }) => sum + table.count + 1, 1);
  const footer = xorbSection + RECORD_BYTES * records;
  const bytes = new Uint8Array(footer + FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(SHARD_TAG, 0);
  view.setBigUint64(32, 2n, true);
  view.setBigUint64(40, BigInt(FOOTER_BYTES), true);
  bytes.fill(0xff, RECORD_BYTES, RECORD_BYTES + 32);
  let at = xorbSection;
  for (const xorb of xorbs) at = writeXorb(bytes, at, xorb, options);
  bytes.fill(0xff, at, at + 32);
  writeFooter(view, footer, xorbSection, xorbs, options);
  return bytes;
}

/** Writes the records of a xorb and gives where the next one stands. */
function writeXorb(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  { hash, table }: AnsweredXorb,
  { key, eligible }: DedupAnswerOptions,
): number {
  const view = new DataView(bytes.buffer);
  bytes.set(parseHash(hash), start);
  view.setUint32(start + 36, table.count, true);
  view.setUint32(start + 40, table.uncompressedStart(table.count), true);
  view.setUint32(start + 44, table.storedStart(table.count), true);
  let at = start + RECORD_BYTES;
  for (let index = 0; index < table.count; index++, at += RECORD_BYTES) {
    bytes.set(hmacHash(key, table.hash(index)), at);
    view.setUint32(at + 32, table.uncompressedStart(index), true);
    view.setUint32(at + 36, table.length(index), true);
    view.setUint32(at + 40, eligible(table.hash(index)) ? DEDUP_FLAG : 0, true);
  }
  return at;
}

function writeFooter(
  view: DataView,
  at: number,
  xorbSection: number,
  xorbs: readonly AnsweredXorb[],
  { key, created, expires }: DedupAnswerOptions,
): void {
  // Without lookup tables, their offsets are the footer's own; readers take the first of them for
  // the end of the xorb section.
  const words = [1, RECORD_BYTES, xorbSection, at, 0, at, 0, at, 0];
  words.forEach((word, index) => view.setBigUint64(at + 8 * index, BigInt(word), true));
  new Uint8Array(view.buffer).set(key, at + 72);
  view.setBigUint64(at + 104, BigInt(created), true);
  view.setBigUint64(at + 112, BigInt(expires), true);
  const uncompressed = xorbs.reduce(
    (sum, { table }) => sum + table.uncompressedStart(table.count),
    0,
  );
  const stored = xorbs.reduce((sum, { table }) => sum + table.storedStart(table.count), 0);
  [stored, uncompressed, stored, at].forEach((word, index) =>
    view.setBigUint64(at + 168 + 8 * index, BigInt(word), true)
  );
}
