import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { Block } from "../../../lib/xet/transfer/block.ts";
import { BlockCache } from "../../../lib/xet/transfer/block_cache.ts";

const [A, B] = ["aa".repeat(32), "bb".repeat(32)];
/** What a block of one chunk takes beside its bytes. */
const OVERHEAD = 500 + 32;

/** One byte per chunk, which says which chunk it is. */
function block(xorb: string, first: number, end: number, size = 1): Block {
  const count = end - first;
  const data = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) data.fill(first + i, i * size, (i + 1) * size);
  const hashes = new Uint8Array(count * 32);
  return new Block({ xorb, first, lengths: new Uint32Array(count).fill(size), hashes, data });
}

Deno.test("BlockCache finds the block that holds a chunk, each xorb's for itself", () => {
  const cache = new BlockCache(new MemoryBudget(1 << 20));
  cache.put(block(A, 10, 20));
  cache.put(block(A, 0, 5));
  cache.put(block(B, 7, 8));
  const firsts = [0, 4, 5, 9, 10, 19, 20].map((chunk) => cache.find(A, chunk)?.first);
  assertEquals(firsts, [0, 0, undefined, undefined, 10, 10, undefined]);
  assertEquals([cache.find(B, 7)?.first, cache.find(B, 8)], [7, undefined]);
});

Deno.test("BlockCache keeps what was asked for again longer than what passes through", () => {
  const size = 1000 - OVERHEAD;
  const cache = new BlockCache(new MemoryBudget(1 << 20), 4000);
  cache.put(block(A, 0, 1, size));
  assert(cache.find(A, 0));
  for (let i = 1; i < 20; i++) cache.put(block(A, i, i + 1, size));
  assertEquals(cache.bytes, 4000);
  const kept = Array.from({ length: 20 }, (_, i) => i).filter((i) => cache.find(A, i));
  assertEquals(kept, [0, 17, 18, 19]);
  // All four have now been asked for again: still something new finds room.
  cache.put(block(A, 30, 31, size));
  assert(cache.find(A, 30));
  cache.put(block(B, 0, 1, 4001));
  assertEquals(cache.find(B, 0), undefined);
});

Deno.test("BlockCache shows uncertain blocks to their scope until they are settled", () => {
  const cache = new BlockCache(new MemoryBudget(1 << 20));
  const [right, wrong] = [{}, {}];
  cache.put(block(A, 0, 1), right);
  cache.put(block(A, 1, 2), wrong);
  assertEquals([cache.find(A, 0), cache.find(A, 0, wrong)], [undefined, undefined]);
  assert(cache.find(A, 0, right));
  cache.settle(A, right, true);
  cache.settle(A, wrong, false);
  assert(cache.find(A, 0)?.intact);
  assertEquals(cache.find(A, 1, wrong), undefined);
});

Deno.test("BlockCache takes of the budget what nobody needs, and gives it up for a lease", () => {
  const budget = new MemoryBudget(8000);
  const cache = new BlockCache(budget, 6000);
  for (let i = 0; i < 6; i++) cache.put(block(A, i, i + 1, 1000 - OVERHEAD));
  assertEquals([cache.bytes, budget.used], [6000, 0]);
  const lease = budget.tryAcquire(5000);
  assert(lease !== undefined && cache.bytes <= 3000);
  cache.put(block(B, 0, 1, 3000));
  assert(budget.used + cache.bytes <= budget.limit);
  lease.release();
});

Deno.test("BlockCache frees what it gives up, unless somebody uses it", () => {
  const cache = new BlockCache(new MemoryBudget(1 << 20));
  const [used, unused] = [block(A, 0, 1), block(A, 1, 2)];
  for (const one of [used, unused]) cache.put(one);
  unused.letGo();
  cache.clear();
  assertEquals([used.intact, unused.intact, cache.bytes], [true, false, 0]);
});

Deno.test("BlockCache has no block whose buffer was taken away", () => {
  const cache = new BlockCache(new MemoryBudget(1 << 20));
  const one = block(A, 0, 1);
  cache.put(one);
  structuredClone(one.data, { transfer: [one.data.buffer] });
  assertEquals([cache.find(A, 0), cache.bytes], [undefined, 0]);
});

Deno.test("property: BlockCache gives the chunk that was asked for, within its bounds", () => {
  const put = fc.record({ xorb: fc.constantFrom(A, B), first: fc.nat(50), count: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(put, { maxLength: 60 }), fc.nat(60), (puts, chunk) => {
      const budget = new MemoryBudget(1 << 20);
      const cache = new BlockCache(budget, 10_000);
      for (const { xorb, first, count } of puts) {
        cache.put(block(xorb, first, first + count + 1));
        const found = cache.find(xorb, chunk);
        if (found !== undefined) assertEquals(found.data[chunk - found.first], chunk);
        assert(cache.bytes <= 10_000);
      }
      cache.clear();
      assertEquals(cache.bytes, 0);
    }),
  );
});
