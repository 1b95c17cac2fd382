import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ChecksumAlgorithm } from "../../lib/checksum/algorithms.ts";
import { createDigest } from "../../lib/checksum/digest.ts";

/** The published check values: the digests of the nine digits. */
const CHECK_VALUES: Readonly<Record<ChecksumAlgorithm, string>> = {
  CRC32: "cbf43926",
  CRC32C: "e3069283",
  CRC64NVME: "ae8b14860a799888",
  MD5: "25f9e794323b453885f5181f1b624d0b",
  SHA1: "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
  SHA256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
  SHA512:
    "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274ad27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85",
  XXHASH128: "33119477ede5dcd5e9716427681d5860",
  XXHASH3: "72dcb18b67a17dff",
  XXHASH64: "8cb841db40e6ae83",
};
const EMPTY_VALUES: Readonly<Record<ChecksumAlgorithm, string>> = {
  CRC32: "00000000",
  CRC32C: "00000000",
  CRC64NVME: "0000000000000000",
  MD5: "d41d8cd98f00b204e9800998ecf8427e",
  SHA1: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
  SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  SHA512:
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
  XXHASH128: "99aa06d3014798d86001c324468d497f",
  XXHASH3: "2d06800538d394c2",
  XXHASH64: "ef46db3751d8e999",
};
// Object.keys loses the literal types that the record above declares.
const ALGORITHMS = Object.keys(CHECK_VALUES) as ChecksumAlgorithm[];

for (const algorithm of ALGORITHMS) {
  Deno.test(`${algorithm} of 123456789 and of nothing are the published values`, () => {
    const digest = createDigest(algorithm);
    digest.update(new TextEncoder().encode("123456789"));
    assertEquals(digest.digest().toHex(), CHECK_VALUES[algorithm]);
    assertEquals(createDigest(algorithm).digest().toHex(), EMPTY_VALUES[algorithm]);
  });

  Deno.test(`${algorithm} does not depend on how the bytes come`, () => {
    fc.assert(fc.property(
      fc.uint8Array({ maxLength: 5000 }),
      fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1 }),
      (data, sizes) => {
        const whole = createDigest(algorithm);
        whole.update(data);
        const pieces = createDigest(algorithm);
        let at = 0;
        for (const size of [...sizes, data.length]) {
          pieces.update(data.subarray(at, at + size));
          at += size;
        }
        assertEquals(pieces.digest(), whole.digest());
      },
    ));
  });
}
