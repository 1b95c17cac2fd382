import type { FairTurn } from "../../flow/fair_turn.ts";
import { XetFormatError } from "../error.ts";
import type { Block } from "./block.ts";
import {
  blockFileHead,
  blockFileName,
  blockFileSize,
  type BlockName,
  parseBlockFileName,
  readBlockFile,
} from "./block_file.ts";

/** Where and how much a {@linkcode DiskCache} keeps. */
export interface DiskCacheOptions {
  /** Made when missing; nobody else's files are in it. */
  readonly directory: string;
  /** Most bytes of all files. */
  readonly maxBytes: number;
  readonly turn: FairTurn;
  /** Told of failures of the disk; the cache goes on without what it could not keep or read. */
  readonly onError?: ((error: Error) => void) | undefined;
}

interface Entry extends BlockName {
  readonly size: number;
  /** Who alone may see the block, because its hashes are not certain. */
  scope: object | undefined;
  /** Whether the file is there under its name, as soon as that is known. */
  written: Promise<boolean>;
}

/** Bytes that wait to be written; a disk that does not keep up is given less. */
const MAX_PENDING = 16 << 20;
/** Ends the names of files that do not count yet. */
const UNCERTAIN = ".uncertain";
/** Files that have no name yet after so long were left by a process that has ended. */
const LEFT_MS = 60 * 60 * 1000;

/**
 * Decoded chunks in files, one for each block, so that they outlive memory and the process. The one
 * that was longest not read is removed first. Several processes may share a directory: a file that
 * has gone is not there.
 */
export class DiskCache {
  readonly #options: DiskCacheOptions;
  /** The one longest not read comes first. */
  readonly #entries = new Set<Entry>();
  readonly #xorbs = new Map<string, Entry[]>();
  readonly #work = new Set<Promise<boolean>>();
  #bytes = 0;
  #pending = 0;

  /** Begins to look at what the directory holds; until that is known, it counts as empty. */
  constructor(options: DiskCacheOptions) {
    this.#options = options;
    this.#do(() => this.#scan());
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether there is a block that holds a chunk. */
  has(xorb: string, chunk: number): boolean {
    return this.#find(xorb, chunk) !== undefined;
  }

  /** A block that holds a chunk, for its first user; undefined if it has gone or is damaged. */
  async read(xorb: string, chunk: number): Promise<Block | undefined> {
    const entry = this.#find(xorb, chunk);
    if (entry === undefined) return undefined;
    this.#entries.delete(entry);
    this.#entries.add(entry);
    try {
      if (!await entry.written) return undefined;
      const bytes = await Deno.readFile(this.#pathOf(entry));
      return await readBlockFile(entry, bytes, this.#options.turn);
    } catch (error) {
      this.#remove(entry);
      const usual = error instanceof Deno.errors.NotFound || error instanceof XetFormatError;
      if (!usual) this.#tell(error);
      return undefined;
    }
  }

  /**
   * Keeps a block, if the disk keeps up.
   *
   * @param block The hashes of its chunks are certain, unless there is a scope.
   * @param scope It does not count before it is settled.
   */
  put(block: Block, scope?: object): void {
    const head = blockFileHead(block);
    const size = blockFileSize(block);
    const { maxBytes } = this.#options;
    if (head === undefined || size > maxBytes || this.#pending + size > MAX_PENDING) return;
    const { xorb, first, end } = block;
    const covered = this.#xorbs.get(xorb)?.some((one) => one.first <= first && end <= one.end);
    if (covered) return;
    this.#evict(maxBytes - size);
    const entry: Entry = { xorb, first, end, size, scope, written: Promise.resolve(false) };
    this.#add(entry);
    this.#pending += size;
    entry.written = this.#do(() => this.#write(entry, head, block.hold()));
  }

  /** Forgets the uncertain blocks of a scope, or, if they proved right, lets everybody see them. */
  settle(xorb: string, scope: object, certain: boolean): void {
    for (const entry of this.#xorbs.get(xorb)?.filter((one) => one.scope === scope) ?? []) {
      if (!certain) {
        this.#remove(entry);
        continue;
      }
      const path = this.#pathOf(entry);
      entry.scope = undefined;
      const { written } = entry;
      entry.written = this.#do(async () => {
        if (await written) await Deno.rename(path, this.#pathOf(entry));
      });
    }
  }

  /** Waits until everything has been written. */
  async close(): Promise<void> {
    while (this.#work.size > 0) await Promise.race(this.#work);
  }

  #find(xorb: string, chunk: number): Entry | undefined {
    return this.#xorbs.get(xorb)?.find(({ first, end, scope }) =>
      scope === undefined && first <= chunk && chunk < end
    );
  }

  #add(entry: Entry): void {
    const list = this.#xorbs.get(entry.xorb) ?? [];
    list.push(entry);
    this.#xorbs.set(entry.xorb, list);
    this.#entries.add(entry);
    this.#bytes += entry.size;
  }

  #evict(toBytes: number): void {
    for (const oldest of this.#entries) {
      if (this.#bytes <= toBytes) return;
      this.#remove(oldest);
    }
  }

  #remove(entry: Entry): void {
    if (!this.#entries.delete(entry)) return;
    this.#bytes -= entry.size;
    const rest = this.#xorbs.get(entry.xorb)?.filter((one) => one !== entry) ?? [];
    if (rest.length > 0) this.#xorbs.set(entry.xorb, rest);
    else this.#xorbs.delete(entry.xorb);
    this.#do(async () => {
      if (await entry.written) await removeFile(this.#pathOf(entry));
    });
  }

