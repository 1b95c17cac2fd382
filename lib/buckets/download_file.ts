import type { FileInfo } from "../hub/wire.ts";
import { EntryNotFoundError } from "../hub/hub_errors.ts";
import type { CallOptions } from "../hub/buckets.ts";
import type { BucketCore } from "./bucket_core.ts";
import type { JobOptions } from "./job_options.ts";
import { ProgressCounter } from "./progress.ts";

/** A range of a file. */
export interface ByteRange {
  /** The first byte, from 0. */
  readonly start: number;
  /** The byte after the last; what lies beyond the file is cut off. Default: the file's end. */
  readonly end?: number | undefined;
}

/** Options of `downloadFile`. */
export interface DownloadFileOptions extends JobOptions {
  /** Which bytes. Default: all. */
  readonly range?: ByteRange | undefined;
}

/** A file that can be read, each time anew. */
export interface DownloadedFile {
  /** Where it is. */
  readonly path: string;
  /** The Xet hash of the whole file, 64 hex digits. What is read has it, whatever becomes of the path. */
  readonly hash: string;
  /** Bytes of the whole file. */
  readonly size: number;
  /** Its media type, if the Hub knows one. */
  readonly contentType: string | undefined;
  /** The bytes as they arrive; the stream errors if they are not what the hash says. */
  stream(): ReadableStream<Uint8Array>;
  /** All the bytes. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes as UTF-8 text. */
  text(): Promise<string>;
}

/** Looks a file up; its bytes are fetched when they are read. */
export async function downloadFile(
  core: BucketCore,
  id: string,
  path: string,
  options: DownloadFileOptions,
): Promise<DownloadedFile> {
  const { range, signal, onProgress } = options;
  const file = await fileMetadata(core, id, path, { signal });
  const { xetHash: hash, size } = file;
  const { start, end } = rangeOf(range, size);
  const stream = () => readRange(core, id, { hash, size }, { start, end }, { signal, onProgress });
  const bytes = () => readAll(stream(), end - start);
  return {
    path,
    hash,
    size,
    contentType: file.contentType,
    stream,
    bytes,
    text: async () => new TextDecoder().decode(await bytes()),
  };
}

/**
 * What the Hub knows of a file.
 *
 * @throws EntryNotFoundError if there is none.
 */
export async function fileMetadata(
  core: BucketCore,
  id: string,
  path: string,
  { signal }: CallOptions,
): Promise<FileInfo> {
  const file = (await core.lookUps.find(id, [path], signal)).get(path);
  if (file !== undefined) return file;
  throw new EntryNotFoundError(
    "not_found",
    `The bucket ${id} has no file ${JSON.stringify(path)}`,
    { code: "EntryNotFound" },
  );
}

/**
 * The range of a file of this size.
 *
 * @throws RangeError if there is none such.
 */
export function rangeOf(
  range: ByteRange | undefined,
  size: number,
): { readonly start: number; readonly end: number } {
  const { start = 0, end = size } = range ?? {};
  if (
    !Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start ||
    start > size
  ) throw new RangeError(`Bytes ${start} to ${end} are not a range of a file of ${size} bytes`);
  return { start, end: Math.min(end, size) };
}

/** Reads a range of content, counting. */
export function readRange(
  core: BucketCore,
  id: string,
  content: { readonly hash: string; readonly size: number },
  { start, end }: { readonly start: number; readonly end: number },
  { signal, onProgress }: JobOptions,
): ReadableStream<Uint8Array> {
  const progress = new ProgressCounter(onProgress, 1);
  const isEmpty = start === end && content.size > 0;
  const stream = isEmpty ? emptyStream() : core.transfers.download(id, content, {
    signal,
    ...(end - start < content.size && { range: { first: start, last: end - 1 } }),
  });
  return onProgress === undefined ? stream : stream.pipeThrough(counted(progress));
}

function counted(progress: ProgressCounter): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream(
    {
      transform(piece, controller) {
        progress.received(piece.length);
        controller.enqueue(piece);
      },
      flush() {
        progress.filesDone();
        progress.phase("done");
      },
    },
    undefined,
    { highWaterMark: 0 },
  );
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

async function readAll(
  stream: ReadableStream<Uint8Array>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(length);
  let at = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    all.set(next.value, at);
    at += next.value.length;
  }
  return all;
}
