import { assertEquals } from "@std/assert";
import { Circuit, type CircuitPass } from "../../lib/flow/circuit.ts";

function circuit(options: { limit?: number } = {}) {
  const clock = { now: 0 };
  const changes: string[] = [];
  const made = new Circuit({
    limit: options.limit ?? 3,
    openMs: 100,
    maxOpenMs: 300,
    now: () => clock.now,
    random: () => 1,
    onChange: (state, openMs) => changes.push(`${state} ${openMs}`),
  });
  const enter = (): CircuitPass => {
    const pass = made.enter();
    if (typeof pass === "number") throw new Error(`It is open for ${pass} ms`);
    return pass;
  };
  return { clock, changes, made, enter };
}

Deno.test("failures in a row open a circuit, a success among them does not", () => {
  const { made, enter, changes } = circuit();
  enter().failed();
  enter().failed();
  enter().succeeded();
  enter().failed();
  enter().failed();
  enter().abandoned();
  assertEquals(changes, []);
  enter().failed();
  assertEquals(changes, ["open 100"]);
  assertEquals(made.enter(), 100);
});

Deno.test("heavier failures open it sooner", () => {
  const { enter, changes } = circuit();
  enter().failed(2);
  enter().failed(2);
  assertEquals(changes, ["open 100"]);
});

Deno.test("one probe at a time goes through; its failure opens for longer, up to a bound", () => {
  const { made, enter, clock, changes } = circuit({ limit: 1 });
  enter().failed();
  for (const expected of [200, 300, 300]) {
    clock.now += 1000;
    const probe = enter();
    assertEquals(made.enter(), 100, "a second one has to wait for the first");
    probe.failed();
    assertEquals(made.enter(), expected);
  }
  clock.now += 1000;
  enter().abandoned();
  enter().succeeded();
  enter();
  enter();
  assertEquals(changes, ["open 100", "closed 0"]);
});

Deno.test("what began before it opened neither opens it for longer nor counts twice", () => {
  const { made, enter, clock } = circuit({ limit: 1 });
  const [early, late] = [enter(), enter()];
  early.failed();
  early.succeeded();
  clock.now = 50;
  late.failed();
  assertEquals(made.enter(), 50);
  clock.now = 150;
  enter().succeeded();
  enter().abandoned();
});
