import type { FairTurn } from "../../flow/fair_turn.ts";
import type { CasClient } from "../cas/cas_client.ts";
import type { CasCallOptions } from "../cas/cas_options.ts";
import { type ListedXorb, type ShardFile, writeShard } from "../format/mod.ts";
import type { PackedXorb } from "./packed_xorb.ts";

/** As many as one xorb may have: the CAS takes 64 MiB, 150 times as much, but a shard is made in one go. */
const MAX_CHUNKS_A_SHARD = 8192;

/** How a file is registered. */
export interface RegisterOptions extends CasCallOptions {
  /** Lets others have their turn. */
  readonly turn: FairTurn;
}

/**
 * Registers a file whose xorbs are all stored. Xorbs that do not fit beside it go ahead in shards
 * of their own (Xet protocol, shards: xorb and file records may be in different ones).
 *
 * @param cas Where.
 * @param file The file.
 * @param xorbs Those that are new with it.
 * @param options `signal` ends it; `turn` lets others have theirs.
 */
export async function registerFile(
  cas: CasClient,
  file: ShardFile,
  xorbs: readonly PackedXorb[],
  { turn, ...options }: RegisterOptions,
): Promise<void> {
  let records: ListedXorb[] = [];
  let chunks = 2 * file.terms.length;
  for (const xorb of xorbs) {
    chunks += xorb.chunks.count;
    if (chunks > MAX_CHUNKS_A_SHARD && records.length > 0) {
      const shard = turn.run(() => writeShard({ files: [], xorbs: records }));
      await turn.pause();
      await cas.putShard(shard, options);
      records = [];
      chunks = xorb.chunks.count + 2 * file.terms.length;
    }
    records.push(xorbRecord(xorb));
  }
  const shard = turn.run(() => writeShard({ files: [file], xorbs: records }));
  await turn.pause();
  await cas.putShard(shard, options);
}

/** A xorb that is whole, as a shard names it. */
export function xorbRecord({ hash, chunks, encodedLength }: PackedXorb): ListedXorb {
  if (hash === undefined) throw new TypeError("A xorb is registered before it is whole");
  return { hash, chunks, encodedLength };
}
