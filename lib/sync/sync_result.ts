import type { CallOptions } from "../buckets/mod.ts";
import type { SyncOperation } from "./plan.ts";

/** How far a sync is. */
export interface SyncProgress {
  /** Paths that are done, deletes among them; those that failed count too. */
  readonly filesDone: number;
  /** Paths with which something is to be done. */
  readonly filesTotal: number;
  /** Bytes of files that were read or written so far. */
  readonly bytesDone: number;
  /** Bytes of all files to send. */
  readonly bytesTotal: number;
}

/** What a sync did. */
export interface SyncResult {
  /** Files that were uploaded. */
  readonly uploaded: number;
  /** Files that were downloaded. */
  readonly downloaded: number;
  /** Files that were copied from bucket to bucket. */
  readonly copied: number;
  /** Files that were deleted. */
  readonly deleted: number;
  /** Bytes of the files that were sent, whether or not the store had them already. */
  readonly bytes: number;
  /** Paths that failed, and those that the plan refused. */
  readonly failed: readonly { readonly path: string; readonly error: Error }[];
}

/** A path cannot be synced; the message says why. */
export class SyncPathError extends Error {
  /** Always `SyncPathError`. */
  override readonly name = "SyncPathError";
  /** The path, relative to source and destination. */
  readonly path: string;

  /**
   * Makes an error.
   *
   * @param path The path.
   * @param reason What is wrong with it.
   */
  constructor(path: string, reason: string) {
    super(`${JSON.stringify(path)}: ${reason}`);
    this.path = path;
  }
}

/** How a plan is applied. */
export interface ApplySyncOptions extends CallOptions {
  /** Told of what has been done so far, whenever that changes. */
  readonly onProgress?: ((progress: SyncProgress) => void) | undefined;
  /** Told of each path when it is done, or has failed. */
  readonly onDone?: ((operation: SyncOperation, error?: Error) => void) | undefined;
}
