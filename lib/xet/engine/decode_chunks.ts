import { XetFormatError } from "../error.ts";
import { joinBytes } from "../../flow/byte_pieces.ts";
import { type EngineInstance, RECORD_LENGTH, sharedInstance } from "./instance.ts";

/** Limits of decoding; what lies beyond them is left unconsumed. */
export interface DecodeOptions {
  /** Whether to hash the chunks. Default: no. */
  readonly hashes?: boolean;
  /** Most chunks to decode. Default: 8192, the most that a xorb has. */
  readonly maxChunks?: number;
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

const MAX_CHUNKS = 8192;
/** What the engine adds to a place in its output, to tell it from one in its input. */
const IN_OUTPUT = 2 ** 31;

/**
 * Decodes serialized chunks. The bytes begin at a chunk's header; an incomplete last chunk, and a
 * xorb's footer with all behind it, is left unconsumed. Memory is bounded by 255 times the input,
 * whatever the input claims.
 *
 * @throws {XetFormatError} if a header or a payload is not what the format allows
 */
export function decodeChunks(bytes: Uint8Array, options: DecodeOptions = {}): DecodedChunks {
  const { hashes = false, maxChunks = MAX_CHUNKS } = options;
  const parts: DecodedChunks[] = [];
  let [consumed, count] = [0, 0];
  while (true) {
    const part = decodeSome(bytes.subarray(consumed), { hashes, maxChunks: maxChunks - count });
    if (part.consumed === 0) break;
    parts.push(part);
    consumed += part.consumed;
    count += part.lengths.length;
  }
  const lengths = new Uint32Array(count);
  let at = 0;
  for (const part of parts) {
    lengths.set(part.lengths, at);
    at += part.lengths.length;
  }
  const data = join(parts.map((part) => part.data));
  if (!hashes) return { data, lengths, consumed };
  return { data, lengths, hashes: join(parts.map((part) => part.hashes ?? NOTHING)), consumed };
}

/**
 * The same, with one call of the engine: decodes as much as it takes at once, which is at least one
 * chunk if one is whole and at most about 2.3 MiB.
 *
 * @throws {XetFormatError} as `decodeChunks`
 */
export function decodeSome(bytes: Uint8Array, options: DecodeOptions = {}): DecodedChunks {
  const { hashes: hashed = false, maxChunks = MAX_CHUNKS } = options;
  const engine = sharedInstance();
  const input = bytes.subarray(0, engine.input.length);
  engine.input.set(input);
  const count = engine.calls.decode(input.length, maxChunks, hashed ? 1 : 0);
  const consumed = engine.results[0] ?? 0;
  if (count < 0) {
    throw new XetFormatError(`Chunk ${consumed} is not what the format of xorbs allows`);
  }
  const { lengths, places, hashes } = readRecords(engine, count, hashed);
  const data = gather(engine, lengths, places);
  return hashes ? { data, lengths, hashes, consumed } : { data, lengths, consumed };
}

/** What the engine says of each chunk: hash, length, place. */
function readRecords({ records }: EngineInstance, count: number, hashed: boolean) {
  const view = new DataView(records.buffer, records.byteOffset, records.length);
  const [lengths, places] = [new Uint32Array(count), new Uint32Array(count)];
  const hashes = hashed ? new Uint8Array(count * 32) : undefined;
  for (let i = 0, at = 0; i < count; i++, at += RECORD_LENGTH) {
    lengths[i] = view.getUint32(at + 32, true);
    places[i] = view.getUint32(at + 36, true);
    hashes?.set(records.subarray(at, at + 32), i * 32);
  }
  return { lengths, places, hashes };
}

/** Copies the chunks from where the engine left them, those that lie together in one go. */
function gather({ input, output }: EngineInstance, lengths: Uint32Array, places: Uint32Array) {
  const data = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  let [from, to, written] = [0, 0, 0];
  const copy = () => {
    const [memory, at] = from < IN_OUTPUT ? [input, from] : [output, from - IN_OUTPUT];
    data.set(memory.subarray(at, at + to - from), written);
    written += to - from;
  };
  places.forEach((place, i) => {
    if (place !== to) {
      copy();
      from = place;
    }
    to = place + (lengths[i] ?? 0);
  });
  copy();
  return data;
}

const NOTHING = new Uint8Array(0);

function join(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first = NOTHING] = parts;
  return parts.length < 2 ? first : new Uint8Array(joinBytes(parts));
}
