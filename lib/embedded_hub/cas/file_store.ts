/**
 * The files that the CAS knows how to put together, and the chunks that it answers deduplication
 * queries for.
 */

import { type Database, migrate, transaction } from "../storage/database.ts";
import { equalHashes, parseHash } from "../../xet/hash/hash.ts";
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
  `CREATE TABLE shard_xorbs (
    number INTEGER PRIMARY KEY,
    shard TEXT NOT NULL,
    xorb TEXT NOT NULL,
    UNIQUE (xorb, shard)
  )`,
  `CREATE INDEX shard_xorbs_by_shard ON shard_xorbs (shard, number)`,
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
  /** The xorbs that it describes, printed. */
  readonly xorbs: readonly string[];
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
  /** The xorbs that were described together with this one, itself first, the others in their order. */
  xorbsBeside(xorb: string): string[];
  /**
   * Registers all of it or nothing, durably, and `alongside` in the same transaction. False when
   * this very shard was registered before. What is there already stays as it is.
   */
  register(registration: Registration, alongside: () => void): boolean;
  /** Forgets the files that are made of chunks of a xorb, and its chunks. */
  forgetXorb(hash: string): void;
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
  const besideQuery = database.prepare(
    `SELECT xorb FROM shard_xorbs WHERE shard = (
      SELECT shard FROM shard_xorbs WHERE xorb = ? ORDER BY number LIMIT 1
    ) ORDER BY number`,
  );
  const addXorb = database.prepare("INSERT OR IGNORE INTO shard_xorbs (shard, xorb) VALUES (?, ?)");
  const removeXorb = database.prepare("DELETE FROM shard_xorbs WHERE xorb = ?");
  const allFiles = database.prepare("SELECT hash, terms FROM files");
  const removeFile = database.prepare("DELETE FROM files WHERE hash = ?");
  const removeChunks = database.prepare("DELETE FROM dedup_chunks WHERE xorb = ?");
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
    xorbsBeside(xorb) {
      const beside = besideQuery.all(xorb).map((row) => String(row["xorb"]));
      return [xorb, ...beside.filter((other) => other !== xorb)];
    },
    register({ shard, files, xorbs, dedupChunks }, alongside) {
      return transaction(database, () => {
        alongside();
        for (const { hash, size, terms, sha256 } of files) {
          addFile.run(hash, size, terms.packed, sha256 ?? null);
        }
        for (const xorb of xorbs) addXorb.run(shard, xorb);
        for (const { hash, xorb } of dedupChunks) addChunk.run(hash, xorb);
        return Number(addShard.run(shard).changes) > 0;
      });
    },
    forgetXorb(hash) {
      const xorb = parseHash(hash);
      transaction(database, () => {
        removeChunks.run(hash);
        removeXorb.run(hash);
        for (const { hash, terms } of allFiles.all()) {
          const isMadeOfIt = terms instanceof Uint8Array && refersTo(new FileTerms(terms), xorb);
          if (isMadeOfIt) removeFile.run(String(hash));
        }
      });
    },
  };
}

function refersTo(terms: FileTerms, xorb: Uint8Array): boolean {
  for (let index = 0; index < terms.count; index++) {
    if (equalHashes(terms.term(index).xorb, xorb)) return true;
  }
  return false;
}
