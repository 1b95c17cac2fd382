import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { XetFormatError } from "../../../lib/xet/error.ts";
import {
  equalHashes,
  hashModulo,
  parseHash,
  printHash,
  ZERO_HASH,
} from "../../../lib/xet/hash/mod.ts";
import { readJsonVector } from "../../support/vector_chunks.ts";

interface Primitives {
  readonly primitives: {
    readonly hash_string: { bytes_hex: string; printed: string };
    readonly sha256_in_shard: { sha256_hex: string; stored_bytes_hex: string };
  };
}

Deno.test("hashes print and parse as in the vectors", () => {
  const { hash_string, sha256_in_shard } = readJsonVector<Primitives>("hashes.json").primitives;
  assertEquals(printHash(Uint8Array.fromHex(hash_string.bytes_hex)), hash_string.printed);
  assertEquals(parseHash(hash_string.printed).toHex(), hash_string.bytes_hex);
  assertEquals(parseHash(hash_string.printed.toUpperCase()).toHex(), hash_string.bytes_hex);
  assertEquals(parseHash(sha256_in_shard.sha256_hex).toHex(), sha256_in_shard.stored_bytes_hex);
  assertEquals(parseHash(ZERO_HASH), new Uint8Array(32));
});

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

Deno.test("property: parsing undoes printing, at any offset", () => {
  fc.assert(fc.property(bytes32, fc.uint8Array({ maxLength: 9 }), (hash, before) => {
    const printed = printHash(hash);
    assertEquals(parseHash(printed), hash);
    assertEquals(printHash(Uint8Array.of(...before, ...hash, 1), before.length), printed);
  }));
});

Deno.test("property: the modulus is that of the last word", () => {
  fc.assert(fc.property(bytes32, fc.integer({ min: 1, max: 2 ** 26 }), (hash, n) => {
    const word = new DataView(hash.buffer).getBigUint64(24, true);
    assertEquals(BigInt(hashModulo(hash, n)), word % BigInt(n));
    assertEquals(hashModulo(Uint8Array.of(9, ...hash), n, 1), hashModulo(hash, n));
  }));
  assertThrows(() => hashModulo(new Uint8Array(32), 0), RangeError);
  assertThrows(() => hashModulo(new Uint8Array(32), 2 ** 26 + 1), RangeError);
});

Deno.test("text that is no hash is refused", () => {
  const good = "0123456789abcdef".repeat(4);
  for (
    const text of ["", good.slice(1), good + "0", "g" + good.slice(1), " " + good, good + "\n"]
  ) {
    assertThrows(() => parseHash(text), XetFormatError);
  }
  assertThrows(() => printHash(new Uint8Array(31)), RangeError);
  assertThrows(() => printHash(new Uint8Array(40), 9), RangeError);
  assertThrows(() => hashModulo(new Uint8Array(31), 4), RangeError);
});

Deno.test("hashes are equal byte for byte", () => {
  const hash = new Uint8Array(32).fill(3);
  assert(equalHashes(hash, hash.slice()));
  assert(!equalHashes(hash, hash.with(31, 4)));
  assert(!equalHashes(hash, hash.subarray(1)));
});
