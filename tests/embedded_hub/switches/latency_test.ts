import { assertEquals } from "@std/assert";
import { createLatency } from "../../../lib/embedded_hub/switches/latency.ts";

Deno.test("the most specific delay counts", async () => {
  const slept: number[] = [];
  const latency = createLatency((milliseconds) => {
    slept.push(milliseconds);
    return Promise.resolve();
  });
  await latency.wait("hub.tree");
  latency.set("*", 1);
  latency.set("hub", 2);
  latency.set("hub.tree", 3);
  for (const endpoint of ["hub.tree", "hub.batch", "cas.data"]) await latency.wait(endpoint);
  latency.set("hub.tree", 0);
  await latency.wait("hub.tree");
  latency.clear();
  await latency.wait("hub.batch");
  assertEquals(slept, [3, 2, 1]);
});
