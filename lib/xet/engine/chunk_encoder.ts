import { type EncodedChunk, readRecords } from "./encoded_chunks.ts";
import {
  acquireInstance,
  type EngineInstance,
  MAX_CHUNK_LENGTH,
  RECORD_LENGTH,
  releaseInstance,
} from "./instance.ts";

/** How chunks are stored; whatever does not shrink is stored raw. "auto" is plain LZ4. */
export type ChunkCompression = "auto" | "lz4" | "bg4" | "none";

const SCHEMES = { auto: 1, lz4: 1, bg4: 2, none: 0 } as const;

/**
 * Cuts a stream into chunks and makes each ready for a xorb, in one pass over the bytes. Cuts and
 * hashes depend only on the stream, never on how it was split into blocks.
 *
 * @example
 * ```ts
 * using encoder = new ChunkEncoder();
 * const first = encoder.push(block);
 * const rest = encoder.finish();
 * ```
 */
export class ChunkEncoder {
  readonly #scheme: 0 | 1 | 2;
  #engine: EngineInstance | undefined;
  #pending = 0;

  /** Takes an engine instance (about 2.5 MiB) until `dispose`. Compression: "auto" by default. */
  constructor(options: { readonly compression?: ChunkCompression } = {}) {
    this.#scheme = SCHEMES[options.compression ?? "auto"];
    this.#engine = acquireInstance();
    this.#engine.calls.encode_reset();
  }

  /** Bytes of the open chunk: taken, not yet given out. */
  get pending(): number {
    return this.#pending;
  }

  /** The most bytes that `push` takes at once. */
  get capacity(): number {
    return this.#instance().input.length - MAX_CHUNK_LENGTH;
  }

  /**
   * Takes more of the stream and gives the chunks that it completes.
   *
   * @param block At most `capacity` bytes; copied.
   */
  push(block: Uint8Array): readonly EncodedChunk[] {
    const engine = this.#instance();
    if (block.length > this.capacity) {
      throw new RangeError(`The chunk engine takes ${this.capacity} bytes, not ${block.length}`);
    }
    engine.input.set(block, engine.calls.encode_open());
    return this.#encode(engine, block.length, false);
  }

  /** Gives the open chunk, if any. The encoder then stands before a new stream. */
  finish(): readonly EncodedChunk[] {
    const engine = this.#instance();
    engine.calls.encode_open();
    return this.#encode(engine, 0, true);
  }

  /** Gives up the memory of the encoder, which can then not be used any more. */
  dispose(): void {
    if (this.#engine) releaseInstance(this.#engine);
    this.#engine = undefined;
    this.#pending = 0;
  }

  /** The same as `dispose`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #instance(): EngineInstance {
    if (!this.#engine) throw new TypeError("The chunk encoder was disposed of");
    return this.#engine;
  }

  #encode(engine: EngineInstance, added: number, last: boolean): readonly EncodedChunk[] {
    const count = engine.calls.encode(added, this.#scheme, last ? 1 : 0);
    if (count < 0) throw new RangeError(`The chunk engine refused ${added} bytes`);
    this.#pending = engine.results[1] ?? 0;
    return readRecords(engine.records.slice(0, count * RECORD_LENGTH), engine);
  }
}
