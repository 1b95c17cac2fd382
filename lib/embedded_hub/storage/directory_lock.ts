/** Keeps two processes from using one data directory. */

/** Holds the lock of a data directory until it is closed. */
export interface DirectoryLock {
  /** Gives the directory free. */
  close(): void;
}

/** The data directory is in use by another process (or by another embedded hub of this one). */
export class DirectoryInUseError extends Error {
  override readonly name = "DirectoryInUseError";
}

/**
 * Locks `<directory>/lock`, or throws a `DirectoryInUseError` at once when somebody else holds it.
 *
 * The operating system frees the lock when the process ends in whatever way, so a crash leaves no
 * stale lock.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const file = Deno.openSync(`${directory}/lock`, { create: true, read: true, write: true });
  let held: boolean;
  try {
    held = file.tryLockSync(true);
  } catch (error) {
    file.close();
    throw error;
  }
  if (!held) {
    file.close();
    throw new DirectoryInUseError(
      `The data directory ${directory} is in use by another embedded hub: stop that one, or give this one a directory of its own`,
    );
  }
  return { close: () => file.close() };
}
