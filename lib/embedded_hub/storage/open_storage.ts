/**
 * Opens all that an embedded hub keeps: its database and its xorb files, in a directory or in
 * memory.
 */

import { type Database, openDatabase } from "./database.ts";
import { lockDirectory } from "./directory_lock.ts";
import { directoryXorbFiles } from "./directory_xorb_files.ts";
import { memoryXorbFiles } from "./memory_xorb_files.ts";
import type { XorbFiles } from "./xorb_files.ts";

/** What an embedded hub keeps its state in. */
export interface Storage {
  /** The one database, shared by both halves. */
  readonly database: Database;
  /** The bytes of the xorbs. */
  readonly xorbFiles: XorbFiles;
  /** Closes the database and gives the directory free. */
  close(): void;
}

/**
 * Opens the storage in `directory` (made when missing; `hub.sqlite`, `xorbs/`, `tmp/`, `lock`), or
 * in memory when it is `undefined`. Throws a `DirectoryInUseError` when another embedded hub uses
 * the directory.
 */
export function openStorage(directory: string | undefined): Storage {
  if (directory === undefined) {
    const database = openDatabase(":memory:");
    return { database, xorbFiles: memoryXorbFiles(), close: () => database.close() };
  }
  Deno.mkdirSync(directory, { recursive: true });
  const lock = lockDirectory(directory);
  try {
    const xorbFiles = directoryXorbFiles(directory);
    const database = openDatabase(`${directory}/hub.sqlite`);
    return {
      database,
      xorbFiles,
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
