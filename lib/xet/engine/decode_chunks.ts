import { XetFormatError } from "../error.ts";
import {
  CHUNK_HEADER_LENGTH,
  type ChunkHeader,
  readChunkHeader,
  startsFooter,
} from "./chunk_header.ts";
import { type EngineInstance, sharedInstance } from "./instance.ts";

/** Limits of one `decodeChunks`; what lies beyond them is left unconsumed. */
export interface DecodeOptions {
  /** Whether to hash the chunks. Default: no. */
  readonly hashes?: boolean;
  /** Most chunks to decode. Default: 8192, the most that a xorb has. */
  readonly maxChunks?: number;
  /** Most decoded bytes. Default: no limit but that of the chunks. */
  readonly maxLength?: number;
}

/** Decoded chunks in order. Lengths are in bytes. */
export interface DecodedChunks {
  /** The chunks, one after the other. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Length of each chunk in `data`. */
  readonly lengths: Uint32Array<ArrayBuffer>;
  /** Hash of each chunk, 32 bytes each, when asked for. */
  readonly hashes?: Uint8Array<ArrayBuffer>;
  /** Bytes of the input that were decoded. */
  readonly consumed: number;
}

/**
 * Decodes serialized chunks. The bytes begin at a chunk's header; an incomplete last chunk, and a
 * xorb's footer with all behind it, is left unconsumed. Memory is bounded by the limits, and by 255
 * times the input, whatever the input claims.
 *
 * @throws {XetFormatError} if a header or a payload is not what the format allows
 */
export function decodeChunks(bytes: Uint8Array, options: DecodeOptions = {}): DecodedChunks {
  const headers = scan(bytes, options);
  const lengths = Uint32Array.from(headers, (header) => header.length);
  const data = new Uint8Array(headers.reduce((sum, header) => sum + header.length, 0));
  const hashes = options.hashes ? new Uint8Array(headers.length * 32) : undefined;
  const engine = sharedInstance();
  let [consumed, written, index] = [0, 0, 0];
  while (index < headers.length) {
    const run = nextRun(headers, index, engine, hashes !== undefined);
    const input = bytes.subarray(consumed, consumed + run.encodedLength);
    if (run.raw) data.set(input.subarray(CHUNK_HEADER_LENGTH), written);
    else decodeRun(engine, input, run, index, data.subarray(written, written + run.length), hashes);
    consumed += run.encodedLength;
    written += run.length;
    index += run.count;
  }
  return hashes ? { data, lengths, hashes, consumed } : { data, lengths, consumed };
}

function scan(bytes: Uint8Array, options: DecodeOptions): ChunkHeader[] {
  const { maxChunks = 8192, maxLength = Infinity } = options;
  const headers: ChunkHeader[] = [];
  let [at, length] = [0, 0];
  while (headers.length < maxChunks && at + CHUNK_HEADER_LENGTH <= bytes.length) {
    if (startsFooter(bytes, at)) break;
    const header = readChunkHeader(bytes, at);
    at += CHUNK_HEADER_LENGTH + header.payloadLength;
    length += header.length;
    if (at > bytes.length || length > maxLength) break;
    headers.push(header);
  }
  return headers;
}

/** Chunks that one call of the engine takes, or a raw one that only needs copying. */
interface Run {
  readonly count: number;
  readonly encodedLength: number;
  readonly length: number;
  readonly raw: boolean;
}

function nextRun(
  headers: readonly ChunkHeader[],
  first: number,
  engine: EngineInstance,
  hashes: boolean,
): Run {
  let [count, encodedLength, length] = [0, 0, 0];
  for (let header = headers[first]; header; header = headers[first + count]) {
    const encoded = CHUNK_HEADER_LENGTH + header.payloadLength;
    if (header.scheme === 0 && !hashes) {
      if (count === 0) {
        return { count: 1, encodedLength: encoded, length: header.length, raw: true };
      }
      break;
    }
    if (count === engine.maxRecords) break;
    if (encodedLength + encoded > engine.input.length) break;
    if (length + header.length > engine.output.length) break;
    count++;
    encodedLength += encoded;
    length += header.length;
  }
  return { count, encodedLength, length, raw: false };
}

function decodeRun(
  engine: EngineInstance,
  input: Uint8Array,
  run: Run,
  index: number,
  data: Uint8Array,
  hashes: Uint8Array | undefined,
): void {
  engine.input.set(input);
  if (engine.calls.decode(input.length, run.count, hashes ? 1 : 0) !== run.length) {
    const bad = index + (engine.results[0] ?? 0);
    throw new XetFormatError(`Chunk ${bad} does not decode to the length in its header`);
  }
  data.set(engine.output.subarray(0, run.length));
  if (hashes) {
    const { buffer, byteOffset } = engine.records;
    hashes.set(new Uint8Array(buffer, byteOffset, run.count * 32), index * 32);
  }
}
