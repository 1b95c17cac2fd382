import { assert, assertEquals } from "@std/assert";
import { Block, bytesOf, hashesOf, lengthsOf } from "../../../lib/xet/transfer/block.ts";

function block(): Block {
  return new Block({
    xorb: "ab".repeat(32),
    first: 10,
    lengths: Uint32Array.of(1, 2, 3),
    hashes: Uint8Array.from({ length: 96 }, (_, i) => i >> 5),
    data: Uint8Array.of(1, 2, 2, 3, 3, 3),
  });
}

Deno.test("a run of a block has its bytes, lengths and hashes", () => {
  const run = { block: block(), start: 11, end: 13 };
  assertEquals(bytesOf(run), Uint8Array.of(2, 2, 3, 3, 3));
  assertEquals(lengthsOf(run), Uint32Array.of(2, 3));
  assertEquals(hashesOf(run)?.length, 64);
  assertEquals([hashesOf(run)?.[0], hashesOf(run)?.[63]], [1, 2]);
  assertEquals(bytesOf({ ...run, end: 11 }).length, 0);
});

Deno.test("the memory of a block is freed with its last user, and not before", () => {
  const one = block();
  one.hold();
  one.letGo();
  assert(one.intact);
  one.letGo();
  assert(!one.intact);
  assertEquals([one.data.length, one.size], [0, 6]);
});

Deno.test("a block whose buffer was taken away is not intact, and letting go of it does no harm", () => {
  const one = block();
  structuredClone(one.data, { transfer: [one.data.buffer] });
  assert(!one.intact);
  one.letGo();
});
