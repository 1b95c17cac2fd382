import { assertEquals, assertRejects } from "@std/assert";
import { eachOf } from "../../lib/flow/each_of.ts";

Deno.test("eachOf() works at as many items at once as it may, each once", async () => {
  let [active, most] = [0, 0];
  const seen: number[] = [];
  await eachOf([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++active);
    await new Promise((resolve) => setTimeout(resolve, 1));
    seen.push(item);
    active--;
  });
  assertEquals([most, seen.sort()], [3, [1, 2, 3, 4, 5, 6, 7]]);
});

Deno.test("eachOf() begins nothing after a failure, waits for what is under way, and ends the items", async () => {
  let ended = false;
  async function* items() {
    try {
      for (let i = 0;; i++) yield i;
    } finally {
      ended = true;
    }
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  const done: number[] = [];
  const work = eachOf(items(), 2, async (item) => {
    if (item === 1) throw new Error("one");
    await promise;
    done.push(item);
  });
  resolve();
  await assertRejects(() => work, Error, "one");
  assertEquals([ended, done], [true, [0]]);
});

Deno.test("eachOf() throws what the items throw", async () => {
  async function* items() {
    yield 1;
    await Promise.resolve();
    throw new Error("no more");
  }
  await assertRejects(() => eachOf(items(), 2, async () => {}), Error, "no more");
});