  async #write(entry: Entry, head: Uint8Array, block: Block): Promise<void> {
    const path = this.#pathOf(entry);
    const temporary = `${this.#options.directory}/tmp-${crypto.randomUUID()}`;
    try {
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      const file = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
      try {
        for (const bytes of [head, block.data]) {
          for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
        }
      } finally {
        file.close();
      }
      await Deno.rename(temporary, path);
    } catch (error) {
      this.#remove(entry);
      await removeFile(temporary);
      throw error;
    } finally {
      this.#pending -= entry.size;
      block.letGo();
    }
  }

  async #scan(): Promise<void> {
    const { directory, maxBytes } = this.#options;
    await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
    const found: { readonly name: BlockName; readonly size: number; readonly age: number }[] = [];
    for await (const path of filesIn(directory)) {
      const { size, mtime } = await Deno.stat(path);
      const age = Date.now() - (mtime?.getTime() ?? 0);
      const name = parseBlockFileName(path.slice(path.lastIndexOf("/") + 1));
      if (name !== undefined) found.push({ name, size, age });
      else if (age > LEFT_MS) await removeFile(path);
    }
    for (const { name, size } of found.sort((a, b) => b.age - a.age)) {
      const known = this.#xorbs.get(name.xorb)?.some((one) => one.first === name.first);
      const written = Promise.resolve(true);
      if (!known) this.#add({ ...name, size, scope: undefined, written });
    }
    this.#evict(maxBytes);
  }

  /** Does what hardly anybody waits for, and tells whether it succeeded. */
  #do(work: () => Promise<void>): Promise<boolean> {
    const done = work().then(() => true, (error) => {
      this.#tell(error);
      return false;
    });
    this.#work.add(done);
    done.finally(() => this.#work.delete(done));
    return done;
  }

  #tell(error: unknown): void {
    this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
  }

  #pathOf(entry: Entry): string {
    const path = `${this.#options.directory}/${entry.xorb.slice(0, 2)}/${blockFileName(entry)}`;
    return entry.scope === undefined ? path : path + UNCERTAIN;
  }
}

async function removeFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function* filesIn(directory: string): AsyncGenerator<string, void, void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* filesIn(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}
