import { assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../../lib/errors/store_error.ts";
import type { BucketSettings } from "../../../lib/store/object_store.ts";
import { BUCKET, names, rawPaths, withOther, withStore, writeRaw } from "../store_under_test.ts";

const SETTINGS: BucketSettings = {
  cors: [
    {
      id: "one",
      allowedOrigins: ["https://*.example.com"],
      allowedMethods: ["GET", "PUT"],
      allowedHeaders: ["*"],
      exposeHeaders: ["ETag"],
      maxAgeSeconds: 3000,
    },
    { allowedOrigins: ["*"], allowedMethods: ["GET"], allowedHeaders: [], exposeHeaders: [] },
  ],
};

Deno.test("settings are read at most once a minute; own changes are seen at once", async () => {
  let now = 1_700_000_000_000;
  await withStore(async (made) => {
    const { store, hub, buckets } = made;
    await withOther(made, async (other) => {
      await other.owner();
      hub.counters.reset();
      const seen = await Promise.all([1, 2, 3].map(() => other.bucketSettings(BUCKET)));
      assertEquals(seen, [{}, {}, {}]);
      assertEquals(hub.counters.of("*").calls, 1);
      await store.setBucketSettings(BUCKET, SETTINGS);
      assertEquals(await store.bucketSettings(BUCKET), SETTINGS);
      assertEquals(await other.bucketSettings(BUCKET), {});
      now += 59_999;
      assertEquals(await other.bucketSettings(BUCKET), {});
      now++;
      assertEquals(await other.bucketSettings(BUCKET), SETTINGS);
      await other.setBucketSettings(BUCKET, {});
      assertEquals(await other.bucketSettings(BUCKET), {});
      await other.setBucketSettings(BUCKET, {});
      now += 60_000;
      hub.counters.reset();
      assertEquals(await store.bucketSettings(BUCKET), {});
      assertEquals(await store.bucketSettings(BUCKET), {});
      assertEquals(hub.counters.of("*").calls, 1);
      assertEquals(await rawPaths(buckets), []);
    }, { now: () => now });
  }, { now: () => now });
});

Deno.test("a change that fails is told, and what is there is read again", () =>
  withStore(async ({ store, hub }) => {
    await store.setBucketSettings(BUCKET, SETTINGS);
    const remove = hub.switches.faults.add({ endpoint: "hub.batch", status: 503 });
    await assertRejects(() => store.setBucketSettings(BUCKET, {}), StoreError);
    remove();
    assertEquals(await store.bucketSettings(BUCKET), SETTINGS);
  }));

/** A `fetch` that keeps the first answer to paths-info back until it is let go. */
function holdingFetch() {
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let first = true;
  const holding: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const holds = first && request.url.endsWith("/paths-info");
    const answer = await fetch(request);
    if (!holds) return answer;
    first = false;
    asked.resolve();
    await held.promise;
    return answer;
  };
  return { fetch: holding, asked: asked.promise, letGo: held.resolve };
}

Deno.test("a read that a change overtakes is not kept", () =>
  withStore(async (made) => {
    const { fetch, asked, letGo } = holdingFetch();
    await withOther(made, async (store) => {
      const slow = store.bucketSettings(BUCKET);
      await asked;
      await store.setBucketSettings(BUCKET, SETTINGS);
      letGo();
      assertEquals(await slow, {});
      assertEquals(await store.bucketSettings(BUCKET), SETTINGS);
    }, { fetch });
  }));

Deno.test("a look after a change of unknown outcome does not share an older read", () =>
  withStore(async (made) => {
    const { fetch, asked, letGo } = holdingFetch();
    await withOther(made, async (store) => {
      const slow = store.bucketSettings(BUCKET);
      await asked;
      await made.store.setBucketSettings(BUCKET, SETTINGS);
      const heal = made.hub.switches.faults.add({ endpoint: "hub.batch", status: 403 });
      await assertRejects(() => store.setBucketSettings(BUCKET, { cors: [] }), StoreError);
      heal();
      const look = store.bucketSettings(BUCKET);
      letGo();
      assertEquals(await slow, {});
      assertEquals(await look, SETTINGS);
    }, { fetch });
  }));

Deno.test("settings that cannot be read are none, and told of", async () => {
  const ignored: string[] = [];
  await withStore(async ({ store, buckets }) => {
    await writeRaw(buckets, "~hugbucket/bucket.json", '{"version":1,"cors":"*"}');
    assertEquals(await store.bucketSettings(BUCKET), {});
    assertEquals(ignored, ["~hugbucket/bucket.json unreadable"]);
  }, { onIgnored: ({ path, reason }) => ignored.push(`${path} ${reason}`) });
});

Deno.test("a bucket's settings end with it, and do not keep it", () =>
  withStore(async ({ store }) => {
    await store.setBucketSettings(BUCKET, SETTINGS);
    assertEquals(await names(store), []);
    await store.deleteBucket(BUCKET);
    for (
      const work of [
        () => store.bucketSettings(BUCKET),
        () => store.setBucketSettings(BUCKET, SETTINGS),
        () => store.setBucketSettings("a--b--c", {}),
      ]
    ) assertEquals((await assertRejects(work, StoreError)).kind, "no_such_bucket");
    await store.createBucket(BUCKET);
    assertEquals(await store.bucketSettings(BUCKET), {});
  }));
