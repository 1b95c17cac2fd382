import { assertEquals, assertRejects } from "@std/assert";
import { ScopeGate } from "../../lib/flow/scope_gate.ts";

Deno.test("work shares a scope, who wants it alone waits for them and keeps later ones out", async () => {
  const gate = new ScopeGate();
  const events: string[] = [];
  const first = Promise.withResolvers<void>();
  const deletion = Promise.withResolvers<void>();
  const a = gate.share("b", async () => {
    events.push("a begins");
    await first.promise;
    events.push("a ends");
  });
  const b = gate.share("b", () => Promise.resolve(events.push("b")));
  await b;
  const gone = gate.alone("b", async () => {
    events.push("deletion begins");
    await deletion.promise;
    events.push("deletion ends");
  });
  await Promise.resolve();
  const c = gate.share("b", () => Promise.resolve(events.push("c")));
  await gate.share("other", () => Promise.resolve(events.push("other")));
  first.resolve();
  await a;
  await new Promise((resolve) => setTimeout(resolve, 0));
  deletion.resolve();
  await Promise.all([gone, c]);
  assertEquals(events, [
    "a begins",
    "b",
    "other",
    "a ends",
    "deletion begins",
    "deletion ends",
    "c",
  ]);
  assertEquals(gate.size, 0);
});

Deno.test("those who want a scope alone come one after another, and failures open the gate", async () => {
  const gate = new ScopeGate();
  let running = 0;
  const work = async () => {
    assertEquals(++running, 1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    throw new Error("the work failed");
  };
  const all = [1, 2, 3].map(() =>
    assertRejects(() => gate.alone("b", work), Error, "the work failed")
  );
  await Promise.all(all);
  await assertRejects(() => gate.share("b", work), Error, "the work failed");
  assertEquals(gate.size, 0);
});
