import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { DigestAlgorithm } from "../../lib/checksum/algorithms.ts";
import { createDigest } from "../../lib/checksum/digest.ts";

/** The published check values: the digests of the nine digits. */
const CHECK_VALUES: Readonly<Record<DigestAlgorithm, string>> = {
  CRC32: "cbf43926",
  CRC32C: "e3069283",
  CRC64NVME: "ae8b14860a799888",
  MD5: "25f9e794323b453885f5181f1b624d0b",
  SHA1: "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
  SHA256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
};
const EMPTY_VALUES: Readonly<Record<DigestAlgorithm, string>> = {
  CRC32: "00000000",
  CRC32C: "00000000",
  CRC64NVME: "0000000000000000",
  MD5: "d41d8cd98f00b204e9800998ecf8427e",
  SHA1: "da39a3ee5e6b4b0d3255bfef95601890afd80709",
  SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};
// Object.keys loses the literal types that the record above declares.
const ALGORITHMS = Object.keys(CHECK_VALUES) as DigestAlgorithm[];

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
