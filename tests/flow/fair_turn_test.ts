import { assert, assertEquals, assertThrows } from "@std/assert";
import { FairTurn } from "../../lib/flow/fair_turn.ts";

Deno.test("FairTurn lets timers run once enough work was done", async () => {
  let now = 0;
  const turn = new FairTurn({ clock: () => now, limitMs: 8 });
  let turned = false;
  const timer = setTimeout(() => turned = true, 0);
  assertEquals(turn.run(() => now += 7), 7);
  await turn.pause();
  assert(!turned);
  assertThrows(() =>
    turn.run(() => {
      now += 1;
      throw new RangeError("counted too");
    }), RangeError);
  await turn.pause();
  assert(turned);
  clearTimeout(timer);
});
