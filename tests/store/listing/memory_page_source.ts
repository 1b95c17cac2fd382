import { compareUtf8 } from "../../../lib/flow/utf8_order.ts";
import {
  type PageRequest,
  type PageSource,
  RefusedCursor,
  type TreeLine,
  type TreePage,
} from "../../../lib/store/listing/page_source.ts";
import type { StoredFile } from "../../../lib/store/stored_file.ts";

/** Where a Hub may put directories among files, and what it must not do but might. */
export type LineOrder = "plain" | "slash" | "directories first" | "reverse";

/** A bucket's tree in memory, as the Hub shows it: small pages, cursors by key, calls counted. */
export class MemoryPageSource implements PageSource {
  readonly paths = new Set<string>();
  readonly calls = { pages: 0, files: 0 };
  order: LineOrder = "plain";
  pageSize = 3;
  /** Cursors that begin otherwise are refused. */
  epoch = "e0";

  constructor(paths: Iterable<string> = []) {
    for (const path of paths) this.paths.add(path);
  }

  page({ prefix, recursive, cursor, limit }: PageRequest): Promise<TreePage> {
    this.calls.pages++;
    if (cursor !== undefined && !cursor.startsWith(`${this.epoch}:`)) {
      return Promise.reject(new RefusedCursor("an old cursor"));
    }
    const lines = this.#lines(prefix, recursive);
    const after = cursor?.slice(this.epoch.length + 1);
    const start = after === undefined
      ? 0
      : lines.findIndex((line) => this.#compare(this.#sortKey(line), after) > 0);
    if (start < 0) return Promise.resolve({ lines: [] });
    const size = limit ?? this.pageSize;
    const page = lines.slice(start, start + size);
    const last = page.at(-1);
    const more = start + size < lines.length && last !== undefined;
    return Promise.resolve({
      lines: page,
      ...(more && { next: `${this.epoch}:${this.#sortKey(last)}` }),
    });
  }

  files(paths: readonly string[]): Promise<ReadonlyMap<string, StoredFile>> {
    this.calls.files++;
    const there = paths.filter((path) => this.paths.has(path));
    return Promise.resolve(new Map(there.map((path) => [path, fileOf(path)])));
  }

  #lines(prefix: string, recursive: boolean): TreeLine[] {
    const lines = new Map<string, TreeLine>();
    for (const path of this.paths) {
      if (!path.startsWith(prefix)) continue;
      const slash = path.indexOf("/", prefix.length);
      if (recursive || slash < 0) {
        lines.set(path, { kind: "file", file: fileOf(path) });
      } else {
        lines.set(path.slice(0, slash) + "/", { kind: "directory", path: path.slice(0, slash) });
      }
    }
    return [...lines.values()].sort((a, b) => this.#compare(this.#sortKey(a), this.#sortKey(b)));
  }

  #sortKey(line: TreeLine): string {
    if (line.kind === "file") {
      return `${this.order === "directories first" ? "1" : ""}${line.file.path}`;
    }
    // NUL keeps a file and a directory of one name apart.
    if (this.order === "plain") return `${line.path}\0`;
    return `${this.order === "directories first" ? "0" : ""}${line.path}/`;
  }

  #compare(a: string, b: string): number {
    return this.order === "reverse" ? compareUtf8(b, a) : compareUtf8(a, b);
  }
}

/** A file whose size and hash are functions of its path. */
export function fileOf(path: string): StoredFile {
  return {
    path,
    size: path.length,
    xetHash: path.length.toString(16).padStart(64, "a"),
    uploadedAt: new Date(1_700_000_000_000 + path.length),
  };
}
