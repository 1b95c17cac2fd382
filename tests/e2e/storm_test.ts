import { assert, assertEquals } from "@std/assert";
import { raiseStorm } from "../support/storm.ts";

Deno.test("others are served among idle connections and slow bodies, which leave nothing behind", async () => {
  const result = await raiseStorm({ idle: 300, slow: 60, requests: 20, bodyTimeoutSeconds: 1 });
  assertEquals(result.failures, []);
  assertEquals(result.slowEnds, { "400 RequestTimeout": 60 });
  const { before, during, after } = result;
  if (before === undefined || during === undefined || after === undefined) return;
  assert(during.descriptors >= before.descriptors + 300, `${during.descriptors}`);
  assert(
    after.descriptors <= before.descriptors + 10,
    `${before.descriptors} ${after.descriptors}`,
  );
});
