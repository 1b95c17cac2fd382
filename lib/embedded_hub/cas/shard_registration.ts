/** From a checked shard to what the database keeps of it. */

import { hashModulo, printHash } from "../../xet/hash/hash.ts";
import type { FileStore, NewFile } from "./file_store.ts";
import { packFileTerms } from "./file_terms.ts";
import type { Shard, ShardFile } from "./shard_reader.ts";
import { storedTable, type TableOf } from "./shard_checks.ts";

/** A chunk whose hash is 0 modulo this may be asked for in a deduplication query. */
export const DEDUP_MODULUS = 1024;

/** Bytes of a missing verification hash, which only a shard that was not verified can have. */
const NO_VERIFICATION = new Uint8Array(32);

/**
 * Registers a checked shard durably, with `alongside` in the same transaction.
 *
 * @returns Whether it was new.
 */
export function registerShard(
  shard: Shard,
  hash: string,
  store: FileStore,
  tableOf: TableOf,
  alongside: () => void,
): boolean {
  return store.register({
    shard: hash,
    files: shard.files.map(newFile),
    xorbs: shard.xorbs.map(({ hash }) => printHash(hash)),
    dedupChunks: [...firstChunks(shard, tableOf), ...sampledChunks(shard)],
  }, alongside);
}

function newFile(file: ShardFile): NewFile {
  let size = 0;
  const terms = packFileTerms(file.count, (index) => {
    const term = file.term(index);
    size += term.bytes;
    return file.verified ? term : { ...term, verification: NO_VERIFICATION };
  });
  return { hash: printHash(file.hash), size, terms, sha256: file.sha256 };
}

/** The first chunk of every file: always eligible. */
function* firstChunks(shard: Shard, tableOf: TableOf) {
  for (const file of shard.files) {
    if (file.count === 0) continue;
    const { xorb, start } = file.term(0);
    const name = printHash(xorb);
    yield { hash: printHash(storedTable(name, tableOf).hash(start)), xorb: name };
  }
}

/** Those chunks of the shard's xorbs whose hash makes them eligible. */
function* sampledChunks(shard: Shard) {
  for (const xorb of shard.xorbs) {
    const name = printHash(xorb.hash);
    for (let index = 0; index < xorb.count; index++) {
      const { hash } = xorb.chunk(index);
      if (hashModulo(hash, DEDUP_MODULUS) === 0) yield { hash: printHash(hash), xorb: name };
    }
  }
}
