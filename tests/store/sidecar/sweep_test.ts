import { assertEquals } from "@std/assert";
import {
  BUCKET,
  BUCKET_ID,
  put,
  putWith,
  rawPaths,
  statOne,
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
