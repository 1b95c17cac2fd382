import { CHUNK_HEADER_LENGTH } from "./chunk_header.ts";
import { RECORD_LENGTH } from "./instance.ts";

/** A chunk and its serialized form. Lengths are in bytes. */
export interface EncodedChunk {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** Bytes of the chunk itself. */
  readonly length: number;
  /** Bytes of header and payload. */
  readonly encodedLength: number;
  /** Header and payload, in memory of the encoder's that is good until its next call. */
  readonly parts: readonly Uint8Array[];
}

/** Where the engine left chunks. */
export interface EngineMemory {
  /** Headers and compressed payloads; without `input` the others too. */
  readonly output: Uint8Array;
  /** The chunks that did not shrink, and the others as they were. */
  readonly input?: Uint8Array;
}

/**
 * Reads the engine's records.
 *
 * @param records Those of the chunks, in order; kept.
 * @param memory Where the chunks are.
 */
export function readRecords(
  records: Uint8Array<ArrayBuffer>,
  { input, output }: EngineMemory,
): readonly EncodedChunk[] {
  const view = new DataView(records.buffer, records.byteOffset, records.length);
  const chunks: EncodedChunk[] = [];
  let [read, written] = [0, 0];
  for (let at = 0; at < records.length; at += RECORD_LENGTH) {
    const length = view.getUint32(at + 32, true);
    const encodedLength = view.getUint32(at + 36, true);
    const apart = input !== undefined && encodedLength === length + CHUNK_HEADER_LENGTH;
    const end = written + (apart ? CHUNK_HEADER_LENGTH : encodedLength);
    const parts = [output.subarray(written, end)];
    if (apart) parts.push(input.subarray(read, read + length));
    chunks.push({ hash: records.subarray(at, at + 32), length, encodedLength, parts });
    read += length;
    written = end;
  }
  return chunks;
}
