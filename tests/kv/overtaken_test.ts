import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../lib/errors/store_error.ts";
import { full, KvStore, partsOf } from "../../lib/kv/kv_store.ts";
import { lockEntryOf, LOCKS } from "../../lib/kv/lock_entries.ts";
import { openSharedState, type SharedState } from "../../lib/kv/shared_state.ts";
import type { UploadPart } from "../../lib/multipart/upload_registry.ts";
import { Connection } from "./connection.ts";

const TTL_MS = 1000;
/** A process that has been taken for dead notices by its next renewal, a quarter of this later at most. */
const LEASE_MS = 2_000;
const KEY = [{ scope: "bucket", name: "key" }];
const UPLOAD = { bucket: "b", key: "k", initiator: "AKIA", attributes: {} };
const PART: UploadPart = {
  partNumber: 1,
  etag: "e",
  size: 1,
  lastModified: 5,
  checksums: {},
  recipe: { content: { hash: "0".repeat(64), size: 1 }, detail: "d" },
};

/** Two processes on one KV, of which another can come before the first one's commits. */
async function withTwo(
  work: (made: {
    readonly store: KvStore;
    readonly connection: Connection;
    readonly own: SharedState;
    readonly other: SharedState;
    readonly clock: { now: number };
  }) => Promise<void>,
): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  const clock = { now: 1_700_000_000_000 };
  const connection = new Connection(kv);
  const options = { leaseMs: LEASE_MS, uploadTtlMs: TTL_MS, now: () => clock.now };
  const own = openSharedState(connection.kv, options);
  const other = openSharedState(kv, options);
  try {
    await work({ store: new KvStore(kv), connection, own, other, clock });
    await own.close();
    await other.close();
  } finally {
    kv.close();
  }
}

/** Ends all sessions, as who takes their holders for dead does. */
async function endSessions(store: KvStore): Promise<void> {
  const sessions = await store.list(["session"]);
  assert(sessions.length > 0);
  await store.commit((atomic) => {
    for (const entry of sessions) atomic.delete(full(partsOf(entry).map(String)));
    return atomic;
  });
}

Deno.test("no lock is taken by a process that has been taken for dead", () =>
  withTwo(async ({ store, connection, own }) => {
    connection.overtaking.push(undefined, () => endSessions(store));
    const taking = own.locks.withLocks(KEY, () => Promise.resolve("done"));
    await assertRejects(() => taking, StoreError, "lost its lease");
    assertEquals(await store.list(LOCKS), []);
    assertEquals(await own.locks.withLocks(KEY, () => Promise.resolve("done")), "done");
  }));

Deno.test("no completion is begun by a process that has been taken for dead", () =>
  withTwo(async ({ store, connection, own, other }) => {
    const { uploadId } = await other.registry.create(UPLOAD);
    connection.overtaking.push(undefined, () => endSessions(store));
    await assertRejects(
      () => own.registry.beginCompletion(uploadId),
      StoreError,
      "lost its lease",
    );
    const completion = await other.registry.beginCompletion(uploadId);
    assert(completion?.kind === "begun");
    assertEquals(completion.retaken, undefined);
    await other.registry.completionFailed(uploadId, completion.lease, new Error("end"));
  }));

Deno.test("a part that comes while a sweep looks keeps its upload", () =>
  withTwo(async ({ connection, own, other, clock }) => {
    const { uploadId } = await own.registry.create(UPLOAD);
    clock.now += TTL_MS;
    connection.overtaking.push(async () => {
      // For the other process, whose clock is behind, it has not expired.
      clock.now -= 1;
      assertEquals((await other.registry.putPart(uploadId, PART))?.uploadId, uploadId);
      clock.now += 1;
    });
    assertEquals(await own.registry.sweep(), 0);
    assertEquals((await own.registry.get(uploadId))?.uploadId, uploadId);
  }));

Deno.test("what could not be given back is not renewed with what is held later", () =>
  withTwo(async ({ store, connection, own }) => {
    const holder = async () =>
      (await store.list(LOCKS)).map((entry) => lockEntryOf(entry)?.session);
    await own.locks.withLocks(KEY, () => {
      connection.isCut = true;
      return Promise.resolve();
    });
    connection.isCut = false;
    const [left] = await holder();
    assert(left !== undefined);
    await own.locks.withLocks([{ scope: "bucket", name: "other" }], async () => {
      const [first, second, ...more] = await holder();
      assertEquals([first, more], [left, []]);
      assert(second !== undefined && second !== left);
    });
  }));
