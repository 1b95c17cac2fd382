import { bodyReadError } from "./body_error.ts";
import { S3Error } from "../errors/s3_error.ts";

/** The block size unless told otherwise: 1 MiB, where reading and hashing cost least per byte. */
export const DEFAULT_BLOCK_SIZE = 1024 * 1024;
/** Pieces of at least this size are handed on as they are; smaller ones are gathered. */
const PASS_THROUGH_SIZE = 64 * 1024;
/**
 * How much room is left in a view when a block is enough: reading a chunked body into a view that it ends one
 * or two bytes short of never settles (Deno 2.9), so that the room left must never be so small.
 */
const SPARE_ROOM = 64;
/** How much has to come within the idle time: so little that a slow client is not taken for a lost one. */
const PROGRESS_SIZE = 64 * 1024;

/** How to cut a stream into blocks. */
export interface BlockOptions {
  /** The largest block in bytes. Default 1 MiB. */
  readonly blockSize?: number;
  /** How many bytes the stream must have; more or fewer is IncompleteBody. Default: unknown. */
  readonly length?: number;
  /** How long is waited for 64 KiB, or for the end, in milliseconds; RequestTimeout then. Default: for ever. */
  readonly idleMs?: number;
}

type Source =
  | {
    readonly kind: "byob";
    readonly reader: ReadableStreamBYOBReader;
    readonly length: number;
  }
  | { readonly kind: "default"; readonly reader: ReadableStreamDefaultReader<Uint8Array> };

/** Reads a byte stream in large blocks, with as little copying as the stream allows. */
export class BlockReader {
  readonly #source: Source;
  readonly #blockSize: number;
  readonly #length: number | undefined;
  readonly #idleMs: number | undefined;
  #received = 0;
  /** What has come, and how long was waited for it, since 64 KiB had come. */
  #progress = 0;
  #waited = 0;
  /** What a default reader gave beyond the last block. */
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;

  /**
   * Locks the stream until it has ended, or `release` or `cancel` is called.
   *
   * @param stream The stream to read.
   * @param options Block size, expected length and how long to wait.
   */
  constructor(stream: ReadableStream<Uint8Array>, options: BlockOptions = {}) {
    this.#source = openSource(stream, options.length);
    this.#idleMs = options.idleMs;
    this.#blockSize = options.blockSize ?? DEFAULT_BLOCK_SIZE;
    this.#length = options.length;
  }

  /**
   * Reads the next block.
   *
   * @returns A block of 1 to `blockSize` bytes, or nothing at the end.
   * @throws {S3Error} IncompleteBody when the client went away or the length is not the expected,
   * RequestTimeout when it has stopped sending.
   */
  async next(): Promise<Uint8Array | undefined> {
    const source = this.#source;
    const block = source.kind === "byob"
      ? await this.#readInto(source, new Uint8Array(this.#roomFor(source.length)))
      : await this.#gather(source.reader);
    return this.#count(block).length > 0 ? block : undefined;
  }

  /**
   * Reads the next block into memory of the caller's.
   *
   * @param view Where to; its buffer is detached, and comes back as that of the answer.
   * @returns What was read, from the beginning of the view on; no bytes at the end.
   * @throws {S3Error} As `next` does.
   */
  async fill(view: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const source = this.#source;
    const block = source.kind === "byob"
      ? await this.#readInto(source, view)
      : await this.#copyInto(source.reader, view);
    return this.#count(block);
  }

  /** Gives the stream up where it stands, for somebody else to drain or cancel. */
  release(): void {
    this.#source.reader.releaseLock();
  }

  /** Cancels the stream; also ends a `next` under way. */
  async cancel(reason?: unknown): Promise<void> {
    try {
      await this.#source.reader.cancel(reason);
    } finally {
      this.release();
    }
  }

