import { sharedInstance } from "./instance.ts";

/** Keyed BLAKE3 of `data`, 32 bytes. `key` has 32 bytes. */
export function blake3Keyed(key: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const engine = sharedInstance();
  const { calls, input, output } = engine;
  engine.setKey(key);
  if (data.length <= input.length) {
    input.set(data);
    calls.blake3_keyed(data.length);
  } else {
    calls.blake3_start();
    for (const piece of pieces(data, input.length)) {
      input.set(piece);
      calls.blake3_update(piece.length);
    }
    calls.blake3_finish();
  }
  return output.slice(0, 32);
}

/** CRC-32C (Castagnoli) of `data`; `seed` is the result over the bytes before it, if any. */
export function crc32c(data: Uint8Array, seed = 0): number {
  const { calls, input } = sharedInstance();
  let crc = seed;
  for (const piece of pieces(data, input.length)) {
    input.set(piece);
    crc = calls.crc32c(crc, piece.length) >>> 0;
  }
  return crc;
}

/** CRC-64/NVME of `data`; `seed` is the result over the bytes before it, if any. */
export function crc64nvme(data: Uint8Array, seed = 0n): bigint {
  const { calls, input } = sharedInstance();
  let crc = seed;
  for (const piece of pieces(data, input.length)) {
    input.set(piece);
    crc = BigInt.asUintN(64, calls.crc64nvme(crc, piece.length));
  }
  return crc;
}

/** Views of `data` of at most `size` bytes. */
export function* pieces(data: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}
