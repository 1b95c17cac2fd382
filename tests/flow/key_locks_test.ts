import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { MemoryKeyLocks } from "../../lib/flow/key_locks.ts";

Deno.test("work under one key runs one after the other, in the order of asking", async () => {
  const locks = new MemoryKeyLocks();
  const log: string[] = [];
  await Promise.all([1, 2, 3].map((number) =>
    locks.withLocks(["k"], async () => {
      log.push(`${number} in`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      log.push(`${number} out`);
    })
  ));
  assertEquals(log, ["1 in", "1 out", "2 in", "2 out", "3 in", "3 out"]);
});

Deno.test("work under different keys runs side by side", async () => {
  const locks = new MemoryKeyLocks();
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = locks.withLocks(["a"], () => promise);
  assertEquals(await locks.withLocks(["b"], () => Promise.resolve("done")), "done");
  resolve();
  await waiting;
});

Deno.test("a key that is named twice is taken once", async () => {
  const locks = new MemoryKeyLocks();
  assertEquals(await locks.withLocks(["a", "b", "a"], () => Promise.resolve(1)), 1);
});

Deno.test("no keys are no locks", async () => {
  assertEquals(await new MemoryKeyLocks().withLocks([], () => Promise.resolve(1)), 1);
});

Deno.test("work that fails gives its locks back", async () => {
  const locks = new MemoryKeyLocks();
  await assertRejects(
    () => locks.withLocks(["a", "b"], () => Promise.reject(new Error("bad"))),
    Error,
    "bad",
  );
  assertEquals(locks.size, 0);
  assertEquals(await locks.withLocks(["b", "a"], () => Promise.resolve(1)), 1);
});

Deno.test("any mix of callers ends, never shares a key, and leaves no lock behind", async () => {
  const keys = fc.array(fc.constantFrom("a", "b", "c", "\u{1F600}", "\uFFFD"), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(keys, { maxLength: 12 }), async (callers) => {
      const locks = new MemoryKeyLocks();
      const held = new Set<string>();
      await Promise.all(callers.map((wanted) =>
        locks.withLocks(wanted, async () => {
          const distinct = new Set(wanted);
          for (const key of distinct) {
            assert(!held.has(key));
            held.add(key);
          }
          await Promise.resolve();
          await Promise.resolve();
          for (const key of distinct) held.delete(key);
        })
      ));
      assertEquals(locks.size, 0);
    }),
    { numRuns: 50 },
  );
});
