import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { checksumAlgorithm, checksumHeader } from "../../lib/checksum/algorithms.ts";
import { decodeDigest, encodeBase64 } from "../../lib/checksum/base64.ts";

Deno.test("digests survive base64", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (digest) => {
    assertEquals(decodeDigest(encodeBase64(digest), "MD5"), digest);
  }));
});

Deno.test("what is not the base64 of a digest is refused", () => {
  const bad = [
    "",
    "y/Q5Jg",
    "y/Q5Jg=",
    "y/Q5Jg===",
    "y/Q5Jh==",
    "y_Q5Jg==",
    " y/Q5Jg==",
    "y/Q5\nJg==",
    "y/Q5Jg==-3",
    "y/Q5JgAA",
    "AAAAAAAAAAA=",
    "====",
    "========",
  ];
  for (const text of bad) assertEquals(decodeDigest(text, "CRC32"), undefined, text);
  assertEquals(decodeDigest("y/Q5Jg==", "CRC32")?.toHex(), "cbf43926");
});

Deno.test("algorithms are found by name in any case, and no others", () => {
  assertEquals(checksumAlgorithm("crc64nvme"), "CRC64NVME");
  assertEquals(checksumAlgorithm("Sha256"), "SHA256");
  for (const name of ["", "md4", "crc", "sha3", "toString"]) {
    assertEquals(checksumAlgorithm(name), undefined);
  }
  assertEquals(checksumHeader("CRC32C"), "x-amz-checksum-crc32c");
});
