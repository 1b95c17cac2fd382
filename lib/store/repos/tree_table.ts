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
const ROW_HASH_BYTES = 1 + HASH_BYTES;

/** Collects the files of a tree, in any order, in as little memory as the table will take. */
export class TreeTableBuilder {
  readonly #paths: string[] = [];
  readonly #sizes: number[] = [];
  #hashes = new Uint8Array(ROW_HASH_BYTES * 1024);
  #bytes = 0;

  /** How many there are. */
  get length(): number {
    return this.#paths.length;
  }

  /** About what the table takes of memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a file. */
  add({ path, size, hash, inXet }: TreeFile): void {
    const at = this.length * ROW_HASH_BYTES;
    if (at === this.#hashes.length) {
      const longer = new Uint8Array(2 * at);
      longer.set(this.#hashes);
      this.#hashes = longer;
    }
    this.#hashes[at] = inXet ? 2 : hash.length === 2 * GIT_BYTES ? 0 : 1;
    this.#hashes.set(Uint8Array.fromHex(hash), at + 1);
    this.#paths.push(path);
    this.#sizes.push(size);
    this.#bytes += 2 * path.length + ROW_BYTES;
  }

  /** The table of all, which nothing can be added to. */
  finish(): TreeTable {
    const order = Uint32Array.from(this.#paths, (_, index) => index);
    order.sort((a, b) => compareUtf8(this.#paths[a] ?? "", this.#paths[b] ?? ""));
    const hashes = new Uint8Array(order.length * ROW_HASH_BYTES);
    order.forEach((from, to) => {
      const row = this.#hashes.subarray(from * ROW_HASH_BYTES, (from + 1) * ROW_HASH_BYTES);
      hashes.set(row, to * ROW_HASH_BYTES);
    });
    return new TreeTable({
      paths: Array.from(order, (index) => this.#paths[index] ?? ""),
      sizes: Float64Array.from(order, (index) => this.#sizes[index] ?? 0),
      hashes,
      bytes: this.#bytes,
    });
  }
}

/** The columns of a table. */
interface Columns {
  readonly paths: readonly string[];
  readonly sizes: Float64Array;
  /** The kind of each hash, then the hash. */
  readonly hashes: Uint8Array;
  readonly bytes: number;
}

/** The files of a commit or of a directory in it, by path in UTF-8 byte order, in little memory. */
export class TreeTable {
  /** About what it takes of memory. */
  readonly bytes: number;
  readonly #paths: readonly string[];
  readonly #sizes: Float64Array;
  readonly #hashes: Uint8Array;

  /** @param columns In order; see {@linkcode TreeTableBuilder}. */
  constructor({ paths, sizes, hashes, bytes }: Columns) {
    this.#paths = paths;
    this.#sizes = sizes;
    this.#hashes = hashes;
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
    const at = index * ROW_HASH_BYTES;
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
