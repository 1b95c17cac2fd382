import type { CasCallOptions, CasClient } from "../cas/cas_client.ts";
import { type ShardFile, type ShardXorb, writeShard } from "../format/mod.ts";
import { printHash, verificationHash } from "../hash/mod.ts";
import type { FileRecipe } from "./context.ts";
import type { PackedXorb } from "./packed_xorb.ts";

/** 12 MB, where the CAS refuses shards over 64 MiB: a shard is made in memory. */
const MAX_CHUNKS_A_SHARD = 250_000;

/**
 * Registers a file whose xorbs are all stored. Xorbs that do not fit beside it go ahead in shards
 * of their own (Xet protocol, shards: xorb and file records may be in different ones).
 *
 * @param cas Where.
 * @param recipe The file.
 * @param xorbs Those that are new with it.
 * @param options `signal` ends it.
 */
export async function registerFile(
  cas: CasClient,
  recipe: FileRecipe,
  xorbs: readonly PackedXorb[],
  options: CasCallOptions,
): Promise<void> {
  let records: ShardXorb[] = [];
  let chunks = 2 * recipe.terms.length;
  for (const xorb of xorbs) {
    chunks += xorb.chunks.count;
    if (chunks > MAX_CHUNKS_A_SHARD && records.length > 0) {
      await cas.putShard(writeShard({ files: [], xorbs: records }), options);
      records = [];
      chunks = xorb.chunks.count + 2 * recipe.terms.length;
    }
    records.push(xorbRecord(xorb));
  }
  await cas.putShard(writeShard({ files: [fileRecord(recipe)], xorbs: records }), options);
}

function fileRecord({ hash, terms, chunks }: FileRecipe): ShardFile {
  let first = 0;
  return {
    hash,
    terms: terms.map((term) => {
      const start = first;
      first += term.end - term.start;
      return { ...term, verification: printHash(verificationHash(chunks.hashes(start, first))) };
    }),
  };
}

function xorbRecord({ hash, chunks, encodedLength }: PackedXorb): ShardXorb {
  if (hash === undefined) throw new TypeError("A xorb is registered before it is whole");
  const records: ShardXorb["chunks"][number][] = [];
  let offset = 0;
  for (let i = 0; i < chunks.count; i++) {
    const length = chunks.size(i);
    records.push({ hash: printHash(chunks.hash(i)), offset, length, flags: 0 });
    offset += length;
  }
  return { hash, chunks: records, length: chunks.totalSize, encodedLength };
}
