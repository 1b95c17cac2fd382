import { MAX_CHUNK_LENGTH } from "../engine/mod.ts";
import { XetFormatError } from "../error.ts";
import type { ChunkList } from "../hash/mod.ts";
import type { FileRecipe, TransferContext } from "./context.ts";
import { downloadFile } from "./download_file.ts";
import type { ListedFile } from "./file_part.ts";
import { readRecipeList, type StoredChunks, storedRuns } from "./recipe_list.ts";

/** First chunks of a part at which cuts mostly meet. */
export const HEAD_CHUNKS = 2;

/** A part whose chunks are all known, wherever that is written. */
export interface PartView {
  /** The file hash in printed form. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
  /** How many chunks it has. */
  readonly count: number;
  /** Its first chunks, at most two. */
  readonly head: ChunkList;
  /** Its last chunk. */
  readonly tail: ChunkList;
  /** All its chunks, in order; to be gone through once. */
  runs(signal: AbortSignal): Iterable<StoredChunks> | AsyncIterable<StoredChunks>;
}

/** The first chunks of a recipe, and the last. */
export function endsOf({ chunks }: FileRecipe): Pick<PartView, "count" | "head" | "tail"> {
  const { count } = chunks;
  return {
    count,
    head: chunks.slice(0, Math.min(HEAD_CHUNKS, count)),
    tail: chunks.slice(Math.max(0, count - 1)),
  };
}

/** Looks at a part whose recipe is at hand, or kept in the CAS. */
export function viewOf(context: TransferContext, part: FileRecipe | ListedFile): PartView {
  const { hash, size } = part;
  if ("chunks" in part) return { hash, size, ...endsOf(part), runs: () => storedRuns(part) };
  const { count, head, tail, list } = part;
  const runs = (signal: AbortSignal) =>
    checked(readRecipeList(downloadFile(context, list, { signal })), part);
  return { hash, size, count, head, tail, runs };
}

/** Whether the end of a part is certain to be the end of a chunk also when something follows. */
export function endsSettled({ tail }: PartView): boolean {
  return tail.size(0) === MAX_CHUNK_LENGTH;
}

/** The runs, which must be as many chunks and bytes as the part has. */
async function* checked(
  runs: AsyncIterable<StoredChunks>,
  { count, size }: ListedFile,
): AsyncGenerator<StoredChunks, void, void> {
  let [countLeft, sizeLeft] = [count, size];
  for await (const run of runs) {
    countLeft -= run.chunks.count;
    sizeLeft -= run.chunks.totalSize;
    if (countLeft < 0 || sizeLeft < 0) break;
    yield run;
  }
  if (countLeft !== 0 || sizeLeft !== 0) {
    throw new XetFormatError("The list of a file's chunks is not that of the file");
  }
}
