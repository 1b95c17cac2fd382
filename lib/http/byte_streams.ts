/**
 * Pieces for byte streams: reading in blocks, collecting with a limit, draining, checking lengths.
 *
 * @module
 */

import { S3Error } from "../errors/s3_error.ts";
import { type BlockOptions, BlockReader, concatenate, DEFAULT_BLOCK_SIZE } from "./block_reader.ts";

/** Bounds of {@linkcode drain}. */
export interface DrainLimits {
  /** How many bytes are read at most. Default 1 MiB. */
  readonly maxBytes?: number;
  /** How long is waited at most, in milliseconds. Default 1,000. */
  readonly maxMs?: number;
}

/** How {@linkcode drain} went: `left` when not all was read, within its bounds or because somebody else holds it. */
export type DrainEnd = "ended" | "left" | "failed";

/** A stream that has ended. */
export function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
}

/**
 * Reads a stream in large blocks. Leaving the loop early cancels the stream.
 *
 * @param body The stream; locked until the loop has ended.
 * @param options Block size and expected length.
 * @throws {S3Error} IncompleteBody when the client went away or the length is not the expected.
 *
 * @example
 * ```ts
 * import { readBlocks } from "./byte_streams.ts";
 * import { assertEquals } from "@std/assert";
 *
 * let size = 0;
 * for await (const block of readBlocks(new Blob(["hello"]).stream())) size += block.length;
 * assertEquals(size, 5);
 * ```
 */
export async function* readBlocks(
  body: ReadableStream<Uint8Array>,
  options: BlockOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new BlockReader(body, options);
  let ended = false;
  let failed = false;
  try {
    for (let block = await reader.next(); block !== undefined; block = await reader.next()) {
      yield block;
    }
    ended = true;
  } catch (error) {
    failed = true;
    await cancelAfter(error, reader);
    throw error;
  } finally {
    if (!ended && !failed) await reader.cancel();
  }
}

/**
 * Reads a whole stream into memory.
 *
 * @param stream The stream.
 * @param limit The most bytes that are taken.
 * @returns All bytes.
 * @throws {S3Error} MaxMessageLengthExceeded over the limit; the stream is then cancelled.
 */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  const blocks: Uint8Array[] = [];
  let size = 0;
  for await (const block of readBlocks(stream)) {
    size += block.length;
    if (size > limit) throw messageTooLong(limit);
    blocks.push(block);
  }
  return concatenate(blocks, size);
}

/** The error of a document that is longer than its limit in bytes. */
export function messageTooLong(limit: number): S3Error {
  return new S3Error("MaxMessageLengthExceeded", {
    fields: { MaxMessageLengthBytes: String(limit) },
  });
}

/**
 * Reads what is left of a body nobody wants, so that the answer reaches the client and the
 * connection can be used again. Beyond the limits the body is cancelled.
 *
 * @param body The body; nothing is done when there is none or when somebody else holds it.
 * @param limits How much and how long.
 * @returns Whether the body has ended; when not, the connection should be closed.
 */
export async function drain(
  body: ReadableStream<Uint8Array> | null,
  limits: DrainLimits = {},
): Promise<DrainEnd> {
  if (body === null) return "ended";
  if (body.locked) return "left";
  const maxBytes = limits.maxBytes ?? 1024 * 1024;
  const reader = body.getReader();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    // A failing cancel is the same client going away that the read below reports.
    reader.cancel().catch(() => undefined);
  }, limits.maxMs ?? 1000);
  try {
    for (let size = 0; size <= maxBytes;) {
      const { done, value } = await reader.read();
      if (done) return expired ? "left" : "ended";
      size += value.length;
    }
    await reader.cancel();
    return "left";
  } catch {
    // The client is gone or the body had failed before, and whoever read the body first has reported it.
    return expired ? "left" : "failed";
  } finally {
    clearTimeout(timer);
    reader.releaseLock();
  }
}

/**
 * Passes a stream on and errors with IncompleteBody when it ends short of its length or goes
 * beyond it. Nothing is read before it is asked for, and a cancel goes through.
 *
 * @param stream The stream.
 * @param length How many bytes it must have.
 */
export function exactLength(
  stream: ReadableStream<Uint8Array>,
  length: number,
): ReadableStream<Uint8Array> {
  return pullStream(new BlockReader(stream, { length }), (block) => block);
}

/**
 * A byte stream that pulls blocks from a reader, one for each time its consumer asks. A consumer that brings
 * its own memory (BYOB) has it filled with as much as fits, so that it needs the same memory only again and again.
 *
 * @param reader Where the blocks come from. On failure it is released, not cancelled, so that the
 * rest can be drained.
 * @param transform Called for each block, which it may change in place, and with nothing at the end; what it gives
 * is at most as long as the block, and may be nothing. What it throws becomes the stream's error.
 * @param blockSize Bytes of a block for consumers without memory of their own. Default 1 MiB.
 */
export function pullStream(
  reader: BlockReader,
  transform: (block: Uint8Array<ArrayBuffer> | undefined) => Uint8Array | undefined,
  blockSize: number = DEFAULT_BLOCK_SIZE,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: blockSize,
    async pull(controller) {
      // There is one for every pull: consumers without memory of their own are allocated some.
      const wanted = controller.byobRequest;
      const view = wanted?.view;
      if (!wanted || !view || !(view.buffer instanceof ArrayBuffer)) {
        throw new TypeError("A byte stream was pulled without memory to fill");
      }
      const { byteOffset, byteLength } = view;
      try {
        for (let { buffer } = view;;) {
          const block = await reader.fill(new Uint8Array(buffer, byteOffset, byteLength));
          buffer = block.buffer;
          const output = transform(block.length > 0 ? block : undefined);
          const size = output === undefined ? 0 : moveTo(block, output);
          if (size > 0) return wanted.respondWithNewView(new Uint8Array(buffer, byteOffset, size));
          if (block.length > 0) continue;
          controller.close();
          return wanted.respondWithNewView(new Uint8Array(buffer, byteOffset, 0));
        }
      } catch (error) {
        reader.release();
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}

/** Puts what was made of a block at the block's beginning; returns how much it is. */
function moveTo(block: Uint8Array<ArrayBuffer>, output: Uint8Array): number {
  if (output.buffer !== block.buffer || output.byteOffset !== block.byteOffset) block.set(output);
  return output.length;
}

async function cancelAfter(error: unknown, reader: BlockReader): Promise<void> {
  try {
    await reader.cancel(error);
  } catch {
    // A stream that has already failed rejects the cancel with the error that is thrown anyway.
  }
}
