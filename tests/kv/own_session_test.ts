import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import { KvStore } from "../../lib/kv/kv_store.ts";
import { Peers } from "../../lib/kv/peers.ts";
import { Sessions } from "../../lib/kv/sessions.ts";
import { openSharedState } from "../../lib/kv/shared_state.ts";
import { Connection, TestClocks } from "./connection.ts";

/** Short, so that the timer that renews fires often; whether it has ended the tests' own clocks say. */
const LEASE_MS = 40;
/** One that does not end while a test's clock goes faster than the timer. */
const LONG_LEASE_MS = 600_000;

async function withKv(
  work: (made: {
    readonly kv: Deno.Kv;
    readonly connection: Connection;
    readonly clocks: TestClocks;
    readonly sessions: Sessions;
  }) => Promise<void>,
): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  const [connection, clocks] = [new Connection(kv), new TestClocks()];
  const sessions = new Sessions(new KvStore(connection.kv), LEASE_MS, clocks);
  try {
    await work({ kv, connection, clocks, sessions });
  } finally {
    kv.close();
  }
}

Deno.test("a holder whose renewals fail finds out, and the lease does not come back", () =>
  withKv(async ({ connection, clocks, sessions }) => {
    const session = await sessions.enter();
    connection.isCut = true;
    await connection.refuses(3);
    await session.check();
    clocks.now += LEASE_MS;
    await assertRejects(() => session.check(), StoreError, "lost its lease");
    connection.isCut = false;
    await assertRejects(() => session.check(), StoreError, "lost its lease");
    const another = await sessions.enter();
    assert(another !== session);
    await another.check();
    another.leave();
    session.leave();
  }));

Deno.test("a lease outlives renewals that fail while it lasts", () =>
  withKv(async ({ connection, clocks, sessions }) => {
    const session = await sessions.enter();
    connection.isCut = true;
    clocks.now += LEASE_MS / 2;
    await assertRejects(() => session.check(), StoreError, "does not work for now");
    connection.isCut = false;
    await session.check();
    clocks.now += LEASE_MS / 4;
    await session.check();
    session.leave();
  }));

Deno.test("the time for which the machine slept counts", () =>
  withKv(async ({ clocks, sessions }) => {
    const session = await sessions.enter();
    clocks.asleep += LEASE_MS;
    await assertRejects(() => session.check(), StoreError, "lost its lease");
    session.leave();
  }));

Deno.test("a session that another process has ended is lost at the next renewal", () =>
  withKv(async ({ kv, clocks, sessions }) => {
    const session = await sessions.enter();
    const store = new KvStore(kv);
    const theirs = new TestClocks();
    const peers = new Peers(store, theirs);
    const state = async () => (await peers.look([session.id])).get(session.id);
    // For the other process its time is over, for itself not yet; a renewal in between is in time.
    for (let ended: string | undefined; ended === undefined;) {
      assertEquals((await state())?.dead, false);
      theirs.now += LEASE_MS;
      const dead = await state();
      if (dead?.dead) ended = await store.commit(dead.bury);
    }
    clocks.now += LEASE_MS / 2;
    await assertRejects(() => session.check(), StoreError, "lost its lease");
    const another = await sessions.enter();
    await another.check();
    another.leave();
    session.leave();
  }));

Deno.test("a session that is renewed is not over for others, however long it is held", () =>
  withKv(async ({ kv, clocks, sessions }) => {
    const session = await sessions.enter();
    const theirs = new TestClocks();
    const peers = new Peers(new KvStore(kv), theirs);
    for (let at = 0; at < 10; at++) {
      assertEquals((await peers.look([session.id])).get(session.id)?.dead, false);
      theirs.now += LEASE_MS;
      clocks.now += LEASE_MS / 2;
      await session.check();
    }
    session.leave();
  }));

Deno.test("a lock whose holder is cut off goes to another process, and the holder is told", () =>
  withKv(async ({ kv, connection, clocks }) => {
    const errors: Error[] = [];
    const own = openSharedState(connection.kv, {
      leaseMs: LEASE_MS,
      clocks,
      onError: (error) => errors.push(error),
    });
    const theirs = new TestClocks();
    const other = openSharedState(kv, { leaseMs: LONG_LEASE_MS, clocks: theirs });
    const key = [{ scope: "bucket", name: "key" }];
    const taken = Promise.withResolvers<void>();
    const cut = Promise.withResolvers<void>();
    const first = own.locks.withLocks(key, async (hold) => {
      connection.isCut = true;
      cut.resolve();
      await taken.promise;
      await hold.check();
    });
    const failed = assertRejects(() => first, StoreError, "lost its lease");
    await cut.promise;
    // Their looks need a clock that goes on.
    const ticking = setInterval(() => theirs.now += LEASE_MS / 4, 5);
    await other.locks.withLocks(key, async (hold) => {
      clearInterval(ticking);
      clocks.now += LEASE_MS;
      taken.resolve();
      await failed;
      await hold.check();
    });
    assertEquals(errors.map(({ message }) => message), [
      "The shared key-value store does not work for now",
    ]);
    connection.isCut = false;
    await own.close();
    await other.close();
  }));
