/**
 * The checks of a shard that are left when verification is off: enough that nothing later reads
 * outside of a xorb.
 */

import { printHash } from "../../xet/hash/hash.ts";
import { refused } from "./cas_error.ts";
import type { Shard, ShardXorb } from "./shard_reader.ts";
import { storedTable, type TableOf } from "./shard_checks.ts";
import { packXorbTable, type XorbTable } from "./xorb_table.ts";

/**
 * Checks that terms stay within stored xorbs, in steps that give the number of files done so far;
 * believes every hash.
 */
export function* checkShape(shard: Shard, tableOf: TableOf): Generator<number, void> {
  for (const xorb of shard.xorbs) {
    if (storedTable(printHash(xorb.hash), tableOf).count !== xorb.count) {
      throw refused(`Xorb ${printHash(xorb.hash)} does not have ${xorb.count} chunks`);
    }
  }
  let done = 0;
  for (const file of shard.files) {
    for (let index = 0; index < file.count; index++) {
      const term = file.term(index);
      const table = storedTable(printHash(term.xorb), tableOf);
      if (term.start >= term.end || term.end > table.count) {
        throw refused(`Term ${index} of file ${printHash(file.hash)} is not within its xorb`);
      }
    }
    yield ++done;
  }
}

/** The table of a xorb with the chunk hashes that a shard gives. */
export function withHashes(table: XorbTable, xorb: ShardXorb): XorbTable {
  return packXorbTable(Array.from({ length: table.count }, (_, index) => ({
    hash: xorb.chunk(index).hash,
    storedEnd: table.storedStart(index + 1),
    uncompressedEnd: table.uncompressedStart(index + 1),
  })));
}
