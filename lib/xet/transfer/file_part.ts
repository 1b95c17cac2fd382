import type { CasClient } from "../cas/cas_client.ts";
import type { FileRange } from "../cas/cas_options.ts";
import type { ChunkList } from "../hash/mod.ts";
import type { FileRecipe } from "./context.ts";

/** Names a file that the CAS knows. */
export interface FileName {
  /** The file hash in printed form; zeros for no bytes. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

/** A file whose recipe is so long that it is kept in the CAS, as a file of its own. */
export interface ListedFile extends FileName {
  /** Names what `storeRecipe` has stored. */
  readonly list: FileName;
  /** How many chunks it has. */
  readonly count: number;
  /** Its first chunks, at most two. */
  readonly head: ChunkList;
  /** Its last chunk. */
  readonly tail: ChunkList;
}

/** A range of a file, of which nothing is known but that the CAS has it. */
export interface FileSlice extends FileName {
  /** Inclusive, within the file. */
  readonly range: FileRange;
  /** Where it is read. Default: where the file goes that it becomes a part of. */
  readonly cas?: CasClient;
}

/** What a file can be composed of. */
export type FilePart = FileRecipe | ListedFile | FileSlice;

/** A part that is made when its turn comes: many recipes at once are large. */
export interface LazyPart {
  /** Bytes of the part. */
  readonly length: number;
  /** Makes it. */
  read(): FileRecipe | ListedFile;
}

/** Bytes of a part. */
export function lengthOf(part: FilePart | LazyPart): number {
  if ("read" in part) return part.length;
  return "range" in part ? part.range.last - part.range.first + 1 : part.size;
}

/** The parts without empty ones; slices that follow one another in a file are made one. */
export function joinParts(parts: readonly (FilePart | LazyPart)[]): (FilePart | LazyPart)[] {
  const joined: (FilePart | LazyPart)[] = [];
  for (const part of parts) {
    if (lengthOf(part) === 0) continue;
    const last = joined.at(-1);
    const slice = last === undefined ? undefined : joinSlices(last, part);
    if (slice === undefined) joined.push(part);
    else joined[joined.length - 1] = slice;
  }
  return joined;
}

function joinSlices(a: FilePart | LazyPart, b: FilePart | LazyPart): FileSlice | undefined {
  if (!("range" in a && "range" in b)) return undefined;
  if (a.hash !== b.hash || a.range.last + 1 !== b.range.first) return undefined;
  return { ...a, range: { first: a.range.first, last: b.range.last } };
}

/** The name of the file that a part is the whole of. */
export function wholeFile(part: FilePart): FileName | undefined {
  const { hash, size } = part;
  return lengthOf(part) === size ? { hash, size } : undefined;
}
