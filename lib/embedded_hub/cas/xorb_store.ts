/** The xorbs that the CAS holds: their bytes in files, their chunk tables in the database. */

import { type Database, migrate } from "../storage/database.ts";
import type { BlobFiles, BlobWriter } from "../storage/blob_files.ts";
import { XorbTable } from "./xorb_table.ts";

const MIGRATIONS = [
  `CREATE TABLE xorbs (
    hash TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    chunk_table BLOB NOT NULL
  )`,
];

/** Tables kept at hand; each has at most 320 KiB. */
const CACHED_TABLES = 64;

/** Stored xorbs, by printed hash. */
export interface XorbStore {
  /** The bytes of a stored body, or `undefined`. */
  size(hash: string): number | undefined;
  /** The chunk table of a stored xorb, or `undefined`. */
  table(hash: string): XorbTable | undefined;
  /** Begins to write a body. */
  begin(): Promise<BlobWriter>;
  /**
   * Ends `writer`: keeps what it wrote and returns true, or drops it and returns false when the
   * xorb is there already.
   */
  keep(hash: string, writer: BlobWriter, length: number, table: XorbTable): Promise<boolean>;
  /**
   * Replaces the table of a stored xorb: how its chunk hashes become known when uploads are not
   * verified.
   */
  replaceTable(hash: string, table: XorbTable): void;
  /** Forgets a xorb, as a store does that collects garbage; its bytes are left where they are. */
  forget(hash: string): void;
  /** Streams stored bytes, both ends inclusive. */
  read(hash: string, first: number, last: number): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Opens the xorbs of a database and its files. */
export function xorbStore(database: Database, files: BlobFiles): XorbStore {
  migrate(database, "cas_xorbs", MIGRATIONS);
  const sizeQuery = database.prepare("SELECT size FROM xorbs WHERE hash = ?");
  const tableQuery = database.prepare("SELECT chunk_table FROM xorbs WHERE hash = ?");
  const insert = database.prepare("INSERT INTO xorbs (hash, size, chunk_table) VALUES (?, ?, ?)");
  const update = database.prepare("UPDATE xorbs SET chunk_table = ? WHERE hash = ?");
  const remove = database.prepare("DELETE FROM xorbs WHERE hash = ?");
  const cached = new Map<string, XorbTable>();
  const ending = new Map<string, Promise<boolean>>();

  const size = (hash: string): number | undefined => {
    const value = sizeQuery.get(hash)?.["size"];
    return value === undefined ? undefined : Number(value);
  };
  const commit = async (
    hash: string,
    writer: BlobWriter,
    length: number,
    table: XorbTable,
  ): Promise<boolean> => {
    if (size(hash) !== undefined) {
      await writer.abort();
      return false;
    }
    // The row comes last: what it names is then durable, and a file without a row is just not there
    // yet.
    await writer.commit(hash);
    insert.run(hash, length, table.bytes);
    return true;
  };
  return {
    size,
    table(hash) {
      const known = cached.get(hash);
      if (known !== undefined) return known;
      const bytes = tableQuery.get(hash)?.["chunk_table"];
      if (!(bytes instanceof Uint8Array)) return undefined;
      const table = new XorbTable(bytes);
      remember(cached, hash, table);
      return table;
    },
    begin: () => files.begin(),
    async keep(hash, writer, length, table) {
      // One at a time for a hash: two bodies of one xorb may differ in their bytes, and the row
      // must fit the file.
      for (let other = ending.get(hash); other !== undefined; other = ending.get(hash)) {
        // Its failure is answered to its own request; here it only matters that it is over.
        await other.catch(() => false);
      }
      const work = commit(hash, writer, length, table);
      ending.set(hash, work);
      try {
        return await work;
      } finally {
        ending.delete(hash);
      }
    },
    replaceTable(hash, table) {
      update.run(table.bytes, hash);
      cached.delete(hash);
    },
    forget(hash) {
      remove.run(hash);
      cached.delete(hash);
    },
    read: (hash, first, last) => files.read(hash, first, last),
  };
}

function remember(cached: Map<string, XorbTable>, hash: string, table: XorbTable): void {
  if (cached.size >= CACHED_TABLES) {
    const [oldest] = cached.keys();
    if (oldest !== undefined) cached.delete(oldest);
  }
  cached.set(hash, table);
}
