import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { blake3Keyed, crc32c, crc64nvme } from "../../../lib/xet/engine/mod.ts";
import { splitmixBytes } from "../../support/vector_input.ts";

const text = (value: string) => new TextEncoder().encode(value);

Deno.test("CRC-32C has the check values of RFC 3720", () => {
  assertEquals(crc32c(text("123456789")), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assertEquals(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  assertEquals(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assertEquals(crc32c(new Uint8Array()), 0);
});

Deno.test("CRC-64/NVME has the check values of the NVMe specification", () => {
  assertEquals(crc64nvme(text("123456789")), 0xae8b14860a799888n);
  assertEquals(crc64nvme(new Uint8Array(4096)), 0x6482d367eb22b64en);
  assertEquals(crc64nvme(new Uint8Array(4096).fill(0xff)), 0xc0ddba7302eca3acn);
  assertEquals(crc64nvme(new Uint8Array()), 0n);
});

Deno.test("property: CRCs equal the bit-by-bit definition and continue over any split", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (data, cut) => {
    const [a, b] = [data.subarray(0, cut), data.subarray(cut)];
    assertEquals(BigInt(crc32c(data)), bitwise(data, 0x82f63b78n, 32n));
    assertEquals(crc64nvme(data), bitwise(data, 0x9a6c9329ac4bc9b5n, 64n));
    assertEquals(crc32c(b, crc32c(a)), crc32c(data));
    assertEquals(crc64nvme(b, crc64nvme(a)), crc64nvme(data));
  }));
});

Deno.test("data larger than the engine's buffer is digested whole", () => {
  const data = splitmixBytes(1, 3_000_001);
  const cut = 1_000_003;
  assertEquals(crc32c(data), crc32c(data.subarray(cut), crc32c(data.subarray(0, cut))));
  assertEquals(crc64nvme(data), crc64nvme(data.subarray(cut), crc64nvme(data.subarray(0, cut))));
  const key = new Uint8Array(32).fill(7);
  const changed = data.slice();
  changed[2_999_999] = (changed[2_999_999] ?? 0) ^ 1;
  assertEquals(blake3Keyed(key, data).toHex(), blake3Keyed(key, data.slice()).toHex());
  assertEquals(blake3Keyed(key, data).toHex() === blake3Keyed(key, changed).toHex(), false);
});

Deno.test("keyed BLAKE3 has the values of the reference test vectors", () => {
  const key = text("whats the Elvish word for friend");
  const input = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);
  const expected: readonly (readonly [number, string])[] = [
    [0, "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"],
    [1, "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b"],
    [1024, "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4"],
    [102400, "1c35d1a5811083fd7119f5d5d1ba027b4d01c0c6c49fb6ff2cf75393ea5db4a7"],
  ];
  for (const [length, hash] of expected) {
    assertEquals(blake3Keyed(key, input(length)).toHex(), hash);
  }
});

Deno.test("a BLAKE3 key has 32 bytes", () => {
  assertThrows(() => blake3Keyed(new Uint8Array(31), new Uint8Array()), RangeError);
  assertThrows(() => blake3Keyed(new Uint8Array(33), new Uint8Array()), RangeError);
});

function bitwise(data: Uint8Array, polynomial: bigint, width: bigint): bigint {
  const ones = (1n << width) - 1n;
  let crc = ones;
  for (const byte of data) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? polynomial : 0n);
  }
  return crc ^ ones;
}
