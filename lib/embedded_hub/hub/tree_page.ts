/** One page of a bucket's tree: which files and directories a prefix, a depth and a starting point select. */

import type { FileTable, HubFile, ScanStart } from "./file_table.ts";

/** An entry of the tree. A directory exists only through the files under it. */
export type TreeEntry =
  | { readonly kind: "file"; readonly file: HubFile }
  | {
    readonly kind: "directory";
    /** Without a final slash. */
    readonly path: string;
    /** That of the first file under it. */
    readonly uploadedAt: number;
  };

/** What a page is asked for. */
export interface TreeQuery {
  /** The bucket's row key. */
  readonly bucket: number;
  /** Matched as plain text: `logs` selects `logs.json` too. */
  readonly prefix: string;
  /** All depths and files only; else one level of files and directories. */
  readonly recursive: boolean;
  /** Where the page begins; the first page begins at the prefix. */
  readonly start: ScanStart | undefined;
  /** At most so many entries. */
  readonly limit: number;
}

/** A page, and where the next one begins if there is one. */
export interface TreePage {
  /** In byte order. */
  readonly entries: readonly TreeEntry[];
  /** Where the next page begins; `undefined` on the last one. */
  readonly next: ScanStart | undefined;
}

/** How many rows are read at once while the files of a directory are skipped. */
const SCAN_ROWS = 256;

/**
 * Reads a page in byte order of paths; a directory stands where its first file would.
 *
 * With one level and a prefix without a final slash, the files right under the directory of that name are meant (`dir/x`,
 * directory `dir/sub`), together with what merely begins so (`dir.json`, directory `dir_backup`).
 */
export function readTreePage(files: FileTable, query: TreeQuery): TreePage {
  const entries: TreeEntry[] = [];
  let position: ScanStart = query.start ?? { kind: "from", path: query.prefix };
  while (true) {
    const wanted = query.recursive ? query.limit + 1 - entries.length : SCAN_ROWS;
    const rows = files.scan(query.bucket, position, wanted);
    for (const file of rows) {
      if (!file.path.startsWith(query.prefix)) return { entries, next: undefined };
      if (position.kind === "from" && utf8Less(file.path, position.path)) continue;
      if (entries.length === query.limit) return { entries, next: position };
      const directory = query.recursive ? undefined : directoryOf(file.path, query.prefix);
      if (directory === undefined) {
        entries.push({ kind: "file", file });
        position = { kind: "after", path: file.path };
      } else {
        entries.push({ kind: "directory", path: directory, uploadedAt: file.uploadedAt });
        position = behindDirectory(directory);
      }
    }
    if (rows.length < wanted) return { entries, next: undefined };
  }
}

/** The directory that a one-level listing shows instead of this path, if any. */
function directoryOf(path: string, prefix: string): string | undefined {
  const inside = prefix !== "" && path[prefix.length] === "/" ? prefix.length + 1 : prefix.length;
  const slash = path.indexOf("/", inside);
  return slash === -1 ? undefined : path.slice(0, slash);
}

/** The first position after all files of a directory: `0` is the character that follows the slash. */
function behindDirectory(directory: string): ScanStart {
  return { kind: "from", path: `${directory}0` };
}

const encoder = new TextEncoder();

/** Whether `a` comes before `b` in the order of their UTF-8 bytes, which is not that of UTF-16 units. */
function utf8Less(a: string, b: string): boolean {
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return left.length < right.length;
}
