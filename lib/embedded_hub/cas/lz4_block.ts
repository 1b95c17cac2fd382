/**
 * Decodes an LZ4 block (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), trusting
 * nothing in it.
 */

import { refused } from "./cas_error.ts";

/**
 * Decodes the block `input[from..to)` into `output` from `at` on and returns the position after the
 * last byte written.
 *
 * @param oldest the lowest position of `output` that a match may copy from: the start of the block
 *   when blocks are
 *   independent, 0 when they are linked
 * @param limit the position of `output` that must not be passed
 */
export function decodeLz4Block(
  input: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
  at: number,
  oldest: number,
  limit: number,
): number {
  let read = from;
  // A length of 15 goes on in further bytes, until one that is not 255.
  const longLength = (): number => {
    let length = 15;
    let byte: number;
    do {
      byte = input[read++] ?? 0;
      if (read > to) throw refused("The LZ4 block ends inside a length");
      length += byte;
    } while (byte === 255);
    return length;
  };
  for (;;) {
    if (read >= to) throw refused("The LZ4 block does not end with literals");
    const token = input[read++] ?? 0;
    const literals = token >> 4 === 15 ? longLength() : token >> 4;
    if (literals > to - read) throw refused("The LZ4 block ends inside its literals");
    if (literals > limit - at) throw refused("The LZ4 block is longer than announced");
    copyLiterals(input, read, output, at, literals);
    read += literals;
    at += literals;
    if (read === to) return at;
    if (to - read < 2) throw refused("The LZ4 block ends inside an offset");
    const offset = (input[read] ?? 0) | ((input[read + 1] ?? 0) << 8);
    read += 2;
    if (offset === 0 || offset > at - oldest) {
      throw refused("An LZ4 match points before the start of the data");
    }
    const length = ((token & 15) === 15 ? longLength() : token & 15) + 4;
    if (length > limit - at) throw refused("The LZ4 block is longer than announced");
    copyMatch(output, at, offset, length);
    at += length;
  }
}

/**
 * Up to here a loop beats the call of a bulk copy; LZ4's literals and matches are mostly shorter.
 */
const SHORT = 32;

function copyLiterals(
  input: Uint8Array,
  read: number,
  output: Uint8Array,
  at: number,
  count: number,
): void {
  if (count > SHORT) {
    output.set(input.subarray(read, read + count), at);
    return;
  }
  for (let i = 0; i < count; i++) output[at + i] = input[read + i] ?? 0;
}

/**
 * Copies `length` bytes from `offset` bytes before `at`; where the two overlap, the bytes repeat.
 */
function copyMatch(output: Uint8Array, at: number, offset: number, length: number): void {
  if (length > SHORT && offset >= length) {
    output.copyWithin(at, at - offset, at - offset + length);
    return;
  }
  for (let i = at; i < at + length; i++) output[i] = output[i - offset] ?? 0;
}
