import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BudgetError, type Lease, MemoryBudget } from "../../lib/flow/memory_budget.ts";

Deno.test("MemoryBudget leases what there is and takes it back once", () => {
  const budget = new MemoryBudget(100);
  const first = budget.tryAcquire(60);
  assertEquals(budget.used, 60);
  assertEquals(budget.tryAcquire(41), undefined);
  assertEquals(budget.tryAcquire(10, 31), undefined);
  budget.tryAcquire(10, 30)?.release();
  first?.release();
  first?.release();
  assertEquals(budget.used, 0);
});

Deno.test("MemoryBudget serves in the order of asking", async () => {
  const budget = new MemoryBudget(100);
  const first = await budget.acquire(100);
  const order: number[] = [];
  const large = budget.acquire(80).then((lease) => (order.push(1), lease));
  const small = budget.acquire(10).then((lease) => (order.push(2), lease));
  first.shrink(85);
  assertEquals(budget.tryAcquire(5), undefined); // would fit, but others wait
  await Promise.resolve();
  assertEquals(order, []);
  first.release();
  (await large).release();
  (await small).release();
  assertEquals(order, [1, 2]);
  assertEquals(budget.used, 0);
});

Deno.test("MemoryBudget counts an oversized wish as all there is", async () => {
  const budget = new MemoryBudget(100);
  const lease = await budget.acquire(1e9);
  assertEquals(lease.bytes, 100);
  lease.release();
});

Deno.test("A lease can be shrunk and split", () => {
  const budget = new MemoryBudget(100);
  const lease = budget.tryAcquire(50);
  assert(lease !== undefined);
  const part = lease.split(20);
  assertEquals([lease.bytes, part.bytes, budget.used], [30, 20, 50]);
  lease.shrink(70);
  lease.shrink(10);
  assertEquals([lease.bytes, budget.used], [10, 30]);
  const rest = lease.split(99);
  assertEquals([lease.bytes, rest.bytes], [0, 10]);
  for (const each of [lease, part, rest]) each.release();
  assertEquals(budget.used, 0);
});

Deno.test("A wait for budget ends with the signal and lets the next one through", async () => {
  const budget = new MemoryBudget(100);
  const held = await budget.acquire(50);
  const abort = new AbortController();
  const large = budget.acquire(90, { signal: abort.signal });
  const small = budget.acquire(50);
  abort.abort(new RangeError("enough"));
  await assertRejects(() => large, RangeError);
  (await small).release();
  held.release();
  await assertRejects(() => budget.acquire(1, { signal: abort.signal }), RangeError);
  assertEquals(budget.used, 0);
});

Deno.test("MemoryBudget asks the largest holders, and no more of them than needed", async () => {
  const budget = new MemoryBudget(100);
  const asked: number[] = [];
  const leases = await Promise.all([20, 50, 30].map((bytes) => budget.acquire(bytes)));
  const ends = leases.map((lease, i) =>
    budget.addHolder({
      get reclaimable() {
        return lease.bytes;
      },
      reclaim() {
        asked.push(i);
        lease.release();
      },
    })
  );
  const lease = await budget.acquire(60);
  assertEquals(asked, [1, 2]);
  ends.forEach((end) => end());
  lease.release();
  leases[0]?.release();
  assertEquals(budget.used, 0);
});

Deno.test("MemoryBudget never exceeds its limit and serves everybody", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 30 }),
      async (limit, wishes) => {
        const budget = new MemoryBudget(limit);
        const use = async (lease: Lease) => {
          assert(budget.used <= limit);
          await Promise.resolve();
          lease.release();
        };
        await Promise.all(wishes.map((bytes) => budget.acquire(bytes).then(use)));
        assertEquals(budget.used, 0);
      },
    ),
  );
});

Deno.test("A budget is a positive number of bytes", () => {
  for (const bytes of [0, -1, NaN, 1.5]) assertThrows(() => new MemoryBudget(bytes), RangeError);
});

