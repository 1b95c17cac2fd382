import type { FairTurn } from "../../flow/fair_turn.ts";
import { joinBytes } from "../../flow/byte_pieces.ts";
import type { CasClient } from "../cas/cas_client.ts";
import { XetFormatError } from "../error.ts";
import type { ChunkList } from "../hash/mod.ts";
import { equalHashes } from "../hash/mod.ts";
import { readWindow } from "./file_window.ts";

/** What reading back stored chunks stands on. */
export interface RecipeReaderOptions {
  readonly cas: CasClient;
  readonly turn: FairTurn;
  readonly signal: AbortSignal;
}

/**
 * Reads chunks of a stored file back, each checked against its hash.
 *
 * @param hash The file hash in printed form.
 * @param first Where in the file they begin, in bytes.
 * @param chunks Which chunks are there.
 * @param options Where from.
 * @returns The bytes of each chunk.
 * @throws XetFormatError if the CAS has other bytes.
 */
export async function readChunks(
  hash: string,
  first: number,
  chunks: ChunkList,
  { cas, turn, signal }: RecipeReaderOptions,
): Promise<Uint8Array[]> {
  if (chunks.count === 0) return [];
  const range = { first, last: first + chunks.totalSize - 1 };
  const window = await readWindow(cas, hash, range, { hashes: true, turn, signal });
  checkChunks(window.chunks, chunks);
  const bytes = joinBytes(window.pieces);
  const pieces: Uint8Array[] = [];
  let position = 0;
  for (let i = 0; i < chunks.count; i++) {
    pieces.push(bytes.subarray(position, position += chunks.size(i)));
  }
  return pieces;
}

/** Chunks of more of the file than was asked for may come first and last. */
function checkChunks(got: ChunkList, wanted: ChunkList): void {
  let at = 0;
  for (let i = 0; i < wanted.count; i++) {
    // The first one is found by its hash: a CAS may not trim terms to the chunks asked for.
    while (i === 0 && at < got.count && !equalHashes(got.hash(at), wanted.hash(i))) at++;
    if (at >= got.count || !equalHashes(got.hash(at), wanted.hash(i))) {
      throw new XetFormatError("A chunk of a stored file has another hash than when it was sent");
    }
    at++;
  }
}
