import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { combineCrcs, type CrcAlgorithm } from "../../lib/checksum/combine.ts";
import { createDigest } from "../../lib/checksum/digest.ts";

const ALGORITHMS: readonly CrcAlgorithm[] = ["CRC32", "CRC32C", "CRC64NVME"];

function crcOf(algorithm: CrcAlgorithm, ...pieces: readonly Uint8Array[]): Uint8Array {
  const digest = createDigest(algorithm);
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
}

for (const algorithm of ALGORITHMS) {
  Deno.test(`${algorithm} of a whole is combined from its parts`, () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (parts) => {
        const combined = combineCrcs(
          algorithm,
          parts.map((part) => ({ crc: crcOf(algorithm, part), length: part.length })),
        );
        assertEquals(combined, crcOf(algorithm, ...parts));
      }),
    );
  });

  Deno.test(`${algorithm} of many parts of one length is combined in little time`, () => {
    const part = new Uint8Array(1000).fill(7);
    const crc = crcOf(algorithm, part);
    const parts = Array.from({ length: 10_000 }, () => ({ crc, length: part.length }));
    const started = performance.now();
    const combined = combineCrcs(algorithm, parts);
    assertEquals(performance.now() - started < 5000, true);
    assertEquals(combined, crcOf(algorithm, ...Array.from({ length: 10_000 }, () => part)));
  });

  Deno.test(`${algorithm} of 5 TiB of zeros is combined by halves and by thirds alike`, () => {
    let crc = crcOf(algorithm, new Uint8Array(1));
    for (let length = 1; length < 2 ** 42; length *= 2) {
      crc = combineCrcs(algorithm, [{ crc, length }, { crc, length }]);
    }
    let other = crcOf(algorithm, new Uint8Array(1 << 20));
    for (let length = 1 << 20; length < 2 ** 42; length *= 4) {
      const part = { crc: other, length };
      other = combineCrcs(algorithm, [part, part, part, part]);
    }
    const [four, one] = [2 ** 42, 2 ** 20];
    let rest = crcOf(algorithm, new Uint8Array(1 << 20));
    rest = combineCrcs(algorithm, [{ crc: rest, length: one }, { crc, length: four }]);
    const swapped = combineCrcs(algorithm, [
      { crc, length: four },
      { crc: crcOf(algorithm, new Uint8Array(1 << 20)), length: one },
    ]);
    assertEquals(crc, other);
    assertEquals(rest, swapped);
  });

  Deno.test(`${algorithm} values of another size and lengths that are none are refused`, () => {
    const crc = crcOf(algorithm);
    assertThrows(() => combineCrcs(algorithm, [{ crc: new Uint8Array(5), length: 1 }]), RangeError);
    assertThrows(() => combineCrcs(algorithm, [{ crc, length: -1 }]), RangeError);
    assertThrows(() => combineCrcs(algorithm, [{ crc, length: 0.5 }]), RangeError);
  });
}
