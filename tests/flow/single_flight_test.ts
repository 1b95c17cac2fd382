import { assertEquals, assertRejects } from "@std/assert";
import { SingleFlight } from "../../lib/flow/single_flight.ts";

Deno.test("callers at the same time share one piece of work, later ones start another", async () => {
  const flights = new SingleFlight<string, number>();
  let works = 0;
  const work = () => Promise.resolve(++works);
  assertEquals(
    await Promise.all([flights.run("a", work), flights.run("a", work), flights.run("b", work)]),
    [1, 1, 2],
  );
  assertEquals(await flights.run("a", work), 3);
});

Deno.test("all sharers get the failure, and the next caller tries again", async () => {
  const flights = new SingleFlight<string, number>();
  const failing = () => Promise.reject(new Error("down"));
  const both = [flights.run("a", failing), flights.run("a", failing)];
  for (const one of both) await assertRejects(() => one, Error, "down");
  assertEquals(await flights.run("a", () => Promise.resolve(1)), 1);
});

Deno.test("work that throws before its first wait is not kept", async () => {
  const flights = new SingleFlight<string, number>();
  const throwing = () => {
    throw new Error("at once");
  };
  await assertRejects(() => flights.run("a", throwing), Error, "at once");
  assertEquals(await flights.run("a", () => Promise.resolve(1)), 1);
});

Deno.test("the abort of one caller leaves the work to the others", async () => {
  const flights = new SingleFlight<string, number>();
  const { promise, resolve } = Promise.withResolvers<number>();
  const controller = new AbortController();
  const first = flights.run("a", () => promise, controller.signal);
  const second = flights.run("a", () => Promise.resolve(0));
  controller.abort(new Error("gone"));
  await assertRejects(() => first, Error, "gone");
  resolve(5);
  assertEquals(await second, 5);
});

Deno.test("work that nobody waits for any more is told so, and the next caller starts another", async () => {
  const flights = new SingleFlight<string, number>();
  const controllers = [new AbortController(), new AbortController()];
  let told: unknown;
  const work = (signal: AbortSignal) =>
    new Promise<number>((_, reject) =>
      signal.addEventListener("abort", () => reject(told = signal.reason))
    );
  const callers = controllers.map(({ signal }) => flights.run("a", work, signal));
  controllers[0]?.abort("first");
  await Promise.resolve();
  assertEquals(told, undefined);
  controllers[1]?.abort("second");
  assertEquals(told, "second");
  assertEquals((await Promise.allSettled(callers)).map(({ status }) => status), [
    "rejected",
    "rejected",
  ]);
  assertEquals(await flights.run("a", () => Promise.resolve(2)), 2);
});
