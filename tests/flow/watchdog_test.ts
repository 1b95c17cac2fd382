import { assert, assertEquals } from "@std/assert";
import { Watchdog } from "../../lib/flow/watchdog.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("Watchdog aborts what stands still, not what moves", async () => {
  const watchdog = new Watchdog(60, () => new RangeError("stood still"));
  for (let i = 0; i < 6; i++) {
    await pause(20);
    watchdog.progress();
  }
  assert(!watchdog.signal.aborted);
  await pause(120);
  assertEquals(watchdog.signal.reason.message, "stood still");
  watchdog.stop();
});

Deno.test("Watchdog passes on the abort of its caller until it is stopped", () => {
  const outer = new AbortController();
  const [running, stopped] = [1, 2].map(() => new Watchdog(1000, () => 0, outer.signal));
  stopped?.stop();
  outer.abort("enough");
  assertEquals(running?.signal.reason, "enough");
  assert(!stopped?.signal.aborted);
  running?.stop();
  const late = new Watchdog(1000, () => 0, outer.signal);
  assert(late.signal.aborted);
  late.stop();
});

Deno.test("Watchdog starts no timer once it was stopped", () => {
  const watchdog = new Watchdog(1, () => 0);
  watchdog.stop();
  watchdog.progress(); // a timer would be a leak that fails this test
});

Deno.test("Watchdog lets rest, and starts anew with the next progress", async () => {
  const watchdog = new Watchdog(40, () => "stood still");
  watchdog.rest();
  await pause(100);
  assert(!watchdog.signal.aborted);
  watchdog.progress();
  await pause(100);
  assertEquals(watchdog.signal.reason, "stood still");
  watchdog.stop();
});
