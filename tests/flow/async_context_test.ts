import { assertEquals } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { captureContext } from "../../lib/flow/async_context.ts";
import { Turns } from "../../lib/flow/turns.ts";

Deno.test("captureContext() lets work be done where it was called", () => {
  const storage = new AsyncLocalStorage<string>();
  const there = storage.run("there", () => captureContext());
  assertEquals(storage.run("here", () => there(() => storage.getStore())), "there");
  assertEquals(storage.getStore(), undefined);
});

Deno.test("a shared call is made for the first of those who share it, not for who began the queue", async () => {
  const storage = new AsyncLocalStorage<string>();
  const calls: unknown[] = [];
  const turns = new Turns<string>(
    (waiting) => waiting.splice(0),
    async (_, requests) => {
      await Promise.resolve();
      calls.push([storage.getStore(), [...requests]]);
    },
  );
  for (const name of ["first", "second", "third"]) {
    storage.run(name, () => turns.add("id", name));
  }
  await turns.idle();
  assertEquals(calls, [["first", ["first"]], ["second", ["second", "third"]]]);
});
