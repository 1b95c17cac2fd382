import type { FileHandle } from "node:fs/promises";
import { XetFormatError } from "../xet/error.ts";
import type { FileInfo } from "../hub/wire.ts";
import type { BucketCore } from "./bucket_core.ts";
import { ContentHasher } from "./content_hasher.ts";
import { fileMetadata } from "./download_file.ts";
import type { JobOptions, UploadedFile } from "./job_options.ts";
import { ProgressCounter } from "./progress.ts";
import { fileSystem, localPath } from "./local_files.ts";
import { partOf } from "./part_files.ts";

/** A file that was written on this side. */
export interface LocalFile extends UploadedFile {
  /** The local path. */
  readonly localPath: string;
}

/** Options of `downloadFileTo`. */
export interface DownloadFileToOptions extends JobOptions {
  /** What is known of the file, from a listing; it is not looked up then. */
  readonly file?: FileInfo | undefined;
  /** Whether the local file is given the time that the bucket has, not the present. */
  readonly keepTime?: boolean | undefined;
}

const READ_LENGTH = 1 << 20;

/**
 * Downloads a file to a local path. It is written beside it, under a name that holds its hash, and
 * renamed when it is whole, so that nobody sees half of it. What an earlier attempt has left of the same
 * content is continued, and verified with the rest; what is left of other content of the file goes, unless it
 * was written to in the last minute.
 */
export async function downloadFileTo(
  core: BucketCore,
  id: string,
  path: string,
  target: string | URL,
  { signal, onProgress, file: known, keepTime }: DownloadFileToOptions,
): Promise<LocalFile> {
  const fs = fileSystem();
  const local = localPath(target);
  const file = known ?? await fileMetadata(core, id, path, { signal });
  const progress = new ProgressCounter(onProgress, 1);
  const { xetHash: hash, size } = file;
  const partFile = partOf(local, hash);
  const part = partFile.path;
  const finish = async () => {
    if (keepTime && file.mtime !== undefined) await fs.utimes(part, file.mtime, file.mtime);
    await fs.rename(part, local);
    await core.parts.removeOthers(partFile);
    progress.filesDone();
    progress.phase("done");
    return { path, hash, size, localPath: local };
  };
  const kept = await sizeOf(part);
  core.parts.noteBegun(partFile);
  if (kept !== undefined && kept > 0 && await resume(core, id, file, part, { signal }, progress)) {
    return await finish();
  }
  await write(core, id, file, part, { signal }, progress);
  return await finish();
}

/** Writes all of a file; the download verifies it. */
async function write(
  core: BucketCore,
  id: string,
  { xetHash: hash, size }: FileInfo,
  part: string,
  { signal }: JobOptions,
  progress: ProgressCounter,
): Promise<void> {
  const handle = await fileSystem().open(part, "w");
  try {
    let at = 0;
    for await (const piece of core.transfers.download(id, { hash, size }, { signal })) {
      await writeAll(handle, piece, at);
      at += piece.length;
      progress.received(piece.length);
    }
  } finally {
    await handle.close();
  }
}

/**
 * Goes on with what is there.
 *
 * @returns Whether the file is whole; false if what was there is not the beginning of it.
 */
async function resume(
  core: BucketCore,
  id: string,
  { xetHash: hash, size }: FileInfo,
  part: string,
  { signal }: JobOptions,
  progress: ProgressCounter,
): Promise<boolean> {
  const handle = await fileSystem().open(part, "r+");
  using hasher = new ContentHasher();
  try {
    let at = 0;
    const memory = new Uint8Array(READ_LENGTH);
    while (at <= size) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(memory, 0, memory.length, at);
      if (bytesRead === 0) break;
      hasher.add(memory.subarray(0, bytesRead));
      progress.hashed(bytesRead);
      at += bytesRead;
    }
    if (at > size) return false;
    if (at < size) {
      const range = { first: at, last: size - 1 };
      for await (const piece of core.transfers.download(id, { hash, size }, { signal, range })) {
        await writeAll(handle, piece, at);
        hasher.add(piece);
        at += piece.length;
        progress.received(piece.length);
      }
    }
    return hasher.finish().hash === hash;
  } catch (error) {
    if (error instanceof XetFormatError) return false;
    throw error;
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, piece: Uint8Array, at: number): Promise<void> {
  let written = 0;
  while (written < piece.length) {
    written += (await handle.write(piece, written, piece.length - written, at + written))
      .bytesWritten;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await fileSystem().stat(path)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
