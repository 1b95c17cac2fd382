/**
 * Decodes an LZ4 frame (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md) of known
 * uncompressed length.
 *
 * Any legal frame without a dictionary is taken: linked or independent blocks, stored blocks, with
 * or without checksums and content size. Everything that can be checked is.
 */

import { refused } from "./cas_error.ts";
import { decodeLz4Block } from "./lz4_block.ts";
import { xxhash32 } from "./xxhash32.ts";

const MAGIC = 0x184d2204;

interface Descriptor {
  readonly independent: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  readonly blockLimit: number;
  /** Where the first block stands. */
  readonly end: number;
}

/**
 * Decodes the one frame that `frame` consists of. Throws a 400 unless it is a legal frame of
 * exactly `length` bytes of content.
 *
 * @param length the announced uncompressed length in bytes, at most 131,072: so much is allocated,
 *   and never more
 */
export function decodeLz4Frame(frame: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const descriptor = readDescriptor(frame, view, length);
  const output = new Uint8Array(length);
  let read = descriptor.end;
  let at = 0;
  for (;;) {
    const word = readWord(view, read);
    read += 4;
    if (word === 0) break;
    const size = word & 0x7fffffff;
    if (size > descriptor.blockLimit) throw refused("An LZ4 block is larger than its frame allows");
    if (size > frame.length - read) throw refused("The LZ4 frame ends inside a block");
    const limit = Math.min(length, at + descriptor.blockLimit);
    if (word >= 0x80000000) {
      if (size > limit - at) throw refused("The LZ4 frame is longer than announced");
      output.set(frame.subarray(read, read + size), at);
      at += size;
    } else {
      const oldest = descriptor.independent ? at : 0;
      at = decodeLz4Block(frame, read, read + size, output, at, oldest, limit);
    }
    if (descriptor.blockChecksums) {
      checkSum(readWord(view, read + size), frame.subarray(read, read + size), "block");
      read += 4;
    }
    read += size;
  }
  if (descriptor.contentChecksum) {
    checkSum(readWord(view, read), output.subarray(0, at), "content");
    read += 4;
  }
  if (read !== frame.length) throw refused("There are bytes after the end of the LZ4 frame");
  if (at !== length) throw refused(`The LZ4 frame holds ${at} bytes, announced were ${length}`);
  return output;
}

function readDescriptor(frame: Uint8Array, view: DataView, length: number): Descriptor {
  if (frame.length < 7 || view.getUint32(0, true) !== MAGIC) throw refused("Not an LZ4 frame");
  const flags = view.getUint8(4);
  const blocks = view.getUint8(5);
  if (flags >> 6 !== 1) throw refused("The LZ4 frame has an unknown version");
  if ((flags & 2) !== 0 || (blocks & 0x8f) !== 0) {
    throw refused("A reserved bit is set in the LZ4 frame");
  }
  if ((flags & 1) !== 0) throw refused("The LZ4 frame needs a dictionary");
  const sizeCode = blocks >> 4;
  if (sizeCode < 4) throw refused("The LZ4 frame has an unknown block size");
  let end = 6;
  if ((flags & 8) !== 0) {
    if (frame.length < 15) throw refused("The LZ4 frame ends inside its header");
    if (view.getBigUint64(6, true) !== BigInt(length)) {
      throw refused(`The LZ4 frame's content size is not the announced ${length} bytes`);
    }
    end = 14;
  }
  if (((xxhash32(frame.subarray(4, end)) >> 8) & 0xff) !== view.getUint8(end)) {
    throw refused("The LZ4 frame's header checksum is wrong");
  }
  return {
    independent: (flags & 0x20) !== 0,
    blockChecksums: (flags & 0x10) !== 0,
    contentChecksum: (flags & 4) !== 0,
    blockLimit: 1 << (8 + 2 * sizeCode),
    end: end + 1,
  };
}

function readWord(view: DataView, at: number): number {
  if (at + 4 > view.byteLength) throw refused("The LZ4 frame ends too early");
  return view.getUint32(at, true);
}

function checkSum(expected: number, bytes: Uint8Array, what: string): void {
  if (xxhash32(bytes) !== expected) throw refused(`An LZ4 ${what} checksum is wrong`);
}
