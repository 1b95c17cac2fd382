import { assert, assertEquals, assertRejects } from "@std/assert";
import { sleep } from "../../lib/flow/sleep.ts";

Deno.test("sleep waits at least as long as asked", async () => {
  const start = performance.now();
  await sleep(20);
  assert(performance.now() - start >= 19);
});

Deno.test("an abort ends a sleep at once, with its reason and without a timer left", async () => {
  const controller = new AbortController();
  const waiting = sleep(60_000, controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  await assertRejects(() => sleep(60_000, controller.signal), Error, "enough");
});

Deno.test("a sleep that ended leaves its signal alone", async () => {
  const controller = new AbortController();
  await sleep(1, controller.signal);
  controller.abort();
  assertEquals(controller.signal.aborted, true);
});