  /** Counts a block and holds the count against the length; lets the stream go at its end. */
  #count<T extends Uint8Array>(block: T): T {
    this.#received += block.length;
    const length = this.#length;
    if (length !== undefined && this.#received > length) throw tooLong(length);
    if (block.length > 0) return block;
    if (length !== undefined && this.#received < length) throw tooShort(this.#received, length);
    this.release();
    return block;
  }

  /** Room for a block and, at the end of the length, for a byte too many. */
  #roomFor(length: number): number {
    return Math.min(this.#blockSize, length - this.#received + SPARE_ROOM);
  }

  async #readInto(
    { reader, length }: Source & { readonly kind: "byob" },
    view: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const left = Math.max(1, length - this.#received);
    const enough = Math.min(left, Math.max(1, view.length - SPARE_ROOM));
    const { byteOffset, length: room } = view;
    const step = this.#idleMs === undefined ? enough : PROGRESS_SIZE;
    // Each read detaches the buffer and gives it back under another name.
    let { buffer } = view;
    let size = 0;
    while (size < enough && !this.#ended) {
      const free = new Uint8Array(buffer, byteOffset + size, room - size);
      const min = Math.min(step, enough - size);
      const { done, value } = await this.#inTime(reader.read(free, { min }));
      this.#advance(value);
      if (value === undefined) throw new S3Error("IncompleteBody");
      buffer = value.buffer;
      size += value.length;
      this.#ended = done;
    }
    return new Uint8Array(buffer, byteOffset, size);
  }

  async #copyInto(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    view: Uint8Array<ArrayBuffer>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    let size = 0;
    while (size < view.length) {
      const piece = await this.#nextPiece(reader);
      if (piece === undefined) break;
      const taken = piece.subarray(0, view.length - size);
      view.set(taken, size);
      this.#rest = piece.subarray(taken.length);
      size += taken.length;
    }
    return view.subarray(0, size);
  }

  async #gather(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
    const small: Uint8Array[] = [];
    let size = 0;
    while (size < this.#blockSize) {
      const piece = await this.#nextPiece(reader);
      if (piece === undefined) break;
      const taken = piece.subarray(0, this.#blockSize - size);
      this.#rest = piece.subarray(taken.length);
      if (small.length === 0 && taken.length >= Math.min(PASS_THROUGH_SIZE, this.#blockSize)) {
        return taken;
      }
      small.push(taken);
      size += taken.length;
    }
    return concatenate(small, size);
  }

  async #nextPiece(
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0 && !this.#ended) {
      const { done, value } = await this.#inTime(reader.read());
      this.#advance(value);
      this.#ended = done;
      if (value !== undefined) this.#rest = value;
    }
    return this.#rest.length === 0 ? undefined : this.#rest;
  }

  /** Time counts until 64 KiB have come: a byte now and then is no progress. */
  #advance(piece: Uint8Array | undefined): void {
    this.#progress += piece?.length ?? 0;
    if (this.#progress < PROGRESS_SIZE) return;
    this.#progress = 0;
    this.#waited = 0;
  }

  async #inTime<T>(read: Promise<T>): Promise<T> {
    const idleMs = this.#idleMs;
    if (idleMs === undefined) return await read.catch(rethrow);
    const late = Promise.withResolvers<never>();
    const left = Math.max(0, idleMs - this.#waited);
    const timer = setTimeout(() => late.reject(new S3Error("RequestTimeout")), left);
    const since = performance.now();
    try {
      // A read that loses is rejected when the stream is released; `race` has handled that.
      return await Promise.race([read.catch(rethrow), late.promise]);
    } finally {
      this.#waited += performance.now() - since;
      clearTimeout(timer);
    }
  }
}

/**
 * Joins pieces; a single piece is returned as it is.
 *
 * @param pieces The pieces in order.
 * @param size The sum of their lengths.
 */
export function concatenate(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function openSource(stream: ReadableStream<Uint8Array>, length: number | undefined): Source {
  // Without Content-Length a body comes in HTTP chunks, and reading those into a large view costs
  // Deno 2.9 in proportion to the view, not to what is read: up to 30 ns/B against 0.7.
  // A body that is empty or already in memory is no byte stream in Deno, and asking for a BYOB
  // reader throws; a locked stream throws in both cases.
  if (length !== undefined && !stream.locked) {
    try {
      return { kind: "byob", reader: stream.getReader({ mode: "byob" }), length };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return { kind: "default", reader: stream.getReader() };
}

function rethrow(error: unknown): never {
  throw bodyReadError(error);
}

function tooShort(received: number, length: number): S3Error {
  return new S3Error("IncompleteBody", {
    message: `The body ended after ${received} of ${length} bytes`,
  });
}

function tooLong(length: number): S3Error {
  return new S3Error("IncompleteBody", {
    message: `The body has more than the ${length} bytes that were announced`,
  });
}
