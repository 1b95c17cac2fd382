import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { XetFormatError } from "../../../lib/xet/error.ts";
import { readDedupAnswer, readShard } from "../../../lib/xet/format/mod.ts";
import { printHash } from "../../../lib/xet/hash/mod.ts";
import { readVector } from "../../support/vector_chunks.ts";

for (const name of ["shard-keyed", "shard-local", "shard-js-text", "shard-js-floats"]) {
  Deno.test(`readDedupAnswer() sees in ${name}.bin what readShard() sees`, () => {
    const bytes = readVector(`${name}.bin`);
    const { xorbs, footer } = readShard(bytes);
    const answer = readDedupAnswer(bytes);
    assertEquals([answer.key, answer.expiresAt], [footer?.hmacKey, footer?.expiresAt]);
    assertEquals(answer.xorbs.map(({ hash }) => hash), xorbs.map(({ hash }) => hash));
    for (const [i, { hashes }] of answer.xorbs.entries()) {
      const printed = Array.from(
        { length: hashes.length / 32 },
        (_, j) => printHash(hashes, j * 32),
      );
      assertEquals(printed, xorbs[i]?.chunks.map(({ hash }) => hash));
    }
  });
}

Deno.test("readDedupAnswer() refuses what is broken off, has no footer, or is anything else", () => {
  const bytes = readVector("shard-keyed.bin");
  for (let length = 0; length < bytes.length - 200; length += 16) {
    assertThrows(() => readDedupAnswer(bytes.subarray(0, length)), XetFormatError);
  }
  const bare = bytes.slice();
  bare.fill(0, 40, 48);
  assertThrows(() => readDedupAnswer(bare), XetFormatError, "footer");
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ change;
      try {
        assert(readDedupAnswer(changed).xorbs.length < 10);
      } catch (error) {
        assert(error instanceof XetFormatError);
      }
    }),
  );
});
