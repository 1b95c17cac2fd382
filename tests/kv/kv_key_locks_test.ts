import { assertEquals } from "@std/assert";
import { GATES, LOCKS, SHARES } from "../../lib/kv/lock_entries.ts";
import { KvStore } from "../../lib/kv/kv_store.ts";
import { openSharedState } from "../../lib/kv/shared_state.ts";
import { keyLocksSuite, type LocksUnderTest } from "../flow/key_locks_suite.ts";

/** Two processes' locks, as far as one process can hold them, on one KV. */
async function locksOn(
  paths: readonly [string, string],
  end: () => Promise<void>,
): Promise<LocksUnderTest> {
  const first = await Deno.openKv(paths[0]);
  const second = paths[1] === paths[0] && paths[0] === ":memory:"
    ? first
    : await Deno.openKv(paths[1]);
  const [a, b] = [
    openSharedState(first, { leaseMs: 5_000 }),
    openSharedState(second, { leaseMs: 5_000 }),
  ];
  const kv = new KvStore(first);
  return {
    bodies: [a.locks, b.locks],
    async held() {
      const lists = await Promise.all([LOCKS, SHARES, GATES].map((prefix) => kv.list(prefix)));
      return lists.flat().length;
    },
    async close() {
      await a.close();
      await b.close();
      assertEquals(await kv.list(["session"]), []);
      first.close();
      if (second !== first) second.close();
      await end();
    },
  };
}

keyLocksSuite("KvKeyLocks", () => locksOn([":memory:", ":memory:"], () => Promise.resolve()), {
  numRuns: 30,
});

keyLocksSuite("KvKeyLocks of a file opened twice", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/kv.sqlite`;
  return await locksOn([path, path], () => Deno.remove(directory, { recursive: true }));
}, { numRuns: 10 });
