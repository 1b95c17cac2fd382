import type { Lease, MemoryBudget } from "./memory_budget.ts";
import { PAGE_LENGTH, type PagePool } from "./page_pool.ts";

/**
 * Joins pieces of bytes.
 *
 * @param pieces The pieces, in order.
 * @returns One array; a single piece is returned as it is, not copied.
 */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let position = 0;
  for (const piece of pieces) {
    joined.set(piece, position);
    position += piece.length;
  }
  return joined;
}

/** How to read blocks. */
export interface BlockOptions {
  /** Bytes in a block, at most `BLOCK_LENGTH`; the last one may be shorter, none is empty. */
  readonly size: number;
  /** Where memory for a block is taken from. */
  readonly pages: PagePool;
  /** What a block, and as much again for what is made of it, is leased from. Default: nothing. */
  readonly budget?: MemoryBudget | undefined;
  /** Cancels the stream and rejects the read that is waiting. */
  readonly signal?: AbortSignal;
}

/** A block at the beginning of a page, which whoever gets it gives back. */
export interface Block {
  readonly page: Uint8Array<ArrayBuffer>;
  /** Bytes of the block. */
  readonly length: number;
  /** Whether it is known to be the last one. */
  readonly last: boolean;
  /** For two pages; whoever gets the block releases it. */
  readonly lease: Lease | undefined;
}

/**
 * Reads a stream in blocks, so that work with a cost per call is done seldom. A byte stream fills the pages
 * itself. Budget is leased when a block is there, not while its sender is waited for: that may be long, and must
 * not keep others from it. Whoever stops early cancels the stream; an error of the stream is thrown.
 *
 * @param stream What to read; is locked until the end.
 * @param options How.
 */
export async function* readBlocks(
  stream: ReadableStream<Uint8Array>,
  options: BlockOptions,
): AsyncGenerator<Block, void, void> {
  const { size, pages, budget, signal } = options;
  const source = sourceOf(stream);
  const gather = source.kind === "byob" ? fillFrom(source.reader) : copyFrom(source.reader);
  const { reader } = source;
  let ended = false;
  // A read that waits for a silent sender ends only by cancelling; it then says "done".
  const stop = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", stop, { once: true });
  let page: Uint8Array<ArrayBuffer> | undefined;
  try {
    while (!ended) {
      let length = 0;
      page = pages.take();
      while (length < size && !ended) {
        signal?.throwIfAborted();
        const next = await gather(page.subarray(length, size));
        signal?.throwIfAborted();
        page = new Uint8Array(next.buffer);
        length += next.length;
        ended = next.ended;
      }
      if (length === 0) break;
      const lease = await budget?.acquire((ended ? 1 : 2) * PAGE_LENGTH, {
        ...(signal && { signal }),
      });
      const block = { page, length, last: ended, lease };
      page = undefined;
      yield block;
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {}); // a stream that failed cannot be cancelled: it says so again
    ended = true;
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    if (page !== undefined) pages.give(page.length === PAGE_LENGTH ? page : undefined);
    if (!ended) await reader.cancel();
    reader.releaseLock();
  }
}

/** What was put into memory: how much, whether it was the last, and what that memory is called now. */
interface Gathered {
  readonly length: number;
  readonly ended: boolean;
  readonly buffer: ArrayBuffer;
}

type Gather = (room: Uint8Array<ArrayBuffer>) => Promise<Gathered>;

function sourceOf(stream: ReadableStream<Uint8Array>) {
  if (!stream.locked) {
    try {
      return { kind: "byob", reader: stream.getReader({ mode: "byob" }) } as const;
    } catch (error) {
      // Not a byte stream (Streams Standard, ReadableStream.getReader).
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return { kind: "default", reader: stream.getReader() } as const;
}

function fillFrom(reader: ReadableStreamBYOBReader): Gather {
  return async (room) => {
    const { done, value } = await reader.read(room);
    if (value === undefined) return { length: 0, ended: true, buffer: new ArrayBuffer(0) };
    return { length: value.length, ended: done, buffer: value.buffer };
  };
}

function copyFrom(reader: ReadableStreamDefaultReader<Uint8Array>): Gather {
  let rest = new Uint8Array(0) as Uint8Array;
  return async (room) => {
    if (rest.length === 0) {
      const { done, value } = await reader.read();
      if (done) return { length: 0, ended: true, buffer: room.buffer };
      rest = value;
    }
    const taken = rest.subarray(0, room.length);
    room.set(taken);
    rest = rest.subarray(taken.length);
    return { length: taken.length, ended: false, buffer: room.buffer };
  };
}
