import { pieces } from "./digests.ts";
import {
  acquireInstance,
  type EngineInstance,
  MAX_CHUNK_LENGTH,
  releaseInstance,
} from "./instance.ts";

/** A chunk and where its serialized form stands. Lengths and offset are in bytes. */
export interface EncodedChunk {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** Bytes of the chunk itself. */
  readonly length: number;
  /** Where its header begins in `EncodedChunks.bytes`. */
  readonly offset: number;
  /** Bytes of header and payload. */
  readonly encodedLength: number;
}

/** Chunks in order, and the same serialized as in a xorb, one after the other. */
export interface EncodedChunks {
  /** In order. */
  readonly chunks: readonly EncodedChunk[];
  /** Their headers and payloads. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

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

  /** Takes more of the stream (copied) and gives the chunks that it completes. */
  push(block: Uint8Array): EncodedChunks {
    const engine = this.#instance();
    const results: EncodedChunks[] = [];
    for (const piece of pieces(block, engine.input.length - MAX_CHUNK_LENGTH)) {
      engine.input.set(piece, this.#pending);
      results.push(this.#encode(engine, piece.length, false));
    }
    return join(results);
  }

  /** Gives the open chunk, if any. The encoder then stands before a new stream. */
  finish(): EncodedChunks {
    return this.#encode(this.#instance(), 0, true);
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

  #encode(engine: EngineInstance, added: number, last: boolean): EncodedChunks {
    const { calls, records, results, output } = engine;
    const count = calls.encode(added, this.#scheme, last ? 1 : 0);
    if (count < 0) throw new RangeError(`The chunk engine refused ${added} bytes`);
    this.#pending = results[1] ?? 0;
    const chunks: EncodedChunk[] = [];
    let offset = 0;
    for (let record = 0; record < count * 40; record += 40) {
      const at = records.byteOffset + record;
      const hash = new Uint8Array(records.buffer.slice(at, at + 32));
      const length = records.getUint32(record + 32, true);
      const encodedLength = records.getUint32(record + 36, true);
      chunks.push({ hash, length, offset, encodedLength });
      offset += encodedLength;
    }
    return { chunks, bytes: output.slice(0, offset) };
  }
}

function join(parts: readonly EncodedChunks[]): EncodedChunks {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, 0));
  const chunks: EncodedChunk[] = [];
  let base = 0;
  for (const part of parts) {
    bytes.set(part.bytes, base);
    for (const chunk of part.chunks) chunks.push({ ...chunk, offset: base + chunk.offset });
    base += part.bytes.length;
  }
  return { chunks, bytes };
}
