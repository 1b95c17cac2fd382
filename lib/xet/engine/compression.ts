import { XetFormatError } from "../error.ts";
import type { Scheme } from "./chunk_header.ts";
import { MAX_CHUNK_LENGTH, MAX_PAYLOAD_LENGTH, sharedInstance } from "./instance.ts";

/**
 * `data`, at most one chunk, as the LZ4 frame that hf_xet writes (scheme 2: byte-grouped first).
 * The frame may be longer than the data; a xorb then holds the chunk raw.
 */
export function compressChunk(data: Uint8Array, scheme: 1 | 2): Uint8Array<ArrayBuffer> {
  if (data.length > MAX_CHUNK_LENGTH) {
    throw new RangeError(`A chunk has at most ${MAX_CHUNK_LENGTH} bytes, not ${data.length}`);
  }
  const { calls, input, output } = sharedInstance();
  input.set(data);
  return output.slice(0, calls.compress(data.length, scheme));
}

/**
 * The chunk of `length` bytes that `payload` holds.
 *
 * @throws {XetFormatError} if the payload is not exactly that
 */
export function decompressChunk(
  payload: Uint8Array,
  scheme: Scheme,
  length: number,
): Uint8Array<ArrayBuffer> {
  if (length > MAX_CHUNK_LENGTH || payload.length > MAX_PAYLOAD_LENGTH) {
    throw new XetFormatError(`No chunk has ${length} bytes in a payload of ${payload.length}`);
  }
  const { calls, input, output } = sharedInstance();
  input.set(payload);
  if (calls.decompress(payload.length, scheme, length) !== 0) {
    throw new XetFormatError(
      `A payload of ${payload.length} bytes does not decode to a chunk of ${length} bytes`,
    );
  }
  return output.slice(0, length);
}
