import { assert, assertEquals } from "@std/assert";
import { MemoryBudget } from "../../../lib/flow/memory_budget.ts";
import { hmacHash } from "../../../lib/xet/hash/mod.ts";
import { ChunkIndex } from "../../../lib/xet/transfer/chunk_index.ts";
import { splitmix } from "./test_data.ts";

const MIB = 1 << 20;

/** The hashes of as many chunks. */
const hashes = (seed: number, count: number) => splitmix(seed, count * 32);

const hashAt = (list: Uint8Array, i: number) => list.subarray(i * 32, i * 32 + 32);

Deno.test("ChunkIndex finds the chunks of its xorbs, and the ones after them", () => {
  const index = new ChunkIndex(new MemoryBudget(16 * MIB));
  assertEquals(index.find(hashAt(hashes(1, 1), 0)), undefined);
  const [a, b] = [hashes(1, 100), hashes(2, 50)];
  index.add({ hash: "a", hashes: a });
  index.add({ hash: "b", hashes: b });
  const found = index.find(hashAt(b, 7));
  assertEquals([found?.xorb.hash, found?.index], ["b", 7]);
  assert(found?.xorb.holds(8, hashAt(b, 8)));
  assert(!found?.xorb.holds(8, hashAt(b, 9)));
  assert(!found?.xorb.holds(50, hashAt(b, 0)));
  assertEquals(index.find(hashAt(a, 99))?.index, 99);
  assertEquals(index.find(hashAt(hashes(3, 1), 0)), undefined);
  assertEquals(index.hashesOf("a", 3, 5), a.subarray(96, 160));
  assertEquals(index.hashesOf("c", 0, 1), undefined);
});

Deno.test("Of equal chunks the first is found, and one that comes after that is gone", () => {
  const index = new ChunkIndex(new MemoryBudget(16 * MIB));
  const list = hashes(4, 3);
  index.add({ hash: "a", hashes: list });
  index.add({ hash: "b", hashes: list });
  const found = index.find(hashAt(list, 1));
  assertEquals(found?.xorb.hash, "a");
  index.forget("a");
  assert(!found?.xorb.holds(1, hashAt(list, 1)));
  index.add({ hash: "c", hashes: list });
  assertEquals(index.find(hashAt(list, 1))?.xorb.hash, "c");
  index.forget("c");
  index.add({ hash: "a", hashes: list });
  assertEquals(index.find(hashAt(list, 1))?.xorb.hash, "a");
});

Deno.test("Keyed chunks are found until they expire, and so is what has one of the last keys", () => {
  let now = 1000;
  const index = new ChunkIndex(new MemoryBudget(16 * MIB), () => now);
  const list = hashes(5, 4);
  const add = (name: string, key: Uint8Array, at: number) =>
    index.add({
      hash: name,
      hashes: hmacHash(key, hashAt(list, at)),
      key: key.slice(),
      expiresAt: 2000,
    });
  const keys = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill));
  keys.forEach((key, i) => add(`x${i}`, key, i));
  assertEquals(index.find(hashAt(list, 2))?.xorb.hash, "x2");
  assertEquals(index.find(hashAt(list, 1))?.xorb.hash, "x1");
  assertEquals(index.find(hashAt(list, 0)), undefined);
  assertEquals(index.hashesOf("x1", 0, 1), undefined);
  const found = index.find(hashAt(list, 1));
  assert(found?.xorb.holds(0, hashAt(list, 1)));
  now = 2000;
  assert(!found?.xorb.holds(0, hashAt(list, 1)));
  assertEquals(index.find(hashAt(list, 1)), undefined);
});

Deno.test("ChunkIndex takes a bounded share of the budget and forgets the oldest, but not the used", () => {
  const budget = new MemoryBudget(16 * MIB);
  const index = new ChunkIndex(budget);
  assertEquals(budget.limit, 16 * MIB);
  const first = hashes(6, 200);
  index.add({ hash: "first", hashes: first });
  index.add({ hash: "second", hashes: hashes(7, 200) });
  assertEquals(budget.limit, 15 * MIB);
  let added = 0;
  while (index.find(hashAt(hashes(7, 200), 0)) !== undefined) {
    index.add({ hash: `more ${added}`, hashes: hashes(1000 + added++, 200) });
    if (added % 20 === 0) index.renew("first");
    assert(added < 1000);
  }
  assert(added * 200 > 5000, `${added * 200} chunks in 1 MiB`);
  assertEquals(index.find(hashAt(first, 5))?.xorb.hash, "first");
  assertEquals(budget.limit, 15 * MIB);
  assertEquals(budget.used, 0);
});

Deno.test("ChunkIndex does without memory where there is none to spare", () => {
  const full = new MemoryBudget(16 * MIB);
  const lease = full.tryAcquire(16 * MIB);
  const index = new ChunkIndex(full);
  index.add({ hash: "a", hashes: hashes(8, 3) });
  assertEquals(index.find(hashAt(hashes(8, 3), 0)), undefined);
  lease?.release();
  index.add({ hash: "a", hashes: hashes(8, 3) });
  assertEquals(index.find(hashAt(hashes(8, 3), 0))?.xorb.hash, "a");
  const tiny = new ChunkIndex(new MemoryBudget(1000));
  tiny.add({ hash: "a", hashes: hashes(8, 3) });
  assertEquals(tiny.find(hashAt(hashes(8, 3), 0)), undefined);
});

Deno.test("Indexes of many tokens leave three quarters of the budget to transfers", () => {
  const budget = new MemoryBudget(64 * MIB);
  for (let i = 0; i < 10; i++) {
    new ChunkIndex(budget).add({ hash: "a", hashes: hashes(9, 1) });
  }
  assert(budget.limit >= 48 * MIB);
});

Deno.test("A ChunkIndex that is closed gives its memory back and remembers nothing", () => {
  const budget = new MemoryBudget(16 * MIB);
  const index = new ChunkIndex(budget, Date.now, 1 / 32);
  const list = hashes(9, 10);
  index.add({ hash: "a", hashes: list });
  assertEquals(budget.limit, 15.5 * MIB);
  index.close();
  assertEquals(budget.limit, 16 * MIB);
  index.add({ hash: "a", hashes: list });
  assertEquals([index.find(hashAt(list, 0)), budget.limit], [undefined, 16 * MIB]);
});
