import { assertEquals } from "@std/assert";
import {
  BUCKET,
  BUCKET_ID,
  put,
  putWith,
  rawPaths,
  stage,
  statOne,
  withOther,
  withStore,
  writeRaw,
} from "../store_under_test.ts";

const ATTRIBUTES = { metadata: { a: "b" } };

Deno.test("a sweep deletes the sidecars that have no object or another, after an hour", async () => {
  let ahead = 0;
  await withStore(async ({ store, buckets, hub, locks }) => {
    const parts = [{ partNumber: 1, size: 5 }];
    const gone = ["gone", "dir/gone"];
    for (const key of ["kept", "dir/", "overwritten", "é", ...gone]) {
      await putWith(store, key, key.endsWith("/") ? "" : "bytes", ATTRIBUTES, {
        ...(!key.endsWith("/") && { parts }),
      });
    }
    await put(store, "plain");
    await store.updateBucketSettings(BUCKET, () => ({ cors: [] }));
    await buckets.commit(BUCKET_ID, gone.map((path) => ({ type: "deleteFile", path })));
    await writeRaw(buckets, "overwritten", "bytes", 1000);
    const before = await rawPaths(buckets);
    assertEquals(await store.sweepSidecars(BUCKET), 0);
    ahead = 3_700_000;
    hub.counters.reset();
    assertEquals(await store.sweepSidecars(BUCKET), 6);
    assertEquals(hub.counters.of("hub.batch").calls > 0, true);
    const lost = [...gone, "overwritten"].flatMap((path) => [
      `~hugbucket/meta/${path}`,
      `~hugbucket/parts/${path}`,
    ]);
    assertEquals(await rawPaths(buckets), before.filter((path) => !lost.includes(path)));
    assertEquals((await statOne(store, "kept"))?.attributes, ATTRIBUTES);
    hub.counters.reset();
    assertEquals(await store.sweepSidecars(BUCKET), 0);
    assertEquals(hub.counters.of("hub.batch").calls, 0);
    assertEquals(locks.size, 0);
  }, { now: () => Date.now() + ahead, pageSize: 2 });
});

Deno.test("a sweep of a bucket without sidecars is two calls", () =>
  withStore(async ({ store, hub }) => {
    await put(store, "plain");
    hub.counters.reset();
    assertEquals(await store.sweepSidecars(BUCKET), 0);
    assertEquals(hub.counters.of("*").calls, 2);
  }));

/** A clock that runs ahead as far as it is told. */
function clock() {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    forward: (ms: number) => void (ahead += ms),
  };
}

const TWO_HOURS = 7_200_000;
const mustNotFail = (id: string, error: Error) => assertEquals([id, error], []);

Deno.test("a sweep costs a page for 2,000 sidecars, a look for 1,000, and two calls for 500 that go", async () => {
  const { now, forward } = clock();
  await withStore(async ({ store, buckets, hub }) => {
    const { content } = await stage(store, "x");
    const mtime = Date.now();
    const add = (path: string) =>
      ({ type: "addFile", path, xetHash: content.hash, mtime }) as const;
    const paths = Array.from({ length: 3000 }, (_, i) => String(i).padStart(4, "0"));
    for (const some of [paths.slice(0, 1000), paths.slice(1000, 2000), paths.slice(2000)]) {
      await buckets.commit(BUCKET_ID, some.map((path) => add(`~hugbucket/meta/${path}`)));
    }
    await buckets.commit(BUCKET_ID, paths.slice(0, 1000).map(add));
    await buckets.commit(BUCKET_ID, paths.slice(1000, 2000).map(add));
    forward(TWO_HOURS);
    hub.counters.reset();
    assertEquals(await store.sweepSidecars(BUCKET), 1000);
    const calls = ["hub.tree", "hub.paths-info", "hub.batch"].map((name) =>
      hub.counters.of(name).calls
    );
    assertEquals(calls, [2 + 1, 3 + 2, 2]);
    assertEquals(hub.counters.of("*").calls, 10);
  }, { now });
});

Deno.test("only buckets where sidecars were met are swept, as long as they hold some", async () => {
  const { now, forward } = clock();
  await withStore(async (made) => {
    const { store, buckets, hub } = made;
    for (const bucket of ["acme--plain", "acme--copies"]) await store.createBucket(bucket);
    const object = await putWith(store, "k", "bytes", ATTRIBUTES);
    const { content } = await stage(store, "x");
    await store.commit("acme--plain", [{ kind: "put", key: "k", content, attributes: {} }]);
    await store.commit("acme--copies", [
      { kind: "copy", key: "k", source: { bucket: BUCKET, object }, attributes: ATTRIBUTES },
    ]);
    const sweep = async () => {
      hub.counters.reset();
      const deleted = await store.sweepSeenBuckets(mustNotFail);
      return [deleted, hub.counters.of("hub.tree").calls];
    };
    // Too young to tell, so they are asked for again.
    assertEquals(await sweep(), [0, 4]);
    await buckets.commit(BUCKET_ID, [{ type: "deleteFile", path: "k" }]);
    forward(TWO_HOURS);
    assertEquals(await sweep(), [1, 4]);
    assertEquals(await rawPaths(buckets), []);
    assertEquals(await sweep(), [0, 2]);
    await buckets.delete("acme/copies");
    await sweep();
    assertEquals(await sweep(), [0, 0]);
  }, { now });
});

Deno.test("a sidecar that is only met on reading is swept too, also where its object is gone", async () => {
  const { now, forward } = clock();
  await withStore(async (made) => {
    const { store, buckets } = made;
    await putWith(store, "k", "bytes", ATTRIBUTES, { parts: [{ partNumber: 1, size: 5 }] });
    await buckets.commit(BUCKET_ID, [{ type: "deleteFile", path: "k" }]);
    forward(TWO_HOURS);
    await withOther(made, async (other) => {
      assertEquals(await other.sweepSeenBuckets(mustNotFail), 0);
      assertEquals(await statOne(other, "k"), undefined);
      assertEquals(await other.sweepSeenBuckets(mustNotFail), 2);
    }, { now });
    assertEquals(await rawPaths(buckets), []);
  });
});

Deno.test("a bucket that cannot be swept is told, holds up no other, and is swept the next time", async () => {
  const { now, forward } = clock();
  await withStore(async ({ store, buckets, hub }) => {
    await store.createBucket("acme--other");
    const object = await putWith(store, "k", "bytes", ATTRIBUTES);
    await store.commit("acme--other", [
      { kind: "copy", key: "k", source: { bucket: BUCKET, object }, attributes: ATTRIBUTES },
    ]);
    await buckets.commit(BUCKET_ID, [{ type: "deleteFile", path: "k" }]);
    await buckets.commit("acme/other", [{ type: "deleteFile", path: "k" }]);
    forward(TWO_HOURS);
    const failed: string[] = [];
    const sweep = () => store.sweepSeenBuckets((id, { name }) => failed.push(`${id} ${name}`));
    hub.switches.faults.add({ endpoint: "hub.tree", status: 403, times: 1 });
    assertEquals(await sweep(), 1);
    assertEquals(failed.map((line) => line.split(" ")[1]), ["StoreError"]);
    assertEquals(await sweep(), 1);
    assertEquals(failed.length, 1);
  }, { now });
});
