/**
 * The answer to a deduplication query: a shard with the xorb that holds the chunk, its chunk hashes
 * keyed.
 */

import { parseHash } from "../../xet/hash/hash.ts";
import { hmacHash } from "../../xet/hash/tree.ts";
import { FOOTER_BYTES, RECORD_BYTES, SHARD_TAG } from "./shard_reader.ts";
import type { XorbTable } from "./xorb_table.ts";

/** Chunk flag: this chunk may be answered in a deduplication query. */
const DEDUP_FLAG = 0x80000000;

/** What the answer says beside the xorb. */
export interface DedupAnswerOptions {
  /**
   * 32 bytes that the chunk hashes are keyed with; clients key their own hashes alike to compare.
   */
  readonly key: Uint8Array;
  /** Creation and end of use, unix seconds. */
  readonly created: number;
  readonly expires: number;
  /** The stored bytes of the xorb. */
  readonly storedBytes: number;
  /** Whether the chunk with this index may itself be asked for. */
  readonly eligible: (index: number) => boolean;
}

/** Writes the shard: an empty file section, one xorb, no lookup tables, a footer. */
export function dedupAnswer(
  xorb: string,
  table: XorbTable,
  options: DedupAnswerOptions,
): Uint8Array<ArrayBuffer> {
  const xorbSection = 2 * RECORD_BYTES;
  const footer = xorbSection + RECORD_BYTES * (table.count + 2);
  const bytes = new Uint8Array(footer + FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(SHARD_TAG, 0);
  view.setBigUint64(32, 2n, true);
  view.setBigUint64(40, BigInt(FOOTER_BYTES), true);
  bytes.fill(0xff, RECORD_BYTES, RECORD_BYTES + 32);
  bytes.set(parseHash(xorb), xorbSection);
  view.setUint32(xorbSection + 36, table.count, true);
  view.setUint32(xorbSection + 40, table.uncompressedStart(table.count), true);
  view.setUint32(xorbSection + 44, options.storedBytes, true);
  for (let index = 0; index < table.count; index++) {
    const at = xorbSection + RECORD_BYTES * (1 + index);
    bytes.set(hmacHash(options.key, table.hash(index)), at);
    view.setUint32(at + 32, table.uncompressedStart(index), true);
    view.setUint32(at + 36, table.length(index), true);
    view.setUint32(at + 40, options.eligible(index) ? DEDUP_FLAG : 0, true);
  }
  bytes.fill(0xff, footer - RECORD_BYTES, footer - RECORD_BYTES + 32);
  writeFooter(view, footer, xorbSection, table, options);
  return bytes;
}

function writeFooter(
  view: DataView,
  at: number,
  xorbSection: number,
  table: XorbTable,
  { key, created, expires, storedBytes }: DedupAnswerOptions,
): void {
  // Without lookup tables, their offsets are the footer's own; readers take the first of them for
  // the end of the xorb section.
  const words = [1, RECORD_BYTES, xorbSection, at, 0, at, 0, at, 0];
  words.forEach((word, index) => view.setBigUint64(at + 8 * index, BigInt(word), true));
  new Uint8Array(view.buffer).set(key, at + 72);
  view.setBigUint64(at + 104, BigInt(created), true);
  view.setBigUint64(at + 112, BigInt(expires), true);
  const uncompressed = table.uncompressedStart(table.count);
  [storedBytes, uncompressed, storedBytes, at].forEach((word, index) =>
    view.setBigUint64(at + 168 + 8 * index, BigInt(word), true)
  );
}
