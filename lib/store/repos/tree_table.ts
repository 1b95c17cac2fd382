import { compareUtf8 } from "../../flow/utf8_order.ts";

/** A file of a commit. */
export interface TreeFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Its Xet hash, or else its SHA-256 (64 hex digits both), or else the name that Git gives it (40). */
  readonly hash: string;
  readonly inXet: boolean;
}

/** What a row takes besides its path: hash, size, and the string's own header. */
const ROW_BYTES = 33 + 8 + 24;
const HASH_BYTES = 32;
const GIT_BYTES = 20;

/** Collects the files of a tree, in any order. */
export class TreeTableBuilder {
  readonly #files: TreeFile[] = [];

  /** How many there are. */
  get length(): number {
    return this.#files.length;
  }

  /** Adds a file. */
  add(file: TreeFile): void {
    this.#files.push(file);
  }

  /** The table of all, which nothing can be added to. */
  finish(): TreeTable {
    return new TreeTable(this.#files.sort((a, b) => compareUtf8(a.path, b.path)));
  }
}

/** The files of a commit or of a directory in it, by path in UTF-8 byte order, in little memory. */
export class TreeTable {
  /** About what it takes of memory. */
  readonly bytes: number;
  readonly #paths: readonly string[];
  readonly #sizes: Float64Array;
  /** The kind of each hash, then the hash. */
  readonly #hashes: Uint8Array;

  /** @param files In order. */
  constructor(files: readonly TreeFile[]) {
    this.#paths = files.map(({ path }) => path);
    this.#sizes = Float64Array.from(files, ({ size }) => size);
    this.#hashes = new Uint8Array(files.length * (1 + HASH_BYTES));
    let bytes = 0;
    files.forEach(({ path, hash, inXet }, index) => {
      const at = index * (1 + HASH_BYTES);
      this.#hashes[at] = inXet ? 2 : hash.length === 2 * GIT_BYTES ? 0 : 1;
      this.#hashes.set(Uint8Array.fromHex(hash), at + 1);
      bytes += 2 * path.length + ROW_BYTES;
    });
    this.bytes = bytes;
  }

  /** How many files there are. */
  get length(): number {
    return this.#paths.length;
  }

  /** The path of a row. */
  path(index: number): string {
    return this.#paths[index] ?? "";
  }

  /** A row. */
  file(index: number): TreeFile {
    const at = index * (1 + HASH_BYTES);
    const kind = this.#hashes[at];
    const end = at + 1 + (kind === 0 ? GIT_BYTES : HASH_BYTES);
    return {
      path: this.path(index),
      size: this.#sizes[index] ?? 0,
      hash: this.#hashes.subarray(at + 1, end).toHex(),
      inXet: kind === 2,
    };
  }

  /** The first row whose path is not before a text, in byte order. */
  lowerBound(text: string): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(this.path(middle), text) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The entries of one directory: files, and the names of directories with a slash at their end, in the order of keys. */
export class DirectoryTable {
  /** About what it takes of memory. */
  readonly bytes: number;
  /** In UTF-8 byte order of their names; `undefined` stands for a directory. */
  readonly entries: readonly { readonly name: string; readonly file: TreeFile | undefined }[];

  /**
   * @param files The files right in the directory.
   * @param directories The directories in it, by their paths.
   */
  constructor(files: readonly TreeFile[], directories: readonly string[]) {
    const entries = [
      ...files.map((file) => ({ name: file.path, file })),
      ...directories.map((path) => ({ name: `${path}/`, file: undefined })),
    ];
    this.entries = entries.sort((a, b) => compareUtf8(a.name, b.name));
    this.bytes = entries.reduce((sum, { name }) => sum + 2 * name.length + 250, 0);
  }
}
