import type { BatchOperation } from "../hub/files.ts";
import type { BucketCore } from "./bucket_core.ts";
import { type FileSource, openSource } from "./file_source.ts";
import type { FileDescription, JobOptions, UploadedFile } from "./job_options.ts";
import { ProgressCounter } from "./progress.ts";

/** Options of `uploadFile`. */
export interface UploadFileOptions extends JobOptions, FileDescription {}

/** The media type of bytes of which nothing is known. */
export const DEFAULT_CONTENT_TYPE = "application/octet-stream";

/** Content that is stored, and the operation that gives it a path. */
export interface StoredFile {
  readonly file: UploadedFile;
  readonly operation: BatchOperation;
}

/** Puts a file into a bucket, in place of what was there. */
export async function uploadFile(
  core: BucketCore,
  id: string,
  source: FileSource,
  path: string,
  options: UploadFileOptions,
): Promise<UploadedFile> {
  const progress = new ProgressCounter(options.onProgress, 1);
  const { file, operation } = await storeFile(core, id, { ...options, source, path }, progress);
  options.signal?.throwIfAborted();
  progress.phase("committing");
  await commitOne(core, id, operation);
  progress.filesDone();
  progress.phase("done");
  return file;
}

/** Stores the content of a file. Nobody sees it until its operation is committed. */
export async function storeFile(
  core: BucketCore,
  id: string,
  entry: FileDescription & { readonly source: FileSource; readonly path: string } & {
    readonly signal?: AbortSignal | undefined;
  },
  progress: ProgressCounter,
): Promise<StoredFile> {
  const { source, path, signal } = entry;
  signal?.throwIfAborted();
  const opened = await openSource(source);
  const { hash, size } = await core.transfers.upload(id, opened.stream, {
    signal,
    observer: progress,
  });
  const blobType = source instanceof Blob && source.type !== "" ? source.type : undefined;
  return {
    file: { path, hash, size },
    operation: {
      type: "addFile",
      path,
      xetHash: hash,
      mtime: millisecondsOf(entry.mtime ?? opened.mtime ?? core.now()),
      contentType: entry.contentType ?? blobType ?? DEFAULT_CONTENT_TYPE,
    },
  };
}

/** Commits one operation; throws what the Hub has against it. */
export async function commitOne(
  core: BucketCore,
  id: string,
  operation: BatchOperation,
): Promise<void> {
  const [outcome] = await core.committer.commit(id, [operation]);
  if (outcome?.kind === "failed") throw outcome.error;
}

/**
 * A time as the Hub takes it.
 *
 * @throws TypeError if it is none.
 */
export function millisecondsOf(time: Date | number): number {
  const value = Math.floor(Number(time));
  if (!Number.isSafeInteger(value)) throw new TypeError("A file's time is not a valid date");
  return value;
}
