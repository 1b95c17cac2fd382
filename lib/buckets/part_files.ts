import { LRUCache } from "lru-cache";
import { fileSystem } from "./local_files.ts";

/** How much of a hash is in the name of an unfinished file. */
const HASH_DIGITS = 16;
/** Most file systems take names of 255 bytes. */
const MAX_NAME_BYTES = 255;
const PART_NAME = /^\..*\.[0-9a-f]{16}\.part$/s;
/** What was written to so lately may belong to a download that goes on elsewhere. */
const BUSY_MS = 60_000;
/** Directories of which it is known what is unfinished in them. */
const MAX_DIRECTORIES = 1_000;

/** Whether a name is one that an unfinished download has. */
export function isPartName(name: string): boolean {
  return PART_NAME.test(name);
}

/** Where a file is written until it is whole. */
export interface PartFile {
  /** `.name.hash.part` in the same directory, so that renaming it is one step. */
  readonly path: string;
  /** How the names of all parts of the same file begin; undefined where the name had to be cut. */
  readonly start: string | undefined;
}

/** The part of a local path that is to have content of this hash. */
export function partOf(local: string, hash: string): PartFile {
  const [directory, whole] = splitPath(local);
  const ending = `.${hash.slice(0, HASH_DIGITS)}.part`;
  const room = MAX_NAME_BYTES - ending.length - 1;
  let name = whole;
  while (new TextEncoder().encode(name).length > room) name = name.slice(0, -1);
  const start = `.${name}.`;
  return {
    path: `${directory}.${name}${ending}`,
    start: name === whole ? start : undefined,
  };
}

/** Knows what downloads have left unfinished, so that it goes when the file has other content. */
export class PartFiles {
  readonly #now: () => number;
  /** Names of parts by directory; each is read once, before the first part is removed from it. */
  readonly #found = new LRUCache<string, Promise<Set<string>>>({ max: MAX_DIRECTORIES });

  /** @param now Milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Removes the parts of other contents of the same file. One that cannot be removed does no harm. */
  async removeOthers(part: PartFile): Promise<void> {
    const [directory, own] = splitPath(part.path);
    const names = await (this.#found.get(directory) ?? this.#read(directory));
    names.delete(own);
    const { start } = part;
    if (start === undefined || names.size === 0) return;
    for (const name of names) {
      // Of the same length: what follows the file's name is a hash and the ending.
      if (!name.startsWith(start) || name.length !== own.length) continue;
      if (await this.#removeIdle(directory + name)) names.delete(name);
    }
  }

  /** A download has begun, and may be broken off. */
  noteBegun({ path }: PartFile): void {
    const [directory, name] = splitPath(path);
    this.#found.get(directory)?.then((names) => names.add(name));
  }

  #read(directory: string): Promise<Set<string>> {
    const found = fileSystem().readdir(directory || ".").then(
      (names) => new Set(names.filter(isPartName)),
      () => new Set<string>(),
    );
    this.#found.set(directory, found);
    return found;
  }

  async #removeIdle(path: string): Promise<boolean> {
    const { stat, unlink } = fileSystem();
    try {
      if (this.#now() - (await stat(path)).mtimeMs < BUSY_MS) return false;
      await unlink(path);
    } catch {
      // It has gone, or is not ours to remove.
    }
    return true;
  }
}

/** The directory with its separator, and the name. */
function splitPath(path: string): readonly [string, string] {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1;
  return [path.slice(0, at), path.slice(at)];
}
