/**
 * The files that the CAS knows how to put together, and the chunks that it answers deduplication
 * queries for.
 */

import { type Database, migrate, transaction } from "../storage/database.ts";
import { FileTerms } from "./file_terms.ts";

const MIGRATIONS = [
  `CREATE TABLE files (
    hash TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    terms BLOB NOT NULL,
    sha256 BLOB
  )`,
  `CREATE TABLE dedup_chunks (hash TEXT PRIMARY KEY, xorb TEXT NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE shards (hash TEXT PRIMARY KEY) WITHOUT ROWID`,
];

/** The printed hash of the empty file, which every CAS knows. */
export const EMPTY_FILE_HASH = "0".repeat(64);

/** A file that can be put together. */
export interface StoredFile {
  /** Bytes. */
  readonly size: number;
  readonly terms: FileTerms;
}

/** A file about to be registered. */
export interface NewFile extends StoredFile {
  /** Printed hash. */
  readonly hash: string;
  /** As the shard's metadata record has it. */
  readonly sha256: Uint8Array | undefined;
}

/** What a shard adds. */
export interface Registration {
  /** Printed hash of the shard's bytes. */
  readonly shard: string;
  readonly files: readonly NewFile[];
  /** Chunks to answer deduplication queries for, with the xorb that holds them; all printed. */
  readonly dedupChunks: readonly { readonly hash: string; readonly xorb: string }[];
}

/** Registered files, by printed hash. */
export interface FileStore {
  /** A file, or `undefined`. The empty file is always known. */
  file(hash: string): StoredFile | undefined;
  /** The size of a file in bytes, or `undefined`. */
  size(hash: string): number | undefined;
  /** The printed hash of the xorb that holds this chunk, when the chunk is one to answer for. */
  xorbOfChunk(hash: string): string | undefined;
  /**
   * Registers all of it or nothing, durably, and `alongside` in the same transaction. False when
   * this very shard was registered before. What is there already stays as it is.
   */
  register(registration: Registration, alongside: () => void): boolean;
}

/** Opens the files of a database. */
export function fileStore(database: Database): FileStore {
  migrate(database, "cas_files", MIGRATIONS);
  const fileQuery = database.prepare("SELECT size, terms FROM files WHERE hash = ?");
  const sizeQuery = database.prepare("SELECT size FROM files WHERE hash = ?");
  const chunkQuery = database.prepare("SELECT xorb FROM dedup_chunks WHERE hash = ?");
  const addShard = database.prepare("INSERT OR IGNORE INTO shards (hash) VALUES (?)");
  const addFile = database.prepare(
    "INSERT OR IGNORE INTO files (hash, size, terms, sha256) VALUES (?, ?, ?, ?)",
  );
  const addChunk = database.prepare(
    "INSERT OR IGNORE INTO dedup_chunks (hash, xorb) VALUES (?, ?)",
  );
  return {
    file(hash) {
      if (hash === EMPTY_FILE_HASH) return { size: 0, terms: new FileTerms(new Uint8Array(0)) };
      const row = fileQuery.get(hash);
      const packed = row?.["terms"];
      if (!(packed instanceof Uint8Array)) return undefined;
      return { size: Number(row?.["size"]), terms: new FileTerms(packed) };
    },
    size(hash) {
      if (hash === EMPTY_FILE_HASH) return 0;
      const size = sizeQuery.get(hash)?.["size"];
      return size === undefined ? undefined : Number(size);
    },
    xorbOfChunk(hash) {
      const xorb = chunkQuery.get(hash)?.["xorb"];
      return typeof xorb === "string" ? xorb : undefined;
    },
    register({ shard, files, dedupChunks }, alongside) {
      return transaction(database, () => {
        alongside();
        for (const { hash, size, terms, sha256 } of files) {
          addFile.run(hash, size, terms.packed, sha256 ?? null);
        }
        for (const { hash, xorb } of dedupChunks) addChunk.run(hash, xorb);
        return Number(addShard.run(shard).changes) > 0;
      });
    },
  };
}
