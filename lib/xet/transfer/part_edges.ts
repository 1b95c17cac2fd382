import { MAX_CHUNK_LENGTH } from "../engine/mod.ts";
import { endsSettled, HEAD_CHUNKS, type PartView } from "./part_view.ts";
import { readChunks, type RecipeReaderOptions } from "./recipe_reader.ts";

/** The bytes at the borders of a part. */
export interface PartEdges {
  /** Its first chunks. */
  readonly head: readonly Uint8Array[];
  /** Its last chunk, if that is not among the first ones and another part follows. */
  readonly tail: Uint8Array | undefined;
}

/** Most bytes that the edges of one part take: its first two chunks and its last. */
export const MAX_EDGE_LENGTH = (HEAD_CHUNKS + 1) * MAX_CHUNK_LENGTH;

/**
 * Reads the bytes at the borders of a part.
 *
 * @param part Which.
 * @param place Whether it is the first part, whose head needs no cutting anew, or the last, whose tail
 * does not.
 * @param options Where from.
 */
export async function readEdges(
  part: PartView,
  { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean },
  options: RecipeReaderOptions,
): Promise<PartEdges> {
  const { hash, size, count, head, tail } = part;
  const wanted = isFirst ? head.slice(0, 0) : head;
  const hasTail = !isLast && count > wanted.count && !endsSettled(part);
  const from = size - tail.totalSize;
  if (hasTail && wanted.count > 0 && wanted.totalSize === from) {
    const all = wanted.slice(0);
    all.append(tail);
    const chunks = await readChunks(hash, 0, all, options);
    return { head: chunks.slice(0, wanted.count), tail: chunks.at(-1) };
  }
  const [first, last] = await Promise.all([
    readChunks(hash, 0, wanted, options),
    hasTail ? readChunks(hash, from, tail, options) : [],
  ]);
  return { head: first, tail: last[0] };
}
