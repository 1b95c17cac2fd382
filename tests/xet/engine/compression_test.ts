import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compressChunk, decompressChunk } from "../../../lib/xet/engine/mod.ts";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { vectorInput } from "../../support/vector_input.ts";

const MAGIC = [0x04, 0x22, 0x4d, 0x18];

/** Bytes with repeats, so that matches of many lengths and distances come up. */
const compressible = fc.array(
  fc.record({
    piece: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    times: fc.integer({ min: 1, max: 60 }),
  }),
  { maxLength: 20 },
).map((parts) =>
  Uint8Array.from(parts.flatMap(({ piece, times }) => Array(times).fill([...piece]).flat()))
);

Deno.test("property: what is compressed decompresses to the same, with both schemes", () => {
  const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), compressible);
  fc.assert(
    fc.property(data, fc.constantFrom(1, 2), (bytes, scheme) => {
      const frame = compressChunk(bytes, scheme);
      assertEquals(decompressChunk(frame, scheme, bytes.length), bytes);
    }),
    { numRuns: 400 },
  );
});

Deno.test("chunks of all kinds and sizes survive a round trip", () => {
  for (const kind of ["splitmix", "text", "floats", "zeros"] as const) {
    for (const size of [0, 4, 8, 12, 16, 20, 64, 8192, 65532, 65536, 65540, 131072]) {
      const data = vectorInput({ kind, seed: size, size });
      for (const scheme of [1, 2] as const) {
        const frame = compressChunk(data, scheme);
        assertEquals([...frame.subarray(0, 6)], [...MAGIC, 0x60, size <= 65536 ? 0x40 : 0x50]);
        assert(frame.length <= size + 15);
        assertEquals(decompressChunk(frame, scheme, size), data);
      }
    }
  }
});

Deno.test("byte grouping puts the bytes of each position mod 4 together", () => {
  for (let size = 1; size < 12; size++) {
    const data = Uint8Array.from({ length: size }, (_, i) => i);
    const grouped = [0, 1, 2, 3].flatMap((start) => [...data].filter((i) => i % 4 === start));
    assertEquals([...decompressChunk(compressChunk(data, 2), 1, size)], grouped);
  }
});

Deno.test("every frame option of the LZ4 format is read", () => {
  // One stored block, "abcd", under each legal set of flags.
  const block = [4, 0, 0, 0x80, 97, 98, 99, 100];
  const sum = u32(xxh32(Uint8Array.of(97, 98, 99, 100)));
  for (const linked of [0, 0x20]) {
    for (const blockSums of [0, 0x10]) {
      for (const size of [0, 0x08]) {
        for (const contentSum of [0, 0x04]) {
          const flags = 0x40 | linked | blockSums | size | contentSum;
          const descriptor = [flags, 0x70, ...(size ? [4, 0, 0, 0, 0, 0, 0, 0] : [])];
          const frame = [
            ...MAGIC,
            ...descriptor,
            xxh32(Uint8Array.from(descriptor)) >> 8 & 0xff,
            ...block,
            ...(blockSums ? sum : []),
            ...[0, 0, 0, 0],
            ...(contentSum ? sum : []),
          ];
          const chunk = decompressChunk(Uint8Array.from(frame), 1, 4);
          assertEquals(new TextDecoder().decode(chunk), "abcd");
          if (!blockSums && !contentSum) continue;
          const wrong = Uint8Array.from(frame);
          wrong[11 + descriptor.length] = 0;
          assertThrows(() => decompressChunk(wrong, 1, 4), XetFormatError);
        }
      }
    }
  }
});

Deno.test("linked blocks reach back into the blocks before, independent ones do not", () => {
  const first = [...u32(0x80000000 + 8), ...new TextEncoder().encode("abcdefgh")];
  // A sequence of no literals and a match of 12 at distance 8, then five literals.
  const second = [...u32(9), 0x08, 8, 0, 0x50, ...new TextEncoder().encode("12345")];
  const frame = (flags: number) => {
    const descriptor = [flags, 0x40];
    const check = xxh32(Uint8Array.from(descriptor)) >> 8 & 0xff;
    return Uint8Array.from([...MAGIC, ...descriptor, check, ...first, ...second, 0, 0, 0, 0]);
  };
  const chunk = decompressChunk(frame(0x40), 1, 25);
  assertEquals(new TextDecoder().decode(chunk), "abcdefghabcdefghabcd12345");
  assertThrows(() => decompressChunk(frame(0x60), 1, 25), XetFormatError);
});

