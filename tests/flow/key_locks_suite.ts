import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { KeyLocks, LockKey } from "../../lib/flow/key_locks.ts";

/** Locks under test: several bodies that share their state, as gateways do. */
export interface LocksUnderTest {
  /** At least two, which may be the same. */
  readonly bodies: readonly [KeyLocks, KeyLocks];
  /** How many keys and scopes are locked or waited for, whoever did it. */
  readonly held: () => Promise<number> | number;
  readonly close: () => Promise<void> | void;
}

const keysOf = (...names: readonly string[]): readonly LockKey[] =>
  names.map((name) => ({ scope: "s", name }));

const pause = (ms = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * What every body of the locks has to do.
 *
 * @param name Names the body in the names of the tests.
 * @param make Makes locks that nobody holds.
 * @param numRuns How many random mixes of callers are tried.
 */
export function keyLocksSuite(
  name: string,
  make: () => Promise<LocksUnderTest> | LocksUnderTest,
  { numRuns }: { readonly numRuns: number },
): void {
  const test = (title: string, body: (made: LocksUnderTest) => Promise<void>) =>
    Deno.test(`${name}: ${title}`, async () => {
      const made = await make();
      try {
        await body(made);
        assertEquals(await made.held(), 0);
      } finally {
        await made.close();
      }
    });

  test("work under one key runs one after the other, in the order of asking", async (made) => {
    const [locks] = made.bodies;
    const log: string[] = [];
    await Promise.all([1, 2, 3].map((number) =>
      locks.withLocks(keysOf("k"), async () => {
        log.push(`${number} in`);
        await pause();
        log.push(`${number} out`);
      })
    ));
    assertEquals(log, ["1 in", "1 out", "2 in", "2 out", "3 in", "3 out"]);
  });

  test("work under one key never overlaps, whoever asks", async ({ bodies }) => {
    let inside = 0;
    const turns: number[] = [];
    await Promise.all(
      [0, 1, 0, 1, 0, 1].map((at) =>
        bodies[at === 0 ? 0 : 1].withLocks(keysOf("k"), async (hold) => {
          assertEquals(++inside, 1);
          await hold.check();
          turns.push(at);
          await pause();
          inside--;
        })
      ),
    );
    assertEquals(turns.toSorted(), [0, 0, 0, 1, 1, 1]);
  });

  test("work under different keys runs side by side", async ({ bodies: [a, b] }) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = a.withLocks(keysOf("a"), () => promise);
    assertEquals(await b.withLocks(keysOf("b"), () => Promise.resolve("done")), "done");
    assertEquals(
      await b.withLocks([{ scope: "t", name: "a" }], () => Promise.resolve("other scope")),
      "other scope",
    );
    resolve();
    await waiting;
  });

  test("a key that is named twice is taken once, and no keys are no locks", async (made) => {
    const [locks] = made.bodies;
    assertEquals(await locks.withLocks(keysOf("a", "b", "a"), () => Promise.resolve(1)), 1);
    assertEquals(await locks.withLocks([], () => Promise.resolve(1)), 1);
  });

  test("many keys, long ones and odd ones are locked as any other", async ({ bodies: [a, b] }) => {
    const names = [
      ...Array.from({ length: 1000 }, (_, i) => `many/${i}`),
      "",
      "\u{1F600}\uFFFD",
      "x".repeat(1024),
    ];
    let inside = 0;
    await Promise.all([a, b].map((locks) =>
      locks.withLocks(keysOf(...names), async (hold) => {
        assertEquals(++inside, 1);
        await hold.check();
        await pause();
        inside--;
      })
    ));
  });

  test("work that fails gives its locks back", async ({ bodies: [a, b] }) => {
    await assertRejects(
      () => a.withLocks(keysOf("a", "b"), () => Promise.reject(new Error("bad"))),
      Error,
      "bad",
    );
    await assertRejects(() => a.withScope("s", () => Promise.reject(new Error("bad"))), Error);
    assertEquals(await b.withLocks(keysOf("b", "a"), () => Promise.resolve(1)), 1);
  });

  test("a scope is had alone, when its keys are free, and no key meanwhile", async (made) => {
    const [a, b] = made.bodies;
    const events: string[] = [];
    const write = Promise.withResolvers<void>();
    const deletion = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const writing = a.withLocks(keysOf("k"), async () => {
      events.push("write begins");
      began.resolve();
      await write.promise;
      events.push("write ends");
    });
    await began.promise;
    const entered = Promise.withResolvers<void>();
    const deleting = b.withScope("s", async (hold) => {
      events.push("deletion begins");
      entered.resolve();
      await hold.check();
      await deletion.promise;
      events.push("deletion ends");
    });
    await pause(20);
    const later = [a, b].map((locks) =>
      locks.withLocks(keysOf("other"), () => Promise.resolve(events.push("later")))
    );
    await a.withLocks([{ scope: "t", name: "k" }], () => Promise.resolve(events.push("elsewhere")));
    write.resolve();
    await entered.promise;
    await pause(20);
    deletion.resolve();
    await Promise.all([writing, deleting, ...later]);
    assertEquals(events, [
      "write begins",
      "elsewhere",
      "write ends",
      "deletion begins",
      "deletion ends",
      "later",
      "later",
    ]);
  });

  test("any mix of callers ends, never shares a key, and leaves no lock behind", async (made) => {
    const names = fc.array(fc.constantFrom("a", "b", "c", "\u{1F600}", "\uFFFD"), { maxLength: 5 });
    const caller = fc.record({ body: fc.boolean(), names, alone: fc.nat(5) });
    await fc.assert(
      fc.asyncProperty(fc.array(caller, { maxLength: 12 }), async (callers) => {
        const held = new Set<string>();
        const hold = async (wanted: readonly string[]) => {
          const distinct = new Set(wanted);
          for (const key of distinct) {
            assert(!held.has(key) && !held.has("all"));
            held.add(key);
          }
          if (distinct.has("all")) assertEquals(held.size, 1);
          await pause(0);
          for (const key of distinct) held.delete(key);
        };
        await Promise.all(callers.map(({ body, names, alone }) => {
          const locks = made.bodies[body ? 0 : 1];
          return alone === 0
            ? locks.withScope("s", () => hold(["all"]))
            : locks.withLocks(keysOf(...names), () => hold(names));
        }));
        assertEquals(await made.held(), 0);
      }),
      { numRuns },
    );
  });
}
