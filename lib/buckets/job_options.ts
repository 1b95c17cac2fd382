import type { CallOptions } from "../hub/buckets.ts";
import type { OnProgress } from "./progress.ts";

/** Options of every job that moves content. */
export interface JobOptions extends CallOptions {
  /** Told how far the job is. */
  readonly onProgress?: OnProgress | undefined;
}

/** How a file is described that is put into a bucket. */
export interface FileDescription {
  /** Its media type. Default: that of a Blob, else `application/octet-stream`. */
  readonly contentType?: string | undefined;
  /**
   * When it was last modified, as a date or in milliseconds since 1970. Default: when a local file was,
   * else now.
   */
  readonly mtime?: Date | number | undefined;
}

/** A file that a job has put into a bucket. */
export interface UploadedFile {
  /** Where it is. */
  readonly path: string;
  /** The content's Xet hash, 64 hex digits. */
  readonly hash: string;
  /** Bytes. */
  readonly size: number;
}

/** A path that a job has failed to do its work at. */
export interface FailedFile {
  /** Where. */
  readonly path: string;
  /** Why. */
  readonly error: Error;
}