Deno.test("Spare memory is what nobody has leased, and is given up for every lease", async () => {
  const budget = new MemoryBudget(100);
  const given: number[] = [];
  const spare = budget.addSpare((bytes) => {
    given.push(bytes);
    spare.give(bytes);
  });
  assertEquals([spare.take(101), spare.take(60), spare.take(41)], [false, true, false]);
  assertEquals([spare.bytes, budget.used], [60, 0]);
  const small = budget.tryAcquire(40);
  assertEquals(given, []);
  const waits = await budget.acquire(50);
  assertEquals([given, spare.bytes, budget.used], [[50], 10, 90]);
  assertEquals([spare.take(1), budget.tryAcquire(11)], [false, undefined]);
  small?.release();
  waits.release();
  spare.give(1000);
  assertEquals([spare.bytes, budget.used], [0, 0]);
});

Deno.test("Of several owners of spare memory no more give up than must", () => {
  const budget = new MemoryBudget(100);
  const owners = [50, 50].map((bytes) => {
    const spare = budget.addSpare((wanted) => spare.give(wanted));
    spare.take(bytes);
    return spare;
  });
  const lease = budget.tryAcquire(30);
  assertEquals(owners.map(({ bytes }) => bytes), [20, 50]);
  const more = budget.tryAcquire(40);
  assertEquals(owners.map(({ bytes }) => bytes), [0, 30]);
  lease?.release();
  more?.release();
});

Deno.test("Spare memory that has ended is free, and its owner is not asked any more", () => {
  const budget = new MemoryBudget(100);
  const ended = budget.addSpare(() => {
    throw new Error("asked");
  });
  ended.take(80);
  ended.end();
  ended.end();
  assertEquals([ended.bytes, ended.take(1)], [0, false]);
  assertEquals(budget.tryAcquire(100)?.bytes, 100);
});

Deno.test("MemoryBudget takes back what was set aside, and serves who waits", async () => {
  const budget = new MemoryBudget(100);
  assertEquals(budget.setAside(20), true);
  const held = budget.tryAcquire(70);
  const waits = budget.acquire(30);
  budget.takeBack(20);
  assertEquals([(await waits).bytes, budget.limit, budget.used], [30, 100, 100]);
  held?.release();
});

Deno.test("MemoryBudget sets aside what is not leased, for good, and at most a quarter", () => {
  const budget = new MemoryBudget(100);
  const lease = budget.tryAcquire(90);
  assertEquals(budget.setAside(11), false);
  assertEquals(budget.setAside(10), true);
  assertEquals([budget.limit, budget.used], [90, 90]);
  lease?.release();
  assertEquals(budget.setAside(16), false);
  assertEquals(budget.setAside(15), true);
  assertEquals(budget.tryAcquire(1e9)?.bytes, 75);
});

Deno.test("Who waits for a MemoryBudget for too long is told so, and those behind are served", async () => {
  const budget = new MemoryBudget(100, { maxWaitMs: 5 });
  const held = await budget.acquire(60);
  const late = await assertRejects(() => budget.acquire(50), BudgetError);
  assertEquals(late.message, "There were no 50 bytes of memory for too long");
  const waits = new MemoryBudget(100, { maxWaitMs: 60_000 });
  const first = await waits.acquire(60);
  const second = waits.acquire(50);
  first.release();
  (await second).release();
  (await budget.acquire(40)).release();
  held.release();
  assertEquals([budget.used, waits.used], [0, 0]);
});

Deno.test("The blocks of a MemoryBudget are set aside from it once", async () => {
  const budget = new MemoryBudget(160, { maxWaitMs: 5 });
  const { blocks } = budget;
  assertEquals([blocks.limit, budget.limit], [30, 130]);
  assertEquals(budget.blocks, blocks);
  const all = await blocks.acquire(1000);
  assertEquals([all.bytes, budget.used], [30, 0]);
  await assertRejects(() => blocks.acquire(1), BudgetError);
  all.release();
});
