import { compressChunk, type Scheme, writeChunkHeader } from "../engine/mod.ts";
import { chunkHash, ChunkList, printHash, xorbHash } from "../hash/mod.ts";
import { predictsByteGrouping } from "./bg4_prediction.ts";
import { ByteWriter } from "./byte_writer.ts";
import type { XorbContent } from "./xorb.ts";

/** Chunks after which hf_xet decides anew how to compress. */
const RUN = 32;

/** How a xorb is written. */
export interface XorbWriteOptions {
  /** "auto" chooses as hf_xet does. A chunk that does not shrink is stored raw. Default: auto. */
  readonly compression?: "auto" | "lz4" | "bg4" | "none";
  /** Indices of the chunks at which a file starts, rising; "auto" decides anew there. */
  readonly fileStarts?: readonly number[];
}

/** A written xorb: its bytes, without a footer, and what they hold. */
export interface WrittenXorb extends XorbContent {
  /** The serialized chunks. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Serializes chunks just as hf_xet does, byte for byte. For streams use `ChunkEncoder`, which does
 * the same work in one pass and chooses more cheaply.
 */
export function writeXorb(
  chunks: readonly Uint8Array[],
  options: XorbWriteOptions = {},
): WrittenXorb {
  const out = new ByteWriter(chunks.reduce((sum, chunk) => sum + chunk.length + 8, 0));
  const list = new ChunkList(chunks.length);
  const ends: number[] = [];
  const schemes = chooseSchemes(chunks, options);
  for (const [i, chunk] of chunks.entries()) {
    writeChunk(out, chunk, schemes[i] ?? 0);
    list.push(chunkHash(chunk), chunk.length);
    ends.push(out.length);
  }
  return {
    bytes: out.written(),
    hash: printHash(xorbHash(list)),
    chunks: list,
    ends: Uint32Array.from(ends),
    bodyLength: out.length,
  };
}

function writeChunk(out: ByteWriter, chunk: Uint8Array, wanted: Scheme): void {
  const compressed = wanted === 0 ? undefined : compressChunk(chunk, wanted);
  const smaller = compressed && compressed.length < chunk.length ? compressed : undefined;
  const payload = smaller ?? chunk;
  const scheme = smaller ? wanted : 0;
  out.bytes(writeChunkHeader({ payloadLength: payload.length, scheme, length: chunk.length }));
  out.bytes(payload);
}

function chooseSchemes(chunks: readonly Uint8Array[], options: XorbWriteOptions): Scheme[] {
  const { compression = "auto", fileStarts = [] } = options;
  switch (compression) {
    case "none":
      return chunks.map(() => 0);
    case "lz4":
      return chunks.map(() => 1);
    case "bg4":
      return chunks.map(() => 2);
    case "auto":
      return predictSchemes(chunks, new Set(fileStarts));
    default:
      throw new TypeError(`No such compression: ${compression satisfies never}`);
  }
}

function predictSchemes(chunks: readonly Uint8Array[], fileStarts: ReadonlySet<number>): Scheme[] {
  let scheme: Scheme = 1;
  let left = 0;
  return chunks.map((chunk, i) => {
    if (left === 0 || fileStarts.has(i)) {
      scheme = predictsByteGrouping(chunk) ? 2 : 1;
      left = RUN;
    }
    left--;
    return scheme;
  });
}
