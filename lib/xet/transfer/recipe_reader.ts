import type { FairTurn } from "../../flow/fair_turn.ts";
import { joinBytes } from "../../flow/byte_pieces.ts";
import type { CasClient } from "../cas/cas_client.ts";
import { XetFormatError } from "../error.ts";
import type { ChunkList } from "../hash/mod.ts";
import { equalHashes } from "../hash/mod.ts";
import type { FileRecipe } from "./context.ts";
import { readWindow } from "./file_window.ts";

/** What reading back stored chunks stands on. */
export interface RecipeReaderOptions {
  readonly cas: CasClient;
  readonly turn: FairTurn;
  readonly signal: AbortSignal;
}

/**
 * Reads chunks of a stored file back, each checked against its hash in the recipe.
 *
 * @param recipe The file.
 * @param start Its first chunk to read.
 * @param end The one after the last.
 * @param options Where from.
 * @returns The bytes of each chunk.
 * @throws XetFormatError if the CAS has other bytes.
 */
export async function readChunks(
  recipe: FileRecipe,
  start: number,
  end: number,
  { cas, turn, signal }: RecipeReaderOptions,
): Promise<Uint8Array[]> {
  const first = lengthOf(recipe.chunks, 0, start);
  const length = lengthOf(recipe.chunks, start, end);
  if (length === 0) return [];
  const range = { first, last: first + length - 1 };
  const window = await readWindow(cas, recipe.hash, range, { hashes: true, turn, signal });
  checkChunks(window.chunks, recipe.chunks, start, end);
  const bytes = joinBytes(window.pieces);
  const pieces: Uint8Array[] = [];
  let position = 0;
  for (let i = start; i < end; i++) {
    pieces.push(bytes.subarray(position, position += recipe.chunks.size(i)));
  }
  return pieces;
}

function lengthOf(chunks: ChunkList, start: number, end: number): number {
  let length = 0;
  for (let i = start; i < end; i++) length += chunks.size(i);
  return length;
}

/** Chunks of more of the file than was asked for may come first and last. */
function checkChunks(got: ChunkList, wanted: ChunkList, start: number, end: number): void {
  let at = 0;
  for (let i = start; i < end; i++) {
    // The first one is found by its hash: a CAS may not trim terms to the chunks asked for.
    while (i === start && at < got.count && !equalHashes(got.hash(at), wanted.hash(i))) at++;
    if (at >= got.count || !equalHashes(got.hash(at), wanted.hash(i))) {
      throw new XetFormatError(
        `Chunk ${i} of a stored file has another hash than when it was sent`,
      );
    }
    at++;
  }
}
