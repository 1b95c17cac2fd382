import { XetFormatError } from "../error.ts";
import { type ChunkList, parseHash, printHash } from "../hash/mod.ts";
import { ByteReader } from "./byte_reader.ts";
import { ByteWriter } from "./byte_writer.ts";

const encoder = new TextEncoder();
const OBJECT_IDENT = encoder.encode("XETBLOB");
const HASHES_IDENT = encoder.encode("XBLBHSH");
const BOUNDARIES_IDENT = encoder.encode("XBLBBND");
/** Counts, offsets and buffer at the end of a version 1 footer. */
const TAIL = 28;

/** What a xorb's footer says; it is how servers store xorbs and is not uploaded. */
export interface XorbFooter {
  /** 1, or 0 in old ones. */
  readonly version: 0 | 1;
  /** Printed. */
  readonly hash: string;
  /** Chunk hashes, 32 bytes each. */
  readonly hashes: Uint8Array;
  /** For each chunk the byte after it in the body, headers included. */
  readonly ends: Uint32Array;
  /** For each chunk the sum of lengths up to its end; not in version 0. */
  readonly unpackedEnds?: Uint32Array;
}

/**
 * A version 1 footer with the length word behind it, to be put after the body.
 *
 * @param ends for each chunk the byte after it in the body
 */
export function writeXorbFooter(
  hash: string,
  chunks: ChunkList,
  ends: ArrayLike<number>,
): Uint8Array<ArrayBuffer> {
  if (ends.length !== chunks.count) throw new RangeError("Each chunk has an end");
  const out = new ByteWriter(128 + chunks.count * 40);
  out.bytes(OBJECT_IDENT);
  out.fill(1, 1);
  out.bytes(parseHash(hash));
  const hashesStart = out.length;
  out.bytes(HASHES_IDENT);
  out.fill(0, 1);
  out.u32(chunks.count);
  out.bytes(chunks.hashes());
  const boundariesStart = out.length;
  out.bytes(BOUNDARIES_IDENT);
  out.fill(1, 1);
  out.u32(chunks.count);
  for (let i = 0; i < chunks.count; i++) out.u32(ends[i] ?? 0);
  let unpacked = 0;
  for (let i = 0; i < chunks.count; i++) out.u32(unpacked += chunks.size(i));
  const end = out.length + TAIL;
  out.u32(chunks.count, end - hashesStart, end - boundariesStart);
  out.fill(0, 16);
  out.u32(end);
  return out.written();
}

/**
 * Reads a footer of version 0 or 1; the bytes end with its length word.
 *
 * @throws {XetFormatError} if there is none, or it contradicts itself
 */
export function readXorbFooter(bytes: Uint8Array): XorbFooter {
  if (bytes.length < 4) throw new XetFormatError("A xorb footer ends with its length");
  const length = new ByteReader(bytes.subarray(-4), "The footer").u32();
  if (length > bytes.length - 4) {
    throw new XetFormatError(`A footer of ${length} bytes is not in ${bytes.length} bytes`);
  }
  const footer = bytes.subarray(bytes.length - 4 - length, bytes.length - 4);
  const reader = new ByteReader(footer, "The footer");
  const version = ident(reader, OBJECT_IDENT);
  const hash = printHash(reader.take(32));
  switch (version) {
    case 0:
      return readVersion0(reader, hash);
    case 1:
      return readVersion1(reader, hash, footer.length);
    default:
      throw new XetFormatError(`Xorb footer version ${version} is not known`);
  }
}

function readVersion0(reader: ByteReader, hash: string): XorbFooter {
  const count = reader.u32();
  const ends = rising(reader.u32s(count), "end offsets");
  const hashes = reader.take(count * 32);
  reader.take(16);
  atEnd(reader);
  return { version: 0, hash, hashes, ends };
}

function readVersion1(reader: ByteReader, hash: string, length: number): XorbFooter {
  const hashesStart = reader.offset;
  const hashesVersion = ident(reader, HASHES_IDENT);
  const count = reader.u32();
  const hashes = reader.take(count * 32);
  const boundariesStart = reader.offset;
  const boundariesVersion = ident(reader, BOUNDARIES_IDENT);
  if (hashesVersion !== 0 || boundariesVersion !== 1) {
    throw new XetFormatError("A section of the xorb footer has a version that is not known");
  }
  const boundaries = reader.u32();
  const ends = rising(reader.u32s(boundaries), "end offsets");
  const unpackedEnds = rising(reader.u32s(boundaries), "unpacked ends");
  const counts = [boundaries, reader.u32()];
  const starts = [length - reader.u32(), length - reader.u32()];
  reader.take(16);
  atEnd(reader);
  if (counts.some((other) => other !== count)) {
    throw new XetFormatError("The sections of the xorb footer differ in their number of chunks");
  }
  if (starts[0] !== hashesStart || starts[1] !== boundariesStart) {
    throw new XetFormatError("The xorb footer's offsets are not those of its sections");
  }
  return { version: 1, hash, hashes, ends, unpackedEnds };
}

/** Reads an ident of 7 bytes and gives the version byte behind it. */
function ident(reader: ByteReader, expected: Uint8Array): number {
  const found = reader.take(expected.length);
  if (!expected.every((byte, i) => byte === found[i])) {
    throw new XetFormatError(`No ${new TextDecoder().decode(expected)} where it should be`);
  }
  return reader.take(1)[0] ?? 0;
}

function rising(values: Uint32Array<ArrayBuffer>, what: string): Uint32Array<ArrayBuffer> {
  if (values.some((value, i) => value <= (values[i - 1] ?? 0))) {
    throw new XetFormatError(`The ${what} of the xorb footer do not rise`);
  }
  return values;
}

function atEnd(reader: ByteReader): void {
  if (reader.left > 0) throw new XetFormatError(`${reader.left} bytes too many in a xorb footer`);
}
