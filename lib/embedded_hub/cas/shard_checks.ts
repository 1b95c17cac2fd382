/**
 * Checks every statement of a shard against the xorbs that are stored.
 *
 * A xorb record must agree with its xorb chunk by chunk; a term must name chunks that exist, their
 * byte count and their verification hash; a file's hash must be that of all its chunks.
 */

import { equalHashes, printHash } from "../../xet/hash/hash.ts";
import { FileHasher, verificationHash } from "../../xet/hash/tree.ts";
import { refused } from "./cas_error.ts";
import type { Shard, ShardFile, ShardTerm, ShardXorb } from "./shard_reader.ts";
import type { XorbTable } from "./xorb_table.ts";

/** Where to look up the chunk table of a stored xorb by printed hash. */
export type TableOf = (hash: string) => XorbTable | undefined;

/** Work between two chances to let others run. */
const TERMS_PER_STEP = 64;

/**
 * Checks a shard in steps, each of which gives the number of files done so far. Throws a 400 at the
 * first thing that does not hold.
 */
export function* checkShard(shard: Shard, tableOf: TableOf): Generator<number, void> {
  for (const xorb of shard.xorbs) {
    checkXorb(xorb, tableOf);
    yield 0;
  }
  let done = 0;
  for (const file of shard.files) {
    if (!file.verified) throw refused(`File ${printHash(file.hash)} has no verification hashes`);
    for (const _ of checkFile(file, tableOf)) yield done;
    yield ++done;
  }
}

function checkXorb(xorb: ShardXorb, tableOf: TableOf): void {
  const name = printHash(xorb.hash);
  const table = storedTable(name, tableOf);
  if (table.count !== xorb.count) {
    throw refused(`Xorb ${name} has ${table.count} chunks, the shard says ${xorb.count}`);
  }
  if (table.uncompressedStart(table.count) !== xorb.bytes) {
    throw refused(`Xorb ${name} does not have the ${xorb.bytes} bytes that the shard says`);
  }
  for (let index = 0; index < xorb.count; index++) {
    const chunk = xorb.chunk(index);
    if (!equalHashes(chunk.hash, table.hash(index))) {
      throw refused(`The hash of chunk ${index} of xorb ${name} is wrong`);
    }
    if (chunk.length !== table.length(index)) {
      throw refused(`The length of chunk ${index} of xorb ${name} is wrong`);
    }
    if (chunk.start !== table.uncompressedStart(index)) {
      throw refused(`The offset of chunk ${index} of xorb ${name} is wrong`);
    }
  }
}

function* checkFile(file: ShardFile, tableOf: TableOf): Generator<void, void> {
  const name = printHash(file.hash);
  const hasher = new FileHasher();
  for (let index = 0; index < file.count; index++) {
    const term = file.term(index);
    const table = checkTerm(`Term ${index} of file ${name}`, term, tableOf);
    for (let chunk = term.start; chunk < term.end; chunk++) {
      hasher.add(table.hash(chunk), table.length(chunk));
    }
    if (index % TERMS_PER_STEP === 0) yield;
  }
  if (!equalHashes(hasher.digest(), file.hash)) {
    throw refused(`File ${name} is not made of the chunks that its terms name`);
  }
}

function checkTerm(what: string, term: ShardTerm, tableOf: TableOf): XorbTable {
  const table = storedTable(printHash(term.xorb), tableOf);
  if (term.start >= term.end || term.end > table.count) {
    throw refused(
      `${what} names the chunks ${term.start} to ${term.end} of a xorb of ${table.count}`,
    );
  }
  const bytes = table.uncompressedStart(term.end) - table.uncompressedStart(term.start);
  if (bytes !== term.bytes) throw refused(`${what} has ${bytes} bytes, not ${term.bytes}`);
  const verification = verificationHash(table.hashes(term.start, term.end));
  if (!equalHashes(verification, term.verification)) {
    throw refused(`The verification hash of ${lowerFirst(what)} is wrong`);
  }
  return table;
}

/**
 * The table of a stored xorb. Throws a 400 when there is none: uploads must be complete before the
 * shard that names them.
 */
export function storedTable(hash: string, tableOf: TableOf): XorbTable {
  const table = tableOf(hash);
  if (table === undefined) throw refused(`Xorb ${hash} is not stored`);
  return table;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
