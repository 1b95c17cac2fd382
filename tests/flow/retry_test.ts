import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { retry, type RetryOptions } from "../../lib/flow/retry.ts";

/** A policy that notes its waits instead of waiting. */
function noting(waits: number[], over: Partial<RetryOptions> = {}): RetryOptions {
  return {
    attempts: 4,
    baseMs: 100,
    maxMs: 300,
    shouldRetry: () => true,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0,
    ...over,
  };
}

/** Work that fails so many times before it succeeds. */
function failing(times: number, error: () => Error = () => new Error("down")) {
  return (attempt: number) => attempt <= times ? Promise.reject(error()) : Promise.resolve(attempt);
}

Deno.test("work is tried until it succeeds, after waits that double up to a limit", async () => {
  const waits: number[] = [];
  assertEquals(await retry(failing(3), noting(waits)), 4);
  assertEquals(waits, [50, 100, 150]);
});

Deno.test("the last error is thrown when the attempts are used up", async () => {
  const waits: number[] = [];
  let tries = 0;
  await assertRejects(
    () => retry(() => Promise.reject(new Error(`no ${++tries}`)), noting(waits)),
    Error,
    "no 4",
  );
  assertEquals([tries, waits.length], [4, 3]);
});

Deno.test("an error that is not worth a repeat is thrown at once", async () => {
  const waits: number[] = [];
  await assertRejects(
    () => retry(failing(1), noting(waits, { shouldRetry: () => false })),
    Error,
    "down",
  );
  assertEquals(waits, []);
});

Deno.test("a program's TypeError is never tried again", async () => {
  const waits: number[] = [];
  await assertRejects(
    () => retry(failing(1, () => new TypeError("bug")), noting(waits)),
    TypeError,
  );
  assertEquals(waits, []);
});

Deno.test("an advised wait is kept, never shortened, and jittered by the base", async () => {
  const waits: number[] = [];
  const options = noting(waits, { waitOf: () => 250, random: () => 0.5 });
  assertEquals(await retry(failing(2), options), 3);
  assertEquals(waits, [300, 300]);
});

Deno.test("an advised wait that is too long is not waited for", async () => {
  const waits: number[] = [];
  await assertRejects(() => retry(failing(1), noting(waits, { waitOf: () => 301 })), Error, "down");
  assertEquals(waits, []);
  const patient = noting(waits, { waitOf: () => 301, maxAdvisedMs: 1000 });
  assertEquals(await retry(failing(1), patient), 2);
  assertEquals(waits, [301]);
});

Deno.test("waits are jittered over their upper half", async () => {
  await fc.assert(fc.asyncProperty(
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    async (random) => {
      const waits: number[] = [];
      await retry(failing(3), noting(waits, { random: () => random }));
      const ceilings = [100, 200, 300];
      ceilings.forEach((ceiling, index) => {
        const wait = waits[index] ?? -1;
        assert(wait >= ceiling / 2 && wait <= ceiling);
      });
    },
  ));
});

Deno.test("an abort ends the waiting with its reason", async () => {
  const controller = new AbortController();
  const { sleep: _, ...onTimers } = noting([], { baseMs: 60_000, maxMs: 60_000 });
  const running = retry(failing(1), { ...onTimers, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("gone")), 5);
  await assertRejects(() => running, Error, "gone");
});

Deno.test("each failure that is tried again is told of", async () => {
  const told: [string, number, number][] = [];
  const onRetry = (error: Error, attempt: number, wait: number) => {
    told.push([error.message, attempt, wait]);
  };
  await retry(failing(2), noting([], { onRetry }));
  assertEquals(told, [["down", 1, 50], ["down", 2, 100]]);
});
