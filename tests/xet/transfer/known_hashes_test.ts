import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ChunkList } from "../../../lib/xet/hash/mod.ts";
import { KnownHashes } from "../../../lib/xet/transfer/known_hashes.ts";

const XORB = "ab".repeat(32);

/** The hash of a chunk in these tests: its index, 32 times. */
function hashes(start: number, end: number): Uint8Array {
  return Uint8Array.from({ length: 32 * (end - start) }, (_, i) => start + (i >> 5));
}

Deno.test("property: KnownHashes knows exactly the runs that were added, joined where they touch", () => {
  const run = fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(run, { maxLength: 20 }), run, (runs, [start, count]) => {
      const known = new KnownHashes();
      const all = new Set<number>();
      for (const [first, length] of runs) {
        known.add(XORB, first, hashes(first, first + length));
        for (let i = 0; i < length; i++) all.add(first + i);
      }
      const wanted = Array.from({ length: count }, (_, i) => start + i).every((i) => all.has(i));
      const expected = wanted ? hashes(start, start + count) : undefined;
      assertEquals(known.get(XORB, start, start + count)?.slice(), expected);
    }),
  );
});

Deno.test("KnownHashes takes the chunks of a file to the xorbs they are in", () => {
  const known = new KnownHashes();
  const chunks = new ChunkList();
  for (let i = 0; i < 5; i++) chunks.push(hashes(i, i + 1), 1000);
  const other = "cd".repeat(32);
  known.addFile({
    terms: [
      { xorbHash: XORB, start: 7, end: 9, length: 2000 },
      { xorbHash: other, start: 0, end: 3, length: 3000 },
    ],
    chunks,
  });
  assertEquals(known.get(XORB, 7, 9)?.slice(), hashes(0, 2));
  assertEquals(known.get(other, 1, 3)?.slice(), hashes(3, 5));
  assertEquals(known.get(XORB, 0, 1), undefined);
});

Deno.test("KnownHashes forgets what was longest not asked for", () => {
  const known = new KnownHashes();
  const names = Array.from({ length: 40 }, (_, i) => i.toString(16).padStart(64, "0"));
  for (const name of names) {
    known.add(name, 0, new Uint8Array(32 * 4096));
    known.get(names[0] ?? "", 0, 1);
  }
  assert(known.get(names[0] ?? "", 0, 1));
  assert(known.get(names[39] ?? "", 0, 1));
  assertEquals(known.get(names[1] ?? "", 0, 1), undefined);
});
