/**
 * Opens all that an embedded hub keeps: its database, its xorbs and its shards, in a directory or in
 * memory.
 */

import { type Database, openDatabase } from "./database.ts";
import { lockDirectory } from "./directory_lock.ts";
import { directoryBlobFiles, removeLeftovers } from "./directory_blob_files.ts";
import { memoryBlobFiles } from "./memory_blob_files.ts";
import type { BlobFiles } from "./blob_files.ts";

/** What an embedded hub keeps its state in. */
export interface Storage {
  /** The one database, shared by both halves. */
  readonly database: Database;
  /** The bytes of the xorbs. */
  readonly xorbFiles: BlobFiles;
  /** The shards as they were sent. */
  readonly shardFiles: BlobFiles;
  /** Closes the database and gives the directory free. */
  close(): void;
}

/**
 * Opens the storage in `directory` (made when missing; `hub.sqlite`, `xorbs/`, `shards/`, `tmp/`,
 * `lock`), or in memory when it is `undefined`. Throws a `DirectoryInUseError` when another embedded hub uses
 * the directory.
 */
export function openStorage(directory: string | undefined): Storage {
  if (directory === undefined) {
    const database = openDatabase(":memory:");
    return {
      database,
      xorbFiles: memoryBlobFiles(),
      shardFiles: memoryBlobFiles(),
      close: () => database.close(),
    };
  }
  Deno.mkdirSync(directory, { recursive: true });
  const lock = lockDirectory(directory);
  try {
    removeLeftovers(directory);
    const xorbFiles = directoryBlobFiles(directory, "xorbs");
    const shardFiles = directoryBlobFiles(directory, "shards");
    const database = openDatabase(`${directory}/hub.sqlite`);
    return {
      database,
      xorbFiles,
      shardFiles,
      close() {
        database.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}
