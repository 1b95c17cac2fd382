/**
 * Opens all that an embedded hub keeps: its database, its xorbs, its shards and what its repos hold outside Xet, in a directory or in
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
  /** The bytes of repos' files that are not in Xet, by their SHA-256. */
  readonly keptFiles: BlobFiles;
  /** Closes the database and gives the directory free. */
  close(): void;
}

/**
 * Opens the storage in `directory` (made when missing; `hub.sqlite`, `xorbs/`, `shards/`, `files/`, `tmp/`,
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
      keptFiles: memoryBlobFiles(),
      close: () => database.close(),
    };
  }
  Deno.mkdirSync(directory, { recursive: true });
  const lock = lockDirectory(directory);
  try {
    removeLeftovers(directory);
    const xorbFiles = directoryBlobFiles(directory, "xorbs");
    const shardFiles = directoryBlobFiles(directory, "shards");
    const keptFiles = directoryBlobFiles(directory, "files");
    const database = openDatabase(`${directory}/hub.sqlite`);
    return {
      database,
      xorbFiles,
      shardFiles,
      keptFiles,
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
