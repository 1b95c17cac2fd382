import { assertEquals } from "@std/assert";
import { createFaults } from "../../../lib/embedded_hub/switches/faults.ts";
import { seededRandom } from "../../../lib/embedded_hub/switches/random.ts";

const BATCH = { endpoint: "hub.batch", method: "POST", path: "/api/buckets/a/b/batch" };

Deno.test("a rule fails the requests that it means, after some and for some", () => {
  const faults = createFaults(() => 0);
  const rule = { endpoint: "hub.batch", status: 503, skip: 1, times: 2 } as const;
  faults.add(rule);
  assertEquals(faults.choose({ ...BATCH, endpoint: "hub.tree" }), undefined);
  const chosen = Array.from({ length: 5 }, () => faults.choose(BATCH)?.status);
  assertEquals(chosen, [undefined, 503, 503, undefined, undefined]);
});

Deno.test("a rule can go by group, method and path, and be taken away", () => {
  const faults = createFaults(() => 0);
  const remove = faults.add({ endpoint: "hub", method: "POST", path: /\/a\/b\//, status: 500 });
  assertEquals(faults.choose(BATCH)?.status, 500);
  assertEquals(faults.choose({ ...BATCH, endpoint: "hubris.batch" }), undefined);
  assertEquals(faults.choose({ ...BATCH, method: "GET" }), undefined);
  assertEquals(faults.choose({ ...BATCH, path: "/api/buckets/c/d/batch" }), undefined);
  remove();
  assertEquals(faults.choose(BATCH), undefined);
  faults.add({ status: 500 });
  faults.clear();
  assertEquals(faults.choose(BATCH), undefined);
});

Deno.test("a probability is kept on the whole, and a seed repeats it", () => {
  const run = (seed: number) => {
    const faults = createFaults(seededRandom(seed));
    faults.add({ status: 500, probability: 0.3 });
    return Array.from({ length: 1000 }, () => faults.choose(BATCH) !== undefined);
  };
  const failures = run(7).filter(Boolean).length;
  assertEquals(failures > 250 && failures < 350, true, String(failures));
  assertEquals(run(7), run(7));
  assertEquals(run(7).join() === run(8).join(), false);
});
