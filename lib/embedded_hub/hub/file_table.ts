/** The files of all buckets, in the hub's database. */

import type { Database } from "../storage/database.ts";
import { integer, optionalInteger, optionalText, type Row, text } from "./row.ts";

/** A file of a bucket. Times are milliseconds since 1970. */
export interface HubFile {
  /** Its path in the bucket. */
  readonly path: string;
  /** The printed Xet hash of its content; 64 zeros for the empty file. */
  readonly xetHash: string;
  /** Its size in bytes. */
  readonly size: number;
  /** When it was added. */
  readonly uploadedAt: number;
  /** The time of change that the uploader gave. */
  readonly mtime: number | undefined;
  /** The media type that the uploader gave. */
  readonly contentType: string | undefined;
}

/** Where a scan begins: at a path (`from`, inclusive) or behind it (`after`). */
export type ScanStart =
  | { readonly kind: "from"; readonly path: string }
  | { readonly kind: "after"; readonly path: string };

/** The table of files. `bucket` is always the bucket's row key. */
export interface FileTable {
  /** The file of this path, if there is one. */
  find(bucket: number, path: string): HubFile | undefined;
  /** Up to `limit` files in byte order of their paths. */
  scan(bucket: number, start: ScanStart, limit: number): readonly HubFile[];
  /** Whether a bucket holds content of this hash, and how large it is. */
  findContent(bucket: number, xetHash: string): { readonly size: number } | undefined;
  /** Adds a file, or replaces the one of its path. */
  put(bucket: number, file: HubFile): void;
  /** Removes a file, if it is there. */
  delete(bucket: number, path: string): void;
}

/** Opens the table; the schema must be there. */
export function openFileTable(database: Database): FileTable {
  const find = database.prepare("SELECT * FROM hub_files WHERE bucket = ? AND path = ?");
  const from = database.prepare(
    "SELECT * FROM hub_files WHERE bucket = ? AND path >= ? ORDER BY path LIMIT ?",
  );
  const after = database.prepare(
    "SELECT * FROM hub_files WHERE bucket = ? AND path > ? ORDER BY path LIMIT ?",
  );
  const content = database.prepare(
    "SELECT size FROM hub_files WHERE bucket = ? AND xet_hash = ? LIMIT 1",
  );
  const put = database.prepare(
    `INSERT OR REPLACE INTO hub_files (bucket, path, xet_hash, size, uploaded_at, mtime, content_type)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare("DELETE FROM hub_files WHERE bucket = ? AND path = ?");
  return {
    find(bucket, path) {
      const row = find.get(bucket, path);
      return row === undefined ? undefined : fileOf(row);
    },
    scan(bucket, start, limit) {
      const statement = start.kind === "from" ? from : after;
      return statement.all(bucket, start.path, limit).map(fileOf);
    },
    findContent(bucket, xetHash) {
      const row = content.get(bucket, xetHash);
      return row === undefined ? undefined : { size: integer(row, "size") };
    },
    put(bucket, file) {
      const { path, xetHash, size, uploadedAt } = file;
      put.run(
        bucket,
        path,
        xetHash,
        size,
        uploadedAt,
        file.mtime ?? null,
        file.contentType ?? null,
      );
    },
    delete: (bucket, path) => void remove.run(bucket, path),
  };
}

function fileOf(row: Row): HubFile {
  return {
    path: text(row, "path"),
    xetHash: text(row, "xet_hash"),
    size: integer(row, "size"),
    uploadedAt: integer(row, "uploaded_at"),
    mtime: optionalInteger(row, "mtime"),
    contentType: optionalText(row, "content_type"),
  };
}
