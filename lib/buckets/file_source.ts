import type { FileHandle } from "node:fs/promises";
import { fileSystem, localPath } from "./local_files.ts";

/**
 * Where the content of a file comes from: a local path (a string or a `file:` URL), bytes, a Blob, or a
 * stream of any length.
 */
export type FileSource = string | URL | Uint8Array | Blob | ReadableStream<Uint8Array>;

/** An opened {@linkcode FileSource}. */
export interface OpenSource {
  /** The content; whoever has it reads it to its end or cancels it. */
  readonly stream: ReadableStream<Uint8Array>;
  /** When a local file was last modified. */
  readonly mtime?: Date;
}

const READ_LENGTH = 512 << 10;

/**
 * Opens a source.
 *
 * @throws The file system's error if there is no such file; TypeError if it is no source.
 */
export async function openSource(source: FileSource): Promise<OpenSource> {
  if (typeof source === "string" || source instanceof URL) return await openFile(source);
  if (source instanceof ReadableStream) return { stream: source };
  if (source instanceof Blob) return { stream: source.stream() };
  if (source instanceof Uint8Array) return { stream: streamOf(source) };
  throw new TypeError("The content of a file is a path, a URL, bytes, a Blob or a stream");
}

/** Ends a source that is not opened: a stream that was handed over belongs to whoever has it. */
export async function discardSource(source: FileSource, reason: unknown): Promise<void> {
  if (source instanceof ReadableStream && !source.locked) await source.cancel(reason);
}

async function openFile(source: string | URL): Promise<OpenSource> {
  const file = await fileSystem().open(localPath(source), "r");
  try {
    const { mtime } = await file.stat();
    return { stream: readFile(file), mtime };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A stream into the memory of whoever reads it. */
function readFile(file: FileHandle): ReadableStream<Uint8Array> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: READ_LENGTH,
    async pull(controller) {
      const request = controller.byobRequest;
      const view = request?.view;
      if (!request || !view) throw new TypeError("A stream of a file was read without memory");
      try {
        const memory = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
        const { bytesRead } = await file.read(memory, 0, memory.length);
        if (bytesRead > 0) return request.respond(bytesRead);
      } catch (error) {
        await file.close();
        throw error;
      }
      await file.close();
      controller.close();
      request.respond(0);
    },
    cancel: () => file.close(),
  });
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });
}
