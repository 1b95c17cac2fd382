import { assertEquals } from "@std/assert";
import { type XxHashAlgorithm, XxHashDigest } from "../../lib/checksum/xxhash.ts";

/** Of 100,000 bytes `(7 i + 3) mod 256`, computed with the reference library (python-xxhash 4.1.0). */
const VALUES: Readonly<Record<XxHashAlgorithm, string>> = {
  XXHASH64: "953e8a6a68df79c4",
  XXHASH3: "0c056f6fcc340974",
  XXHASH128: "d9e155dd16e141d00c056f6fcc340974",
};
const DATA = Uint8Array.from({ length: 100_000 }, (_, i) => 7 * i + 3);

Deno.test("digests of one algorithm that are fed in turn do not disturb one another", () => {
  for (const [name, value] of Object.entries(VALUES)) {
    // Object.entries loses the literal types of the keys.
    const algorithm = name as XxHashAlgorithm;
    const whole = new XxHashDigest(algorithm);
    const other = new XxHashDigest(algorithm);
    for (let at = 0; at < DATA.length; at += 777) {
      whole.update(DATA.subarray(at, at + 777));
      other.update(new Uint8Array([at & 0xff]));
    }
    assertEquals(whole.digest().toHex(), value, algorithm);
  }
});
