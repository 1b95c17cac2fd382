import { assertEquals } from "@std/assert";
import { ConcurrencyLimits } from "../../lib/flow/concurrency_limits.ts";

Deno.test("ConcurrencyLimits let in as many as they say, and others when one has ended", () => {
  const limits = new ConcurrencyLimits({ total: 2, each: 1 });
  const first = limits.begin();
  const second = limits.begin();
  assertEquals([typeof first, typeof second, limits.begin()], ["function", "function", undefined]);
  first?.();
  first?.();
  assertEquals(limits.total, 1);
  assertEquals([typeof limits.begin(), limits.begin()], ["function", undefined]);
});

Deno.test("ConcurrencyLimits count each name apart", () => {
  const limits = new ConcurrencyLimits({ total: 9, each: 2 });
  const ends = [limits.beginOf("a"), limits.beginOf("a")];
  assertEquals([limits.beginOf("a"), typeof limits.beginOf("b")], [undefined, "function"]);
  for (const end of ends) {
    end?.();
    end?.();
  }
  assertEquals([typeof limits.beginOf("a"), typeof limits.beginOf("a")], ["function", "function"]);
  assertEquals(limits.beginOf("a"), undefined);
});
