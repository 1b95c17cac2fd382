import { assertEquals } from "@std/assert";
import { Allowance } from "../../lib/flow/allowance.ts";

Deno.test("an allowance is spent, and there again when its time is over", () => {
  let now = 1_700_000_000_000;
  const allowance = new Allowance({ times: 2, perMs: 1000, now: () => now });
  const take = () => [1, 2, 3].map(() => allowance.take());
  assertEquals(take(), [true, true, false]);
  now += 999;
  assertEquals(take(), [false, false, false]);
  now += 1;
  assertEquals(take(), [true, true, false]);
  now += 10_000;
  assertEquals(take(), [true, true, false]);
});
