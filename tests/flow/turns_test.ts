import { assertEquals } from "@std/assert";
import { Turns, type TurnsOptions } from "../../lib/flow/turns.ts";

/** Turns whose calls end when the test says so, by a clock that the test moves. */
function scripted(options: TurnsOptions = {}) {
  const calls: { readonly requests: readonly number[]; readonly end: () => void }[] = [];
  const sleeps: { readonly ms: number; readonly end: () => void; ended: boolean }[] = [];
  const clock = { now: 0 };
  const turns = new Turns<number>(
    (waiting) => waiting.splice(0),
    (_, requests) => new Promise((resolve) => calls.push({ requests, end: resolve })),
    {
      clock: () => clock.now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const entry = { ms, end: resolve, ended: false };
          sleeps.push(entry);
          signal?.addEventListener("abort", () => {
            entry.ended = true;
            reject(signal.reason);
          });
        }),
      ...options,
    },
  );
  return { turns, calls, sleeps, clock };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A call in which so many share, after a lone one; it takes 100 ms. */
async function crowd({ turns, calls, clock }: ReturnType<typeof scripted>, count: number) {
  for (let i = 0; i <= count; i++) turns.add("a", i);
  calls.at(-1)?.end();
  await settle();
  clock.now += 100;
  calls.at(-1)?.end();
  await settle();
}

Deno.test("a lone request goes at once, and those that come meanwhile share the next call", async () => {
  const { turns, calls, sleeps } = scripted();
  turns.add("a", 1);
  assertEquals(calls.map(({ requests }) => requests), [[1]]);
  turns.add("a", 2);
  turns.add("a", 3);
  turns.add("b", 4);
  assertEquals(calls.map(({ requests }) => requests), [[1], [4]]);
  calls[0]?.end();
  await settle();
  assertEquals(calls.map(({ requests }) => requests), [[1], [4], [2, 3]]);
  assertEquals(sleeps, []);
  for (const { end } of calls) end();
  await turns.idle();
});

Deno.test("the first to come back waits for those who shared the last call, and no longer", async () => {
  const site = scripted();
  const { turns, calls, sleeps } = site;
  await crowd(site, 3);
  turns.add("a", 10);
  turns.add("a", 11);
  assertEquals([calls.length, sleeps.map(({ ms }) => ms)], [2, [50]]);
  turns.add("a", 12);
  await settle();
  assertEquals([calls.at(-1)?.requests, sleeps[0]?.ended], [[10, 11, 12], true]);
  calls.at(-1)?.end();
  await turns.idle();
});

Deno.test("nobody is waited for beyond half of what the call took", async () => {
  const site = scripted();
  const { turns, calls, sleeps } = site;
  await crowd(site, 3);
  turns.add("a", 10);
  sleeps[0]?.end();
  await settle();
  assertEquals(calls.at(-1)?.requests, [10]);
  calls.at(-1)?.end();
  await turns.idle();
});

Deno.test("a request that comes long after a crowd goes at once", async () => {
  const site = scripted();
  const { turns, calls, sleeps, clock } = site;
  await crowd(site, 3);
  clock.now += 401;
  turns.add("a", 10);
  assertEquals([calls.at(-1)?.requests, sleeps], [[10], []]);
  calls.at(-1)?.end();
  await turns.idle();
});

Deno.test("where calls are scarce, a call takes along who comes during the pause", async () => {
  const pause = Promise.withResolvers<void>();
  const { turns, calls } = scripted({ pause: () => pause.promise });
  turns.add("a", 1);
  turns.add("a", 2);
  await settle();
  assertEquals(calls.length, 0);
  pause.resolve();
  await settle();
  assertEquals(calls.map(({ requests }) => requests), [[1, 2]]);
  calls[0]?.end();
  await turns.idle();
});
