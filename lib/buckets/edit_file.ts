import type { FileInfo } from "../hub/wire.ts";
import type { BucketCore } from "./bucket_core.ts";
import type { ContentPart } from "./content_part.ts";
import { type ByteRange, fileMetadata, rangeOf } from "./download_file.ts";
import { discardSource, type FileSource, openSource } from "./file_source.ts";
import type { UploadedFile } from "./job_options.ts";
import { ProgressCounter } from "./progress.ts";
import { commitOne, millisecondsOf, uploadFile, type UploadFileOptions } from "./upload_file.ts";

/** Puts content behind that of a file; without one it makes it. */
export async function appendFile(
  core: BucketCore,
  id: string,
  path: string,
  source: FileSource,
  options: UploadFileOptions,
): Promise<UploadedFile> {
  const found = await orDiscard(source, core.lookUps.find(id, [path], options.signal));
  const file = found.get(path);
  if (file === undefined) return await uploadFile(core, id, source, path, options);
  return await replace(core, id, file, { start: file.size, end: file.size }, source, options);
}

/** Puts content in the place of a range of a file. */
export async function spliceFile(
  core: BucketCore,
  id: string,
  path: string,
  range: ByteRange,
  source: FileSource,
  options: UploadFileOptions,
): Promise<UploadedFile> {
  const look = async () => {
    const file = await fileMetadata(core, id, path, options);
    return { file, place: rangeOf(range, file.size) };
  };
  const { file, place } = await orDiscard(source, look());
  return await replace(core, id, file, place, source, options);
}

/** Waits for something without which the source is not needed. */
async function orDiscard<T>(source: FileSource, needed: Promise<T>): Promise<T> {
  try {
    return await needed;
  } catch (error) {
    await discardSource(source, error);
    throw error;
  }
}

/** What is before and behind the range is referenced; the CAS has it. */
async function replace(
  core: BucketCore,
  id: string,
  file: FileInfo,
  { start, end }: { readonly start: number; readonly end: number },
  source: FileSource,
  options: UploadFileOptions,
): Promise<UploadedFile> {
  const { signal } = options;
  const { path, xetHash: hash, size } = file;
  const progress = new ProgressCounter(options.onProgress, 1);
  const { stream, mtime } = await openSource(source);
  const inserted = await core.transfers.upload(id, stream, { signal, observer: progress });
  const whole = { hash, size };
  const parts: ContentPart[] = [
    ...(start > 0 ? [{ ...whole, range: { first: 0, last: start - 1 } }] : []),
    inserted,
    ...(end < size ? [{ ...whole, range: { first: end, last: size - 1 } }] : []),
  ];
  const content = await core.transfers.compose(id, parts, { signal, observer: progress });
  signal?.throwIfAborted();
  progress.phase("committing");
  await commitOne(core, id, {
    type: "addFile",
    path,
    xetHash: content.hash,
    mtime: millisecondsOf(options.mtime ?? mtime ?? core.now()),
    contentType: options.contentType ?? file.contentType,
  });
  progress.filesDone();
  progress.phase("done");
  return { path, hash: content.hash, size: content.size };
}