Deno.test("frames that are wrong in one place are refused", () => {
  const data = new TextEncoder().encode("hello hello hello hello hello");
  const good = compressChunk(data, 1);
  const refuse = (frame: Uint8Array, length = data.length) =>
    assertThrows(() => decompressChunk(frame, 1, length), XetFormatError);
  const set = (at: number, value: number) => good.with(at, value);
  for (let length = 0; length < good.length; length++) refuse(good.subarray(0, length));
  refuse(Uint8Array.of(...good, 0));
  refuse(good, data.length - 1);
  refuse(good, data.length + 1);
  refuse(set(0, 5));
  for (let flags = 0; flags < 256; flags++) if (flags !== 0x60) refuse(set(4, flags));
  for (let block = 0; block < 256; block++) if (block !== 0x40) refuse(set(5, block));
  refuse(set(6, 0));
  refuse(set(10, 0x80));
});

Deno.test("a bomb costs no more than the length that was asked for", () => {
  const bomb = compressChunk(new Uint8Array(131072), 1);
  assert(bomb.length < 700);
  assertThrows(() => decompressChunk(bomb, 1, 1000), XetFormatError);
  assertThrows(() => decompressChunk(bomb, 2, 1000), XetFormatError);
  // The same block a hundred times in one frame.
  const block = bomb.subarray(7, -4);
  const frame = new Uint8Array(11 + block.length * 100);
  frame.set(bomb.subarray(0, 7));
  for (let i = 0; i < 100; i++) frame.set(block, 7 + i * block.length);
  assertThrows(() => decompressChunk(frame, 1, 131072), XetFormatError);
});

Deno.test("property: garbage and mutations of good frames are refused or decode, never crash", () => {
  const good = compressChunk(vectorInput({ kind: "text", seed: 1, size: 3000 }), 1);
  const mutated = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
    minLength: 1,
    maxLength: 6,
  })
    .map((changes) => changes.reduce((frame, [at, byte]) => frame.with(at, byte), good));
  const garbage = fc.uint8Array({ maxLength: 100 }).map((tail) =>
    Uint8Array.of(...good.subarray(0, 7), ...tail)
  );
  fc.assert(
    fc.property(fc.oneof(mutated, garbage), fc.constantFrom(1, 2), (frame, scheme) => {
      try {
        assertEquals(decompressChunk(frame, scheme, 3000).length, 3000);
      } catch (error) {
        assert(error instanceof XetFormatError);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("lengths that no chunk has are refused", () => {
  assertThrows(() => compressChunk(new Uint8Array(131073), 1), RangeError);
  assertThrows(() => decompressChunk(new Uint8Array(10), 1, 131073), XetFormatError);
  assertThrows(() => decompressChunk(new Uint8Array(262145), 1, 10), XetFormatError);
  assertThrows(() => decompressChunk(new Uint8Array(10), 0, 11), XetFormatError);
  assertEquals(decompressChunk(Uint8Array.of(1, 2), 0, 2), Uint8Array.of(1, 2));
});

function u32(value: number): number[] {
  return [value & 0xff, value >>> 8 & 0xff, value >>> 16 & 0xff, value >>> 24 & 0xff];
}

/** XXH32 with seed 0 of less than 16 bytes, from its specification. */
function xxh32(data: Uint8Array): number {
  const [p1, p2, p3, p4, p5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1];
  const rotate = (value: number, by: number) => value << by | value >>> (32 - by);
  let hash = p5 + data.length | 0;
  let at = 0;
  for (; at + 4 <= data.length; at += 4) {
    const word = new DataView(data.buffer, data.byteOffset + at, 4).getUint32(0, true);
    hash = Math.imul(rotate(hash + Math.imul(word, p3) | 0, 17), p4);
  }
  for (; at < data.length; at++) {
    hash = Math.imul(rotate(hash + Math.imul(data[at] ?? 0, p5) | 0, 11), p1);
  }
  hash = Math.imul(hash ^ hash >>> 15, p2);
  hash = Math.imul(hash ^ hash >>> 13, p3);
  return (hash ^ hash >>> 16) >>> 0;
}
